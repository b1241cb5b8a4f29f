"""Closed messaging: no platform takes anything down there, so what counts is from the report to the clarification.

Reports are content items found on these services; the clarification is the first one of their issue. What is not yet
clarified counts as waiting (right-censored at as_of). Platform latency there is n/a, never 0.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, bindparam, case, func, select

from data.rollups.clocks import seconds
from data.tables import content
from queries.cubes import Piece
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF, as_known
from queries.limits import REPORTS_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows, whole_numbers
from queries.survival import kaplan_meier

CLARIFIED: Columns = {
    "service": "text", "n_reports": "count", "n_clarified": "count", "n_already": "count", "n_waiting": "count",
    "median_minutes": "real", "p90_minutes": "real", "longest_minutes": "real",
}  # fmt: skip

WAITING, CLARIFIED_SINCE, ALREADY = range(3)


def clarified(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per closed messaging service in screen order: reports of the window and how long to their clarification.

    reports = clarified since + already clarified when reported + waiting. Median and 90th percentile (Kaplan–Meier) are
    over the first and the last; NaN where not reached: `longest_minutes` was watched. `attrs`: `bounded_since`.
    """
    numbered = ids(connection)
    closed = [code for code in numbered.of["service"] if code in numbered.closed_messaging]
    shown = [code for code in closed if not filters.services or code in filters.services]
    cut = replace(filters, since=max(filters.since, filters.until - REPORTS_WINDOW))
    bounded = {"bounded_since": cut.since if cut.since > filters.since else None}
    if not shown:
        return from_rows([], CLARIFIED, bounded)
    rows = whole_numbers(connection, _statement(narrowed(cut), cut.pinned), _moments(cut, numbered, shown))
    lines = [_line(code, rows[rows[:, 0] == numbered.of["service"][code]][:, 1:]) for code in shown]
    return from_rows(lines, CLARIFIED, bounded)


def _line(code: str, rows: "np.ndarray[Any, np.dtype[np.int64]]") -> dict[str, object]:
    """Return the line of one service from rows of (state, minutes, number)."""
    n = {state: int(rows[rows[:, 0] == state][:, 2].sum()) for state in (WAITING, CLARIFIED_SINCE, ALREADY)}
    timed = rows[rows[:, 0] != ALREADY]
    times, place = np.unique(timed[:, 1], return_inverse=True)
    ended, censored = (
        np.bincount(place, weights=timed[:, 2] * (timed[:, 0] == state), minlength=len(times)).astype(np.int64)
        for state in (CLARIFIED_SINCE, WAITING)
    )
    curve = kaplan_meier(times, ended, censored)
    return {
        "service": code, "n_reports": sum(n.values()), "n_clarified": n[CLARIFIED_SINCE], "n_already": n[ALREADY],
        "n_waiting": n[WAITING], "median_minutes": curve.quantile(0.5), "p90_minutes": curve.quantile(0.9),
        "longest_minutes": curve.last_time,
    }  # fmt: skip


def _moments(filters: Filters, numbered: Ids, shown: list[str]) -> dict[str, Any]:
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    return {**values(filters, numbered), **moments, "closed": [numbered.of["service"][code] for code in shown]}


@lru_cache(maxsize=100)
def _statement(shape: Narrowed, is_pinned: bool) -> Statement:
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(content, piece, ("detected_at",)) if is_pinned else content.c
    found, told = seconds(row.detected_at), seconds(row.clarified_at)
    state = case((told.is_(None), WAITING), (told > AS_OF, WAITING), (told < found, ALREADY), else_=CLARIFIED_SINCE)
    until = case((and_(told.is_not(None), told <= AS_OF), told), else_=AS_OF)
    minutes = case((until > found, (until - found) // 60), else_=0)
    found_then = and_(found >= piece.start, found < piece.end, row.time_precision == "second")
    where = (row.service_id.in_(bindparam("closed", expanding=True)), found_then, *shape.facts(row))
    timed = select(row.service_id, state.label("state"), minutes.label("minutes")).where(*where).subquery().c
    keys = (timed.service_id, timed.state, timed.minutes)
    return select(*keys, func.count().label("n")).group_by(*keys).order_by(*keys)
