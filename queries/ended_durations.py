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
import pandas as pd
from numpy.typing import NDArray
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
from data.rollups.latency import N_BUCKETS, upper_bounds
from data.rollups.shapes import BLOCK, DAY, HOUR, SIXTEEN_WEEKS, WEEK, Grain
from data.tables import rollup_latency, rollup_latency_packed, takedown_request
from queries.cubes import Piece, started_between
from queries.dimensions import Ids
from queries.filters import Filters
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Statement, rows, whole_numbers

Counted = NDArray[np.int64]
"""Rows of service id, outcome id, seconds, number: shape (rows, 4)."""

SIZES = {HOUR: 1, DAY: 10, WEEK: 28, BLOCK: 38, SIXTEEN_WEEKS: 42}
"""About how large a bucket of a grain is, in those of an hour: wide ones are full, not proportionally larger."""

NOTHING: Counted = np.empty((0, 4), dtype=np.int64)

_BOUNDS = upper_bounds()
MIDDLES = np.concatenate([[0], (_BOUNDS[:-2] + _BOUNDS[1:-1] + 1) // 2, [_BOUNDS[-2]]])
"""The duration that stands for a histogram bucket: its middle, so that what lies within a deadline stays within it."""


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


def ended(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return ended requests by the middle of their histogram bucket; the filters are such as the histograms hold."""
    start, end = int(filters.since.timestamp()), int(filters.until.timestamp())
    whole = (min(-(-start // HOUR.width) * HOUR.width, end), max(end // HOUR.width * HOUR.width, start))
    if whole[0] >= whole[1]:
        return added_up(_edge(connection, filters, numbered, start, end))
    parts = cover(*whole, tuple(SIZES), int(filters.as_of.timestamp()) // HOUR.width * HOUR.width)
    edges = [_edge(connection, filters, numbered, *edge) for edge in ((start, whole[0]), (whole[1], end))]
    services = services_of(filters, numbered)
    found = [_packed(connection, services, parts), _waiting(connection, services, *whole), *edges]
    return added_up(np.concatenate(found))


def services_of(filters: Filters, numbered: Ids) -> Sequence[int]:
    """Return the ids of the services that are asked for."""
    every = numbered.all("service", LATENCY.facts.name)
    return numbered.chosen("service", filters.services) if filters.services else every


def _packed(connection: Connection, services: Sequence[int], parts: Sequence[Part]) -> Counted:
    """Return what is in the bytes of whole buckets, what is taken away negative: service, outcome, bucket, number."""
    values: dict[str, object] = {"services": services}
    for number, part in enumerate(parts):
        first, after = ((moment + part.grain.offset) // part.grain.width for moment in (part.start, part.end))
        values |= {f"first{number}": first, f"last{number}": after - 1}
    found = rows(connection, _statement(tuple((part.sign, part.grain) for part in parts)), values)
    if not found:
        return NOTHING
    keys, places, n = histograms.apart(found)
    return np.column_stack([keys[:, 0], *histograms.dimensions_of(places, 2), n * keys[:, 1]])


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


def _waiting(connection: Connection, services: Sequence[int], start: int, end: int) -> Counted:
    """Return what waits to be put into the bytes of whole hours."""
    hours = {"first": start // HOUR.width, "last": end // HOUR.width - 1}
    return whole_numbers(connection, _WAITING, {"services": services, **hours})


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


def _edge(connection: Connection, filters: Filters, numbered: Ids, start: int, end: int) -> Counted:
    """Return what ended of those that started in less than an hour, from facts: service, outcome, bucket, number."""
    if start >= end:
        return NOTHING
    bound = {**values(filters, numbered), "since": start, "until": end}
    found = whole_numbers(connection, _started(narrowed(filters)), bound)
    found[:, 2] = np.searchsorted(_BOUNDS, found[:, 2])
    return found


@lru_cache(maxsize=20)
def _started(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    where = [LATENCY.where(row), started_between(LATENCY, row, piece), *shape.facts(row)]
    columns = (row.service_id, row.outcome_id, clocks.latency(row).label("seconds"), literal(1).label("n"))
    return select(*columns).where(*where).execution_options(any_order=True)


def added_up(rows: Counted) -> Counted:
    """Return rows of service, outcome, bucket and number added up, with the middle of their bucket for its number."""
    pairs, place = distinct(rows[:, 0] << 16 | rows[:, 1])
    sums = np.bincount(place * N_BUCKETS + rows[:, 2], weights=rows[:, 3], minlength=1).astype(np.int64)
    found = np.flatnonzero(sums)
    pair, bucket = np.divmod(found, N_BUCKETS)
    return np.column_stack([pairs[pair] >> 16, pairs[pair] & 0xFFFF, MIDDLES[bucket], sums[found]])


def in_buckets(rows: Counted) -> Counted:
    """Return the rows added up, with their seconds as the histogram has them: thousands of ages are some hundred."""
    bucket = np.searchsorted(_BOUNDS, rows[:, 2])
    return added_up(np.column_stack([rows[:, :2], bucket, rows[:, 3]]))


def distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return the few distinct values in order, and the place of each value among them: `np.unique` sorts them all."""
    codes, found = pd.factorize(values)
    order = np.argsort(found)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return found[order], place[codes]
