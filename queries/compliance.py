"""The share that met each deadline: the promise for all requests, the rules for their own class.

Every request is judged by the deadline that held when its clock started, once that deadline has passed. Sums by class
answer it over any window (`queries.class_sums`). What they do not know (another clock, a province, theme or source, a
fixed link, a limit that they do not count) is read from the facts: the newest part of the window that holds at most
`JUDGED_REQUESTS`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, literal, or_, select

from data.rollups import clocks
from data.rollups.clocks import REMOVED, seconds
from data.rollups.declarations import REQUEST, on_clock
from data.rollups.requests import TAKEN_BACK
from data.rollups.shapes import Grain, one_if
from data.tables import deadline, takedown_request
from queries.class_sums import COUNTS, Line, is_summed, judged
from queries.cubes import Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF, age, as_known
from queries.limits import JUDGED_REQUESTS
from queries.narrowing import Narrowed, narrowed, values
from queries.newest import newest
from queries.reading import Columns, Statement, from_rows, rows, total
from queries.series import buckets_of
from queries.shares import share, wilson
from queries.takedowns import WITHIN_PROMISE_OVER_TIME

BY_DEADLINE: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "kind": "text", "applies_to": "text", "minutes": "count",
    "valid_from": "time", "valid_to": "time", "n_due": "count", "n_within": "count", "share": "share", "low": "share",
    "high": "share", "n_open_late": "count", "n_removed_late": "count", "n_ended_otherwise": "count",
    "n_not_yet_due": "count", "n_ended_early": "count",
}  # fmt: skip


def by_deadline(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per deadline that held in the window, shortest first; the interval is Wilson's at 95 %.

    due = within + open late + removed late + ended otherwise (labelled, rejected, restricted). Not yet due: open and
    younger. Ended early: ended, deadline not yet passed; they join the due when it is. What was withdrawn
    before its deadline, unmeasurable requests and closed messaging are left out. `attrs`: `bounded_since`.
    """
    numbered = ids(connection)
    lines = [line for line in _lines(connection) if _holds(line, filters)]
    labels = {row.code: row for row in rows(connection, _LABELS, {})}
    found, attrs = _judged(connection, filters, numbered, lines, None)
    shown = [_line(line, labels[line.code], counts.get(0, _NONE)) for line, counts in found.items()]
    return from_rows(shown, BY_DEADLINE, attrs)


def over_time(connection: Connection, filters: Filters, applies_to: str) -> pd.DataFrame:
    """One row per bucket in which the clock started, of requests of a class, judged by the rules for that class.

    The columns of `takedowns.within_promise_over_time` (`n_within_60` counts what met the rule), every bucket; a bucket
    is filling until the rule has passed for its last request.
    """
    numbered, buckets = ids(connection), buckets_of(filters)
    lines = [line for line in _lines(connection) if line.applies_to == applies_to and line.kind == "rule"]
    found, attrs = _judged(connection, filters, numbered, lines, buckets.grain)
    counts = {"n_due": np.zeros(buckets.n, np.int64), "n_within_60": np.zeros(buckets.n, np.int64)}
    for bucket, counted in [pair for by_bucket in found.values() for pair in by_bucket.items()]:
        if 0 <= (place := bucket - buckets.first) < buckets.n:
            counts["n_due"][place] += counted["due"]
            counts["n_within_60"][place] += counted["within"]
    low, high = wilson(counts["n_within_60"], counts["n_due"])
    shares = {"share": share(counts["n_within_60"], counts["n_due"]), "low": low, "high": high}
    longest = max((line.minutes for line in lines), default=0) * 60
    filling = buckets.starts + buckets.grain.width > int(filters.as_of.timestamp()) - longest
    made = counts | shares | {"is_filling": filling}
    return buckets.frame([""], made, WITHIN_PROMISE_OVER_TIME, attrs)


_NONE = dict.fromkeys(COUNTS, 0)

Judged = dict[Line, dict[int, dict[str, int]]]
"""Deadline -> bucket -> its counts."""


def _judged(
    connection: Connection, filters: Filters, numbered: Ids, lines: Sequence[Line], grain: Grain | None
) -> tuple[Judged, dict[str, object]]:
    """Return what each deadline judges, in the order given, and what the frame says of how it was read."""
    summed = tuple(line for line in lines if is_summed(line, filters, numbered))
    others = tuple(line for line in lines if line not in summed)
    found: Judged = {}
    attrs: dict[str, object] = {"uses_facts": False, "bounded_since": None}
    if summed:
        found |= zip(summed, judged(connection, filters, numbered, summed, grain), strict=True)
    if others:
        cut = newest(connection, filters, numbered, JUDGED_REQUESTS)
        attrs = _attrs(cut, filters)
        found |= _from_facts(connection, cut, numbered, tuple(line for line in others if _holds(line, cut)), grain)
    return {line: found[line] for line in lines if line in found}, attrs


