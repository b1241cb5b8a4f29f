"""How long open requests have lasted, to the second: from the histogram of their starts, where it holds what is asked.

Their own index would tell as well. But what is open was written lately, and PostgreSQL looks up each such row.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
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
    type_coerce,
    union_all,
)
from sqlalchemy.types import NullType

from data.rollups import clocks, histograms
from data.rollups.declarations import OPEN_REQUEST
from data.rollups.shapes import DAY
from data.tables import rollup_open, rollup_open_packed, takedown_request
from data.tables.facts import ODD_OPEN_REQUEST
from data.tables.facts import OPEN_REQUEST as IS_OPEN
from queries.dimensions import Ids
from queries.duration_places import Whole
from queries.ended_durations import holds, services_of
from queries.filters import Filters
from queries.known import AS_OF
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Statement, rows, whole_numbers

Lasting = tuple[Whole, Whole, Whole]
"""Service ids, seconds on the clock, and how many."""

SECONDS_BITS = 40
"""Durations are below 2^40 seconds, so a service, an end and a duration fit into one sortable number."""

SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


def asked_of(filters: Filters, numbered: Ids) -> dict[str, Any]:
    """Return the values of a statement about the window of the filters, and what they narrow."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    return {**values(filters, numbered), **moments}


def open_ones(connection: Connection, filters: Filters, numbered: Ids) -> Lasting:
    """Return how long open requests whose clock started in the window have lasted; what has ended since is negative."""
    asked = asked_of(filters, numbered)
    if not holds(filters):
        return _from_facts(whole_numbers(connection, _open(narrowed(filters)), asked)[:, 0])
    service, seconds, n = whole_numbers(connection, _odd(narrowed(filters)), asked).T
    parts = [*_running(connection, asked | {"services": services_of(filters, numbered)}), (service, seconds, n)]
    service, seconds, n = (np.concatenate(each) for each in zip(*parts, strict=True))
    return service, np.maximum(seconds, 0), n


def _running(connection: Connection, asked: dict[str, Any]) -> Iterator[Lasting]:
    """Give those whose clock runs: what is in the bytes of their days, and what waits to be put there."""
    edges = {"first": asked["since"], "last": asked["until"] - 1}
    days = {name: (moment + DAY.offset) // DAY.width for name, moment in edges.items()}
    if found := rows(connection, _PACKED, asked | days):
        (service, day), second, n = histograms.apart(found)
        yield _lasting(asked, service, day * DAY.width - DAY.offset + second, n)
    service, day, second, n = whole_numbers(connection, _WAITING, asked | days).T
    yield _lasting(asked, service, day * DAY.width - DAY.offset + second, n)


def _lasting(asked: dict[str, Any], service: Whole, start: Whole, n: Whole) -> Lasting:
    """Return how long those have run that started in the window."""
    inside = (start >= asked["since"]) & (start < asked["until"])
    if not inside.all():
        service, start, n = service[inside], start[inside], n[inside]
    return service, asked["as_of"] - start, n


def _stored(table: Any, *columns: Any) -> Any:
    """Return the statement of the rows of days, of a table of running clocks."""
    row, (cube,) = table.c, OPEN_REQUEST.cubes
    edges = [bindparam(name, type_=BigInteger) for name in ("first", "last")]
    where = (row.cube == cube.id, row.service_id.in_(bindparam("services", expanding=True)), row.bucket.between(*edges))
    return select(row.service_id, row.bucket, *columns).where(*where).execution_options(any_order=True)


_PACKED = _stored(rollup_open_packed, type_coerce(rollup_open_packed.c.counts, NullType()).label("counts"))
_WAITING = _stored(rollup_open, rollup_open.c.second_of_day, rollup_open.c.n_requests)


@lru_cache(maxsize=200)
def _odd(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    start = clocks.started(row)
    columns = (row.service_id, age(row, clocks.DEFAULT).label("seconds"))
    # The start is asked of a sum of columns: by their index SQLite would look up all requests of the window.
    where: list[Any] = [clocks.measurable(row), start >= SINCE, start < UNTIL, *shape.by_value(row)]
    return (
        select(*columns, func.count().label("n"))
        .where(and_(text(ODD_OPEN_REQUEST), *where))
        .group_by(*columns)
        .order_by(*columns)
    )


def _from_facts(found: Whole) -> Lasting:
    """Return what numbers of `_open` say."""
    service = (found + (1 << SECONDS_BITS - 1)) >> SECONDS_BITS
    return service, np.maximum(found - (service << SECONDS_BITS), 0), np.ones_like(found)


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
    dated = (text(IS_OPEN), row.time_precision == "second", *shape.facts(row))
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
