"""How long requests have lasted, with the open ones: counts by service, end and duration.

Ended requests come from the latency histogram where it holds what is asked, open ones from their hour or day of start
(the last day one by one), so the price is that of the buckets, not of the rows. What no cube holds (a province, a
theme, a source, another clock, a fixed link) is read from the facts, exact to the second, over a bounded window; so is
a window with few requests, whatever its length: an office that writes minutes shall read back the same minutes.
Resolution of the histogram: data.rollups.latency. Open ones older than three days are known to the day of their
start; those whose clock stood still to the second.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, case, func, literal, or_, select, text

from data.rollups import clocks
from data.rollups.clocks import LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from data.rollups.declarations import LATENCY, REQUEST, on_clock
from data.rollups.latency import IN_A_ROW, upper_bounds
from data.rollups.shapes import DAY, HOUR, Grain
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF, as_known
from queries.limits import FACTS_WINDOW, FEW_REQUESTS, PINNED_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, frame, whole_numbers

DURATIONS: Columns = {
    "service": "text", "is_signatory": "flag", "is_closed_messaging": "flag",
    "end": "text", "seconds": "count", "n": "count",
}  # fmt: skip

NAMES = ("open", "removed", "restricted", "labelled", "rejected", "withdrawn")
"""How a clock ends, in the order of outcome ids; `open` still runs. All but removed are competing ends."""

END_PLACES = (OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, WITHDRAWN)
"""Outcome id -> place in `NAMES`: what the uploader deleted counts as withdrawn."""

SECONDS_BITS = 40
"""Durations are below 2^40 seconds, so service, end and duration fit into one sortable number."""

ABOUT = ("service", "is_signatory", "is_closed_messaging")

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
    asked = Asked(LATENCY, filters, numbered, by=("service_id", "outcome_id", "latency_tens"))
    few = bool(asked.cubes()) and _are_few(connection, filters, numbered)
    if asked.cubes() and not few:
        rows = np.concatenate([_ended(connection, asked), _still_open(connection, filters, numbered)])
        return _frame(rows, numbered, {"uses_facts": False, "bounded_since": None, "is_exact": False})
    longest = PINNED_WINDOW if filters.pinned else FACTS_WINDOW
    since = filters.since if few else max(filters.since, filters.until - longest)
    rows = _from_facts(connection, replace(filters, since=since), numbered)
    bounded = since if since > filters.since else None
    return _frame(rows, numbered, {"uses_facts": True, "bounded_since": bounded, "is_exact": True})


def _are_few(connection: Connection, filters: Filters, numbered: Ids) -> bool:
    """Return whether the window holds few requests, of whatever service: their index knows no service."""
    asked = Asked(REQUEST, replace(filters, services=()), numbered, measures=("n_requests",))
    n = sum(int(row.n_requests) for row in asked.sums().rows(connection))
    return n <= FEW_REQUESTS


Counted = NDArray[np.int64]
"""Rows of service id, outcome id, seconds, number: shape (rows, 4)."""

NOTHING: Counted = np.empty((0, 4), dtype=np.int64)


def _frame(rows: Counted, numbered: Ids, attrs: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows with equal service, end and duration added up, services in screen order."""
    services = sorted(set(rows[:, 0].tolist()), key=lambda service: numbered.place("service", service))
    about = [numbered.about(numbered.code("service", service)) for service in services]
    places = {service: place for place, service in enumerate(services)}
    place = np.array([places[service] for service in rows[:, 0].tolist()], dtype=np.int64)
    end = np.array(END_PLACES)[np.clip(rows[:, 1], 0, len(END_PLACES) - 1)]
    keys, inverse = np.unique((place * len(NAMES) + end) << SECONDS_BITS | rows[:, 2], return_inverse=True)
    n = np.bincount(inverse, weights=rows[:, 3], minlength=len(keys)).astype(np.int64)
    keys, n = keys[n != 0], n[n != 0]
    seconds, pair = keys & ((1 << SECONDS_BITS) - 1), keys >> SECONDS_BITS
    known = {name: np.array([line[name] for line in about], dtype=object)[pair // len(NAMES)] for name in ABOUT}
    ends = np.array(NAMES, dtype=object)[pair % len(NAMES)]
    return frame(known | {"end": ends, "seconds": seconds, "n": n}, DURATIONS, attrs)


_BOUNDS = upper_bounds()
_MIDDLES = np.concatenate([[0], (_BOUNDS[:-2] + _BOUNDS[1:-1] + 1) // 2, [_BOUNDS[-2]]])
"""The duration that stands for a histogram bucket: its middle, so that what lies within a deadline stays within it."""


def _ended(connection: Connection, asked: Asked) -> Counted:
    sums = asked.sums()
    rows = whole_numbers(connection, sums.statement, sums.parameters)
    counts = rows[:, 3:]
    line, place = np.nonzero(counts)
    service, outcome, tens = rows[line, :3].T
    return np.column_stack([service, outcome, _MIDDLES[tens * IN_A_ROW + place], counts[line, place]])


def _still_open(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return open requests: the last day and few older ones exact, many by the middle of their hour or day."""
    as_of = filters.as_of
    parts = [NOTHING]
    for grain, first, last in (
        (DAY, filters.since, as_of - HOURS_FOR),
        (HOUR, as_of - HOURS_FOR, as_of - ITEMS_FOR),
        (None, as_of - ITEMS_FOR, filters.until),
    ):
        since, until = max(filters.since, first), min(filters.until, last)
        if since < until:
            part = replace(filters, since=since, until=until)
            parts.append(_by_start(connection, part, numbered, grain) if grain else _items(connection, part, numbered))
    return np.concatenate(parts)


def _by_start(connection: Connection, filters: Filters, numbered: Ids, grain: Grain) -> Counted:
    asked = Asked(REQUEST, filters, numbered, by=("service_id",), grain=grain, measures=("n_open",))
    found = [tuple(row) for row in asked.sums().rows(connection) if row.n_open]
    if sum(n for *_, n in found) <= FEW_REQUESTS:
        return _items(connection, filters, numbered)
    service, bucket, n_open = np.array(found, dtype=np.int64).reshape(-1, 3).T
    counted = [service, np.full(len(service), OPEN), _middle_age(filters, grain, bucket), n_open]
    return np.concatenate([np.column_stack(counted), *_stopped(connection, filters, numbered, grain)])


def _middle_age(filters: Filters, grain: Grain, bucket: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how long ago the middle of each bucket was, of what of it lies in the window; seconds."""
    now, since, until = (int(moment.timestamp()) for moment in (filters.as_of, filters.since, filters.until))
    start = bucket * grain.width - grain.offset
    return now - (np.maximum(start, since) + np.minimum(start + grain.width, until)) // 2


def _stopped(connection: Connection, filters: Filters, numbered: Ids, grain: Grain) -> tuple[Counted, Counted]:
    """Return what takes requests whose clock stood still out of their hour or day, and what puts them in, exact."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    rows = whole_numbers(connection, _odd(narrowed(filters)), {**values(filters, numbered), **moments})
    service, start, seconds, n = rows.T
    ended = np.full(len(rows), OPEN)
    out = np.column_stack([service, ended, _middle_age(filters, grain, (start + grain.offset) // grain.width), -n])
    return out, np.column_stack([service, ended, np.maximum(seconds, 0), n])


SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


@lru_cache(maxsize=200)
def _odd(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    start = clocks.started(row)
    columns = (row.service_id, start.label("start"), age(row, clocks.DEFAULT).label("seconds"))
    # The start is asked of a sum of columns: by their index SQLite would look up all requests of the window.
    where: list[Any] = [clocks.measurable(row), start >= SINCE, start < UNTIL, *shape.by_value(row)]
    return (
        select(*columns, func.count().label("n"))
        .where(and_(text(ODD_OPEN_REQUEST), *where))
        .group_by(*columns)
        .order_by(*columns)
    )


def _items(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return open requests one by one, through their own index."""
    return _read(connection, filters, numbered, _open(narrowed(filters)))


def _from_facts(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    return _read(connection, filters, numbered, _statement(narrowed(filters), filters.clock, filters.pinned))


def _read(connection: Connection, filters: Filters, numbered: Ids, statement: Statement) -> Counted:
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    rows = whole_numbers(connection, statement, {**values(filters, numbered), **moments})
    rows[:, 2] = np.maximum(rows[:, 2], 0)
    return rows


@lru_cache(maxsize=200)
def _open(shape: Narrowed) -> Statement:
    """Return the open requests by service and duration: nothing is read but their index, which holds these columns."""
    row: Any = takedown_request.c
    lasted = age(row, clocks.DEFAULT).label("seconds")
    received = and_(row.received_at >= SINCE, row.received_at < UNTIL)
    sent = and_(row.received_at.is_(None), row.notified_at >= SINCE, row.notified_at < UNTIL)
    kept = and_(text(OPEN_REQUEST), row.time_precision == "second", or_(received, sent), *shape.facts(row))
    columns = (row.service_id, literal(OPEN).label("end"), lasted)
    return (
        select(*columns, func.count().label("n"))
        .where(kept)
        .group_by(row.service_id, lasted)
        .order_by(row.service_id, lasted)
    )


@lru_cache(maxsize=200)
def _statement(shape: Narrowed, clock_code: str, is_pinned: bool) -> Statement:
    clock, rollup = clocks.CLOCKS[clock_code], on_clock(REQUEST.table.name, clock_code)
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, rollup.starts) if is_pinned else takedown_request.c
    running = clocks.is_running(row, clock)
    end = case((running, OPEN), else_=row.outcome_id).label("end")
    seconds = case((running, age(row, clock)), else_=clocks.latency(row, clock)).label("seconds")
    where = [clocks.measurable(row, clock), started_between(rollup, row, piece), *shape.facts(row)]
    columns = (row.service_id, end, seconds)
    return select(*columns, func.count().label("n")).where(and_(*where)).group_by(*columns).order_by(*columns)


def age(row: Any, clock: clocks.Clock) -> ColumnElement[int]:
    """Return how long a running clock has run at AS_OF, less its stops, seconds."""
    until = func.coalesce(clocks.seconds(row.stopped_at), AS_OF)
    run: ColumnElement[int] = until - clocks.started(row, clock) - row.stopped_seconds
    return run