def _from_facts(
    connection: Connection, cut: Filters, numbered: Ids, lines: tuple[Line, ...], grain: Grain | None
) -> Judged:
    found: Judged = {line: {} for line in lines}
    statement = _sums(narrowed(cut), cut.clock, cut.pinned, lines, grain)
    for counted in rows(connection, statement, _moments(cut, numbered)) if lines else ():
        row = counted._mapping  # noqa: SLF001
        for at, line in enumerate(lines):
            found[line][row["bucket"] if grain else 0] = {name: row[f"{name}{at}"] for name in COUNTS}
    return found


def _attrs(cut: Filters, filters: Filters) -> dict[str, object]:
    return {"uses_facts": True, "bounded_since": cut.since if cut.since > filters.since else None}


_LABELS = select(deadline.c.code, deadline.c.label_id, deadline.c.label_en).order_by(deadline.c.code)
_LINES = select(
    deadline.c.code, deadline.c.kind, deadline.c.applies_to, deadline.c.minutes,
    seconds(deadline.c.valid_from).label("valid_from"), seconds(deadline.c.valid_to).label("valid_to"),
).order_by(deadline.c.minutes, deadline.c.valid_from, deadline.c.code)  # fmt: skip


def _lines(connection: Connection) -> Sequence[Line]:
    return [Line(**row._mapping) for row in rows(connection, _LINES, {})]  # noqa: SLF001


def _holds(line: Line, filters: Filters) -> bool:
    begins = line.valid_from is None or line.valid_from < filters.until.timestamp()
    return begins and (line.valid_to is None or line.valid_to > filters.since.timestamp())


def _line(line: Line, labels: Any, counts: Mapping[str, int]) -> dict[str, object]:
    low, high = wilson(counts["within"], counts["due"])
    otherwise = counts["due"] - counts["within"] - counts["open_late"] - counts["removed_late"]
    about = {name: getattr(line, name) for name in ("code", "kind", "applies_to", "minutes", "valid_from", "valid_to")}
    shares = {"share": float(share(counts["within"], counts["due"])), "low": float(low), "high": float(high)}
    named = {"label_id": labels.label_id, "label_en": labels.label_en, "n_ended_otherwise": otherwise}
    return about | named | shares | {f"n_{name}": n for name, n in counts.items()}


def _moments(filters: Filters, numbered: Ids) -> dict[str, Any]:
    moments: dict[str, datetime] = {name: getattr(filters, name) for name in ("since", "until", "as_of")}
    closed = [numbered.of["service"][code] for code in sorted(numbered.closed_messaging)]
    seconds_of = {name: int(moment.timestamp()) for name, moment in moments.items()}
    return {**values(filters, numbered), **seconds_of, "closed": closed}


@lru_cache(maxsize=200)
def _sums(shape: Narrowed, clock_code: str, is_pinned: bool, lines: tuple[Line, ...], grain: Grain | None) -> Statement:
    ticking, rollup = clocks.CLOCKS[clock_code], on_clock(REQUEST.table.name, clock_code)
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, rollup.starts) if is_pinned else takedown_request.c
    start = clocks.started(row, ticking)
    open_service = row.service_id.not_in(bindparam("closed", expanding=True))
    kept = (clocks.measurable(row, ticking), open_service)
    sums = [
        total(one_if(and_(line.judges(row, start), met))).label(f"{name}{at}")
        for at, line in enumerate(lines)
        for name, met in _met(row, ticking, line.minutes * 60).items()
    ]
    where = (*kept, started_between(rollup, row, piece), *shape.facts(row))
    if grain is None:
        return select(*sums).where(*where)
    bucket = ((start + grain.offset) // grain.width).label("bucket")
    return select(bucket, *sums).where(*where).group_by(bucket).order_by(bucket)


def _met(row: Any, ticking: clocks.Clock, allowed: int) -> dict[str, ColumnElement[bool]]:
    """Return count -> its condition, for a deadline of so many seconds."""
    running = clocks.is_running(row, ticking)
    passed = and_(clocks.started(row, ticking) <= AS_OF - literal(allowed), or_(~running, age(row, ticking) >= allowed))
    down = and_(~running, row.outcome_id == REMOVED)
    in_time = clocks.latency(row, ticking) <= allowed
    judged = or_(running, row.outcome_id.not_in(TAKEN_BACK), ~in_time)
    return {
        "due": and_(passed, judged), "within": and_(passed, down, in_time), "open_late": and_(passed, running),
        "removed_late": and_(passed, down, ~in_time), "not_yet_due": and_(running, ~passed),
        "ended_early": and_(~running, ~passed, judged),
    }  # fmt: skip
