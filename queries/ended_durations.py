"""Ended requests from the latency histogram, out of few wide buckets: what lies outside the window is taken away.

A window of 30 days begins and ends within a day. Cut into whole buckets inside it, it is some thirty of them, and most
of their rows say little. Added and taken away, it is a third of that: a day less its first hour is two buckets, the
hours after it are twenty-three. All sums are exact, so their differences are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    bindparam,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import NullType

from data.rollups import clocks, histograms
from data.rollups.clocks import DEFAULT
from data.rollups.declarations import LATENCY
from data.rollups.shapes import BLOCK, DAY, HOUR, SIXTEEN_WEEKS, WEEK, Grain
from data.tables import rollup_latency, rollup_latency_packed, takedown_request
from queries import duration_places
from queries.cubes import Piece, started_between
from queries.dimensions import Ids
from queries.duration_places import Placed, bucket_of, number_in
from queries.filters import Filters
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Statement, rows, whole_numbers

SIZES = {HOUR: 1, DAY: 10, WEEK: 28, BLOCK: 38, SIXTEEN_WEEKS: 42}
"""About how large a bucket of a grain is, in those of an hour: wide ones are full, not proportionally larger."""

NOTHING: Placed = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


@dataclass(frozen=True)
class Part:
    """A stretch `[start, end)` in UTC seconds of whole buckets of a grain, added or taken away."""

    sign: int
    grain: Grain
    start: int
    end: int

    def cost(self, now: int) -> int:
        """Return about how large it is, in buckets of an hour; nothing has begun after now."""
        begun = max(min(self.end, now + self.grain.width) - self.start, 0)
        return SIZES[self.grain] * (begun // self.grain.width)


@lru_cache(maxsize=2_000)
def cover(start: int, end: int, grains: tuple[Grain, ...], now: int) -> tuple[Part, ...]:
    """Return parts that add up to a stretch of whole buckets of the narrowest grain (the first), in few rows."""
    if start >= end:
        return ()
    narrow, *wider = grains
    found: list[tuple[Part, ...]] = [(Part(1, narrow, start, end),)]
    if wider:
        for first in _edges(start, wider[0]):
            for last in _edges(end, wider[0]):
                if first <= last:
                    edges = _moved(narrow, first, start, -1) + _moved(narrow, end, last, -1)
                    found.append(edges + cover(first, last, tuple(wider), now))
    return min(found, key=lambda parts: sum(part.cost(now) for part in parts))


def _edges(moment: int, grain: Grain) -> set[int]:
    down = (moment + grain.offset) // grain.width * grain.width - grain.offset
    return {down, moment if down == moment else down + grain.width}


def _moved(grain: Grain, first: int, last: int, sign: int) -> tuple[Part, ...]:
    """Return what lies between an edge and where it was moved to: taken away where it was moved outwards."""
    if first == last:
        return ()
    return (Part(sign, grain, first, last),) if first < last else (Part(-sign, grain, last, first),)


def holds(filters: Filters) -> bool:
    """Return whether the histograms hold what is asked: services, on the default clock, as known now."""
    narrows = set(narrowed(filters).dimensions)
    return filters.clock == DEFAULT.code and not filters.pinned and narrows <= {"service_id"}


def ended(connection: Connection, filters: Filters, numbered: Ids, services: Sequence[int]) -> Sequence[Placed]:
    """Return ended requests of these services by place; the filters are such as the histograms hold."""
    start, end = int(filters.since.timestamp()), int(filters.until.timestamp())
    whole = (min(-(-start // HOUR.width) * HOUR.width, end), max(end // HOUR.width * HOUR.width, start))
    if whole[0] >= whole[1]:
        return [_edge(connection, filters, numbered, services, (start, end))]
    parts = cover(*whole, tuple(SIZES), int(filters.as_of.timestamp()) // HOUR.width * HOUR.width)
    edges = [(start, whole[0]), (whole[1], end)]
    return [
        _packed(connection, services, parts),
        _waiting(connection, services, *whole),
        *(_edge(connection, filters, numbered, services, edge) for edge in edges if edge[0] < edge[1]),
    ]


def services_of(filters: Filters, numbered: Ids) -> Sequence[int]:
    """Return the ids of the services that are asked for."""
    every = numbered.all("service", LATENCY.facts.name)
    return numbered.chosen("service", filters.services) if filters.services else every


def _packed(connection: Connection, services: Sequence[int], parts: Sequence[Part]) -> Placed:
    """Return what is in the bytes of whole buckets; what is taken away is negative."""
    values: dict[str, object] = {"services": services}
    for number, part in enumerate(parts):
        first, after = ((moment + part.grain.offset) // part.grain.width for moment in (part.start, part.end))
        values |= {f"first{number}": first, f"last{number}": after - 1}
    found = rows(connection, _statement(tuple((part.sign, part.grain) for part in parts)), values)
    if not found:
        return NOTHING
    number_of = {service: number for number, service in enumerate(services)}
    (service, sign), places, n = histograms.apart([(number_of[row[0]], *row[1:]) for row in found])
    return duration_places.at(service, *histograms.dimensions_of(places, 2)), n * sign


@lru_cache(maxsize=500)
def _statement(parts: tuple[tuple[int, Grain], ...]) -> CompoundSelect[Any]:
    """Return a row a histogram: service, sign, bytes."""
    row = rollup_latency_packed.c
    cubes = {cube.grain: cube.id for cube in LATENCY.cubes}
    selects = []
    for number, (sign, grain) in enumerate(parts):
        first, last = (bindparam(f"{name}{number}", type_=BigInteger) for name in ("first", "last"))
        services = row.service_id.in_(bindparam("services", expanding=True))
        where = (row.cube == cubes[grain], services, row.bucket.between(first, last))
        counts = type_coerce(row.counts, NullType()).label("counts")
        selects.append(select(row.service_id, literal(sign).label("sign"), counts).where(*where))
    return union_all(*selects).execution_options(any_order=True)


def _waiting(connection: Connection, services: Sequence[int], start: int, end: int) -> Placed:
    """Return what waits to be put into the bytes of whole hours."""
    hours = {"first": start // HOUR.width, "last": end // HOUR.width - 1}
    service, outcome, bucket, n = whole_numbers(connection, _WAITING, {"services": services, **hours}).T
    return duration_places.at(number_in(services, service), outcome, bucket), n


_ROW = rollup_latency.c
_WAITING = (
    select(_ROW.service_id, _ROW.outcome_id, _ROW.latency_bucket, _ROW.n_requests)
    .where(
        _ROW.cube == LATENCY.written[0].id,
        _ROW.service_id.in_(bindparam("services", expanding=True)),
        _ROW.bucket.between(bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)),
    )
    .execution_options(any_order=True)
)


def _edge(
    connection: Connection, filters: Filters, numbered: Ids, services: Sequence[int], edge: tuple[int, int]
) -> Placed:
    """Return what ended of those that started in less than an hour, from facts."""
    bound = {**values(filters, numbered), "since": edge[0], "until": edge[1]}
    service, outcome, seconds = whole_numbers(connection, _started(narrowed(filters)), bound).T
    return duration_places.at(number_in(services, service), outcome, bucket_of(seconds)), np.ones_like(service)


@lru_cache(maxsize=20)
def _started(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    where = [LATENCY.where(row), started_between(LATENCY, row, piece), *shape.facts(row)]
    columns = (row.service_id, row.outcome_id, clocks.latency(row).label("seconds"))
    return select(*columns).where(*where).execution_options(any_order=True)
