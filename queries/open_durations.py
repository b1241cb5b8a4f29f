"""How long open requests have lasted: one by one where that matters, by the hour or day of their start elsewhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    bindparam,
    cast,
    func,
    select,
    text,
    union_all,
)

from data.rollups import clocks
from data.rollups.clocks import OPEN
from data.rollups.declarations import REQUEST
from data.rollups.shapes import DAY, HOUR, Grain
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.ended_durations import Counted
from queries.filters import Filters
from queries.known import AS_OF
from queries.limits import FEW_OF_A_SERVICE, OPEN_ONE_BY_ONE
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Statement, whole_numbers
from queries.windows import hour_start

ITEMS_FOR = timedelta(hours=50)
"""Where many are open, those this young are read one by one: half an hour is less than one percent of an older age."""

HOURS_FOR = timedelta(days=50)
"""Open requests this young are known to the hour of their start, older ones to its day: half of it is one percent."""

NOTHING: Counted = np.empty((0, 4), dtype=np.int64)

SECONDS_BITS = 40
"""Durations are below 2^40 seconds, so a service, an end and a duration fit into one sortable number."""

SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


def still_open(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return open requests, exact; where very many are open, older ones by the middle of their hour or day (1 %)."""
    as_of = filters.as_of
    if _n_open_before(connection, filters, numbered, hour_start(as_of - ITEMS_FOR)) <= OPEN_ONE_BY_ONE:
        return open_ones(connection, filters, numbered)
    parts = [NOTHING]
    for grain, first, last in (
        (DAY, filters.since, as_of - HOURS_FOR),
        (HOUR, as_of - HOURS_FOR, as_of - ITEMS_FOR),
        (None, as_of - ITEMS_FOR, filters.until),
    ):
        since, until = max(filters.since, first), min(filters.until, last)
        if since < until:
            part = replace(filters, since=since, until=until)
            found = _by_start(connection, part, numbered, grain) if grain else open_ones(connection, part, numbered)
            parts.append(found)
    return np.concatenate(parts)


def _n_open_before(connection: Connection, filters: Filters, numbered: Ids, moment: datetime) -> int:
    """Return how many open requests of the window started before a moment."""
    if moment <= filters.since:
        return 0
    before = replace(filters, until=min(filters.until, moment))
    ((n_open,),) = Asked(REQUEST, before, numbered, measures=("n_open",)).sums().rows(connection)
    return int(n_open)


def _by_start(connection: Connection, filters: Filters, numbered: Ids, grain: Grain) -> Counted:
    asked = Asked(REQUEST, filters, numbered, by=("service_id",), grain=grain, measures=("n_open",), skips_zeros=True)
    found = asked.sums().numbers(connection)
    n_open = np.bincount(found[:, 0], weights=found[:, 2])
    many = n_open > FEW_OF_A_SERVICE
    parts = [NOTHING]
    if few := _codes(numbered, np.flatnonzero((n_open > 0) & ~many)):
        parts.append(open_ones(connection, replace(filters, services=few), numbered))
    if codes := _codes(numbered, np.flatnonzero(many)):
        parts += _together(connection, replace(filters, services=codes), numbered, grain, found[many[found[:, 0]]])
    return np.concatenate(parts)


def _codes(numbered: Ids, services: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(sorted(numbered.code("service", service) for service in services.tolist()))


def _together(
    connection: Connection, filters: Filters, numbered: Ids, grain: Grain, found: NDArray[np.int64]
) -> tuple[Counted, ...]:
    """Return open requests (service id, bucket, number) by the middle of their bucket, those that stood still exact."""
    service, bucket, n_open = found.T
    counted = [service, np.full(len(service), OPEN), _middle_age(filters, grain, bucket), n_open]
    return np.column_stack(counted), *_stopped(connection, filters, numbered, grain)


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


def open_ones(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return open requests one by one, through their own index."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    found = whole_numbers(connection, _open(narrowed(filters)), {**values(filters, numbered), **moments})[:, 0]
    service = (found + (1 << SECONDS_BITS - 1)) >> SECONDS_BITS
    seconds = np.maximum(found - (service << SECONDS_BITS), 0)
    return np.column_stack([service, np.full(len(found), OPEN), seconds, np.ones_like(found)])


def counted(connection: Connection, filters: Filters, numbered: Ids, statement: Statement) -> Counted:
    """Return the rows of a statement: service id, outcome id, seconds, number; its moments are those of the filters."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    rows = whole_numbers(connection, statement, {**values(filters, numbered), **moments})
    rows[:, 2] = np.maximum(rows[:, 2], 0)
    return rows


@lru_cache(maxsize=200)
def _open(shape: Narrowed) -> CompoundSelect[Any]:
    """Return the service and age (negative where it has yet to start) of each open request in one number.

    Nothing is read but their index, and little is worked out.
    They are added up here: an engine would sort thousands of ages, and a row of two numbers costs twice one of one.
    """
    row: Any = takedown_request.c
    until = cast(row.service_id, BigInteger) * (1 << SECONDS_BITS) + func.coalesce(
        clocks.seconds(row.stopped_at), AS_OF
    )
    dated = (text(OPEN_REQUEST), row.time_precision == "second", *shape.facts(row))
    both = []
    for start, unless in ((row.received_at, ()), (row.notified_at, (row.received_at.is_(None),))):
        number = until - clocks.seconds(start) - row.stopped_seconds
        both.append(select(number.label("number")).where(*dated, *unless, start >= SINCE, start < UNTIL))
    return union_all(*both).execution_options(any_order=True)


def age(row: Any, clock: clocks.Clock) -> ColumnElement[int]:
    """Return how long a running clock has run at AS_OF, less its stops, seconds."""
    until = func.coalesce(clocks.seconds(row.stopped_at), AS_OF)
    run: ColumnElement[int] = until - clocks.started(row, clock) - row.stopped_seconds
    return run
