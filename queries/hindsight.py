"""What a fixed link says beside what is known now, and the requests that make the difference.

Both sides speak of the same requests: those whose clock started in the window and by the moment of the link. What was
known then is read from the request events recorded by it (`queries.known`).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, bindparam, case, false, func, or_, select

from data.rollups import clocks
from data.rollups.clocks import seconds
from data.rollups.declarations import REQUEST, on_clock
from data.tables import takedown_request
from queries import clock, latency, takedowns
from queries.cubes import Piece, started_between
from queries.dimensions import Ids, ids
from queries.durations import durations
from queries.filters import Filters
from queries.known import AS_OF, known_where
from queries.limits import CHANGED_ROWS, HINDSIGHT_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows

FIGURES = (
    "n_requests", "n_due", "n_within_60", "n_not_yet_due", "share", "low", "high", "n_open", "median_minutes",
    "p90_minutes", "longest_minutes",
)  # fmt: skip
BESIDE: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "is_applicable": "flag",
    **{f"{name}_{side}": "count" if name.startswith("n_") else "real" for side in ("then", "now") for name in FIGURES},
}  # fmt: skip
CHANGED: Columns = {
    "kind": "text", "content_id": "text", "request_no": "count", "service": "text", "started_at": "time",
    "outcome_then": "text", "outcome_now": "text", "ended_then": "time", "ended_now": "time", "told_at": "time",
}  # fmt: skip
CHANGES: Columns = {"kind": "text", "n": "count"}

KINDS = ("came_late", "moved", "ended_since", "told_late", "corrected")
"""Why a request counts differently now.

came_late: it was recorded after the moment. moved: its clock started inside the window on one side only (sent before
the moment and received after it, or corrected since). ended_since: its clock ended after the moment. told_late: it had
ended by the moment, which was recorded later. corrected: what was told by then was told otherwise since.
"""


def beside(connection: Connection, filters: Filters, known_at: datetime | None = None) -> pd.DataFrame:
    """One row per service in screen order, then the total '': figures of a fixed link as known then, and as known now.

    No rows without a fixed link. Now is `known_at`, without it the database's time. `attrs`: `known_at`,
    `bounded_since`.
    """
    then = _cohort(filters)
    if then is None:
        return from_rows([], BESIDE, {"known_at": None, "bounded_since": None})
    known_at = known_at or clock.now(connection)
    now = replace(then, pinned=False, as_of=known_at)
    sides = {"then": _figures(connection, then), "now": _figures(connection, now)}
    codes = [code for code in sides["now"] if code] + [""]
    lines = [_line(code, {side: rows.get(code, _NOTHING) for side, rows in sides.items()}) for code in codes]
    bounded = then.since if then.since > filters.since else None
    return from_rows(lines, BESIDE, {"known_at": known_at, "bounded_since": bounded})


def _cohort(filters: Filters) -> Filters | None:
    """Return the filters of the requests that had started by the moment of the link; None where there are none."""
    until = min(filters.until, filters.as_of + timedelta(seconds=1))
    since = max(filters.since, until - HINDSIGHT_WINDOW)
    return replace(filters, since=since, until=until) if filters.pinned and since < until else None


_NOTHING: dict[str, Any] = {name: 0 if name.startswith("n_") else None for name in FIGURES}


def _figures(connection: Connection, filters: Filters) -> dict[str, dict[str, Any]]:
    shares = takedowns.within_promise(connection, filters).to_dict("records")
    lasted = {row["service"]: row for row in latency.summary(durations(connection, filters)).to_dict("records")}
    return {row["service"]: _NOTHING | lasted.get(row["service"], {}) | row for row in shares}  # type: ignore[misc]


def _line(code: str, sides: dict[str, dict[str, Any]]) -> dict[str, Any]:
    now = sides["now"]
    about = {"service": code, "is_total": code == "", "is_signatory": now["is_signatory"]}
    figures = {f"{name}_{side}": row[name] for side, row in sides.items() for name in FIGURES}
    return about | {"is_applicable": bool(now["is_applicable"]) or now["n_requests"] == 0} | figures


def changes(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per kind of `KINDS`, zeros included: requests that count differently now than at the moment of the link.

    No rows without a fixed link.
    """
    cohort = _cohort(filters)
    if cohort is None:
        return from_rows([], CHANGES)
    statement = _counts(narrowed(cohort), cohort.clock)
    found = {row.kind: row.n for row in connection.execute(statement, _moments(cohort, ids(connection)))}
    return from_rows([{"kind": kind, "n": found.get(kind, 0)} for kind in KINDS], CHANGES)


