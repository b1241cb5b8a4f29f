"""How long requests have lasted, with the open ones: counts by service, end and duration.

Ended requests come from the latency histogram where it holds what is asked, open ones from their hour or day of start
(the last day one by one), so the price is that of the buckets, not of the rows. What no cube holds (a province, a
theme, a source, another clock, a fixed link) is read from the facts, exact to the second, over a bounded window.
Resolution of the histogram: data.rollups.latency. Open ones older than three days are known to the day of their start.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, case, func, select

from data.rollups import clocks
from data.rollups.clocks import DELETED_BY_UPLOADER, LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from data.rollups.declarations import LATENCY, REQUEST, on_clock
from data.rollups.latency import upper_bounds
from data.rollups.shapes import DAY, HOUR, Grain
from data.tables import takedown_request
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF, as_known
from queries.limits import FACTS_WINDOW, PINNED_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows

DURATIONS: Columns = {
    "service": "text", "is_signatory": "flag", "is_closed_messaging": "flag",
    "end": "text", "seconds": "count", "n": "count",
}  # fmt: skip

ENDS: Mapping[int, str] = {
    OPEN: "open", REMOVED: "removed", RESTRICTED: "restricted", LABELLED: "labelled", REJECTED: "rejected",
    WITHDRAWN: "withdrawn", DELETED_BY_UPLOADER: "withdrawn",
}  # fmt: skip
"""Outcome id -> how the clock ended; `open` still runs. All but removed are competing ends, not takedowns."""

ITEMS_FOR = timedelta(days=1)
"""Open requests this young are read one by one: their ages matter most."""

HOURS_FOR = timedelta(days=3)
"""Open requests this young are known to the hour of their start, older ones to its day."""


def durations(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service, end and duration (seconds on the clock): requests whose clock started in the window.

    Measurable ones only; `open` lasts until as_of (right-censored). `attrs`: `bounded_since`, `uses_facts`, and
    `is_exact` (to the second) or not (to the histogram's bucket).
    """
    numbered = ids(connection)
    asked = Asked(LATENCY, filters, numbered, by=("service_id", "outcome_id", "latency_bucket"))
    if asked.cubes():
        rows = _merged([*_ended(connection, asked), *_still_open(connection, filters, numbered)])
        attrs: dict[str, object] = {"uses_facts": False, "bounded_since": None, "is_exact": False}
    else:
        longest = PINNED_WINDOW if filters.pinned else FACTS_WINDOW
        since = max(filters.since, filters.until - longest)
        rows = _from_facts(connection, replace(filters, since=since), numbered)
        attrs = {"uses_facts": True, "bounded_since": since if since > filters.since else None, "is_exact": True}
    return from_rows(_lines(rows, numbered), DURATIONS, attrs)


Row = tuple[int, str, int, int]
"""service id, end, seconds, number."""


def _merged(rows: Sequence[Row]) -> list[Row]:
    sums: dict[tuple[int, str, int], int] = {}
    for service, end, seconds, n in rows:
        sums[service, end, seconds] = sums.get((service, end, seconds), 0) + n
    return [(*key, n) for key, n in sorted(sums.items()) if n > 0]


def _lines(rows: Sequence[Row], numbered: Ids) -> list[dict[str, object]]:
    about = {service: _about(numbered, service) for service in {row[0] for row in rows}}
    ordered = sorted(rows, key=lambda row: (numbered.place("service", row[0]), row[1], row[2]))
    return [about[service] | {"end": end, "seconds": seconds, "n": n} for service, end, seconds, n in ordered]


def _about(numbered: Ids, service: int) -> dict[str, object]:
    return numbered.about(numbered.code("service", service))


_BOUNDS = upper_bounds()
_MIDDLES = np.concatenate([[0], (_BOUNDS[:-2] + _BOUNDS[1:-1] + 1) // 2, [_BOUNDS[-2]]])
"""The duration that stands for a histogram bucket: its middle, so that what lies within a deadline stays within it."""


def _ended(connection: Connection, asked: Asked) -> Iterator[Row]:
    for row in asked.sums().rows(connection):
        yield row.service_id, ENDS.get(row.outcome_id, "withdrawn"), int(_MIDDLES[row.latency_bucket]), row.n_requests


def _still_open(connection: Connection, filters: Filters, numbered: Ids) -> list[Row]:
    """Return open requests: the last day exact, older ones by the middle of their hour or day, stopped clocks exact."""
    as_of = filters.as_of
    young = replace(filters, since=max(filters.since, as_of - ITEMS_FOR)) if filters.until > as_of - ITEMS_FOR else None
    rows: list[Row] = _from_facts(connection, young, numbered, only_open=True) if young else []
    for grain, first, last in ((HOUR, as_of - HOURS_FOR, as_of - ITEMS_FOR), (DAY, filters.since, as_of - HOURS_FOR)):
        since, until = max(filters.since, first), min(filters.until, last)
        if since < until:
            rows += _by_start(connection, replace(filters, since=since, until=until), numbered, grain)
    return rows


def _by_start(connection: Connection, filters: Filters, numbered: Ids, grain: Grain) -> Iterator[Row]:
    asked = Asked(REQUEST, filters, numbered, by=("service_id",), grain=grain, measures=("n_open",))
    now, since, until = (int(moment.timestamp()) for moment in (filters.as_of, filters.since, filters.until))
    for row in asked.sums().rows(connection):
        if row.n_open:
            start = row.bucket * grain.width - grain.offset
            middle = (max(start, since) + min(start + grain.width, until)) // 2
            yield row.service_id, "open", now - middle, row.n_open


def _from_facts(connection: Connection, filters: Filters, numbered: Ids, *, only_open: bool = False) -> list[Row]:
    statement = _items(narrowed(filters), filters.clock, filters.pinned, only_open)
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    found = connection.execute(statement, {**values(filters, numbered), **moments})
    return _merged([(row.service_id, ENDS.get(row.end, "withdrawn"), max(row.seconds, 0), row.n) for row in found])


@lru_cache(maxsize=200)
def _items(shape: Narrowed, clock_code: str, is_pinned: bool, only_open: bool) -> Statement:
    clock, rollup = clocks.CLOCKS[clock_code], on_clock(REQUEST.table.name, clock_code)
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, rollup.starts) if is_pinned else takedown_request.c
    running = clocks.is_running(row, clock)
    end = case((running, OPEN), else_=row.outcome_id).label("end")
    seconds = case((running, age(row, clock)), else_=clocks.latency(row, clock)).label("seconds")
    where = [clocks.measurable(row, clock), started_between(rollup, row, piece), *shape.facts(row)]
    if only_open:
        where.append(running)
    columns = (row.service_id, end, seconds)
    return select(*columns, func.count().label("n")).where(and_(*where)).group_by(*columns).order_by(*columns)


def age(row: Any, clock: clocks.Clock) -> ColumnElement[int]:
    """Return how long a running clock has run at AS_OF, less its stops, seconds."""
    until = func.coalesce(clocks.seconds(row.stopped_at), AS_OF)
    run: ColumnElement[int] = until - clocks.started(row, clock) - row.stopped_seconds
    return run