def changed(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per request that counts differently now than at the moment of the link, the last told first.

    At most `CHANGED_ROWS`; no rows without a fixed link.
    """
    cohort, numbered = _cohort(filters), ids(connection)
    if cohort is None:
        return from_rows([], CHANGED)
    rows = connection.execute(_rows(narrowed(cohort), cohort.clock), _moments(cohort, numbered))
    return from_rows([_named(dict(row), numbered) for row in rows.mappings()], CHANGED)


def _named(row: dict[str, Any], numbered: Ids) -> dict[str, Any]:
    then = row["outcome_then"]
    return row | {
        "content_id": str(row["content_id"]),
        "service": numbered.code("service", row["service_id"]),
        "outcome_now": numbered.code("outcome", row["outcome_now"]),
        "outcome_then": "" if then is None else numbered.code("outcome", then),
    }


def _moments(filters: Filters, numbered: Ids) -> dict[str, Any]:
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    return {**values(filters, numbered), **moments}


@lru_cache(maxsize=100)
def _counts(shape: Narrowed, clock_code: str) -> Statement:
    found = _compared(shape, clock_code).subquery().c
    return select(found.kind, func.count().label("n")).group_by(found.kind).order_by(found.kind)


@lru_cache(maxsize=100)
def _rows(shape: Narrowed, clock_code: str) -> Statement:
    found = _compared(shape, clock_code).subquery()
    order = (found.c.told_at.desc(), found.c.content_id, found.c.request_no)
    return select(*found.c).order_by(*order).limit(CHANGED_ROWS)


def _compared(shape: Narrowed, clock_code: str) -> Statement:
    """Return the requests of the window written after the moment that differ, with what was known and what is."""
    ticking, rollup, now = clocks.CLOCKS[clock_code], on_clock(REQUEST.table.name, clock_code), takedown_request.c
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    near = or_(*(and_(seconds(now[name]) >= piece.start, seconds(now[name]) < piece.end) for name in rollup.starts))
    written = and_(near, seconds(now.updated_at) > AS_OF)
    then: Any = known_where(takedown_request, written)
    sides = [func.coalesce(started_between(rollup, row, piece), false()) for row in (then, now)]
    kind = _kind(then, now, ticking, sides)
    same = and_(then.content_id == now.content_id, then.request_no == now.request_no)
    compared = select(
        kind.label("kind"), now.content_id, now.request_no, now.service_id,
        clocks.started(now, ticking).label("started_at"), then.outcome_id.label("outcome_then"),
        now.outcome_id.label("outcome_now"), clocks.ended(then, ticking).label("ended_then"),
        clocks.ended(now, ticking).label("ended_now"), seconds(now.updated_at).label("told_at"),
    )  # fmt: skip
    joined = takedown_request.join(then.content_id.table, same, isouter=True)
    return compared.select_from(joined).where(written, or_(*sides), kind != "", *shape.facts(now))


def _kind(then: Any, now: Any, ticking: clocks.Clock, sides: list[Any]) -> Any:
    ended = and_(clocks.is_running(then, ticking), ~clocks.is_running(now, ticking))
    times = [(function(then, ticking), function(now, ticking)) for function in (clocks.started, clocks.ended)]
    over = and_(~clocks.is_running(then, ticking), ~clocks.is_running(now, ticking))
    stopped = and_(over, then.stopped_seconds != now.stopped_seconds)
    differ = [func.coalesce(a, -1) != func.coalesce(b, -1) for a, b in times]
    other = or_(*differ, then.outcome_id != now.outcome_id, stopped)
    return case(
        (then.content_id.is_(None), "came_late"),
        (sides[0] != sides[1], "moved"),
        (and_(ended, clocks.ended(now, ticking) > AS_OF), "ended_since"),
        (ended, "told_late"),
        (other, "corrected"),
        else_="",
    )
