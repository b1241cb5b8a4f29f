"""Ended requests from the latency histogram, out of few wide buckets: what lies outside the window is taken away.

A window of 30 days begins and ends within a day. Cut into whole buckets inside it, it is some thirty of them, and most
of their rows say little. Added and taken away, it is a third of that: a day less its first hour is two buckets, the
hours after it are twenty-three. All sums are exact, so their differences are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import BigInteger, CompoundSelect, Connection, bindparam, cast, select, union_all

from data.rollups.declarations import LATENCY
from data.rollups.latency import IN_A_ROW, N_BUCKETS, upper_bounds
from data.rollups.shapes import BLOCK, DAY, HOUR, SIXTEEN_WEEKS, WEEK, Grain
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.reading import whole_numbers

Counted = NDArray[np.int64]
"""Rows of service id, outcome id, seconds, number: shape (rows, 4)."""

ROWS = {HOUR: 1, DAY: 3, WEEK: 6, BLOCK: 6, SIXTEEN_WEEKS: 6}
"""About how many rows a bucket of a grain has, in those of an hour: wide ones are full, not proportionally larger."""

BY = ("service_id", "outcome_id", "latency_tens")
HALF = 31
"""Two counts below 2^31 travel in one number."""

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
        """Return about how many rows it has, in those of an hour; nothing has begun after now."""
        begun = max(min(self.end, now + self.grain.width) - self.start, 0)
        return ROWS[self.grain] * (begun // self.grain.width)


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


def ended(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    """Return ended requests by the middle of their histogram bucket; the filters are such as its cubes hold."""
    start, end = int(filters.since.timestamp()), int(filters.until.timestamp())
    whole = (min(-(-start // HOUR.width) * HOUR.width, end), max(end // HOUR.width * HOUR.width, start))
    if whole[0] >= whole[1]:
        return _counted(_edge(connection, filters, numbered, start, end))
    parts = cover(*whole, tuple(ROWS), int(filters.as_of.timestamp()) // HOUR.width * HOUR.width)
    edges = [_edge(connection, filters, numbered, *edge) for edge in ((start, whole[0]), (whole[1], end))]
    return _counted(np.concatenate([_rows(connection, filters, numbered, parts), *edges]))


def _edge(connection: Connection, filters: Filters, numbered: Ids, start: int, end: int) -> NDArray[np.int64]:
    """Return the rows of less than an hour, from facts: service, outcome, tens and ten counts."""
    if start >= end:
        return np.empty((0, len(BY) + IN_A_ROW), dtype=np.int64)
    since, until = (datetime.fromtimestamp(moment, UTC) for moment in (start, end))
    asked = Asked(LATENCY, replace(filters, since=since, until=until), numbered, by=BY)
    return asked.sums().numbers(connection)


def _rows(connection: Connection, filters: Filters, numbered: Ids, parts: Sequence[Part]) -> NDArray[np.int64]:
    """Return the rows of whole buckets: service, outcome, tens and ten counts, those taken away negative."""
    every = numbered.all("service", LATENCY.facts.name)
    chosen = numbered.chosen("service", filters.services) if filters.services else every
    values: dict[str, object] = {"services": chosen}
    for number, part in enumerate(parts):
        first, after = ((moment + part.grain.offset) // part.grain.width for moment in (part.start, part.end))
        values |= {f"first{number}": first, f"last{number}": after - 1}
    packed = whole_numbers(connection, _statement(tuple((part.sign, part.grain) for part in parts)), values)
    key, words = packed[:, 0], packed[:, 1:]
    counts = np.stack([words & ((1 << HALF) - 1), words >> HALF], axis=2).reshape(-1, IN_A_ROW)
    sign = 1 - 2 * (key & 1)
    keys = np.column_stack([key >> 33, (key >> 17) & 0xFFFF, (key >> 1) & 0xFFFF])
    return np.column_stack([keys, counts * sign[:, None]])


@lru_cache(maxsize=500)
def _statement(parts: tuple[tuple[int, Grain], ...]) -> CompoundSelect[Any]:
    """Return a row a stored row: service, outcome, tens and sign in one number, then the counts two by two.

    They are added up here: to group so many rows costs an engine three times what it costs to send them.
    """
    row = LATENCY.table.c
    cubes = {cube.grain: cube.id for cube in LATENCY.cubes}
    words = [row[f"n_{n}"] + cast(row[f"n_{n + 1}"], BigInteger) * (1 << HALF) for n in range(0, IN_A_ROW, 2)]
    selects = []
    for number, (sign, grain) in enumerate(parts):
        key = cast(row.service_id, BigInteger) * (1 << 33) + cast(row.outcome_id, BigInteger) * (1 << 17)
        key = key + cast(row.latency_tens, BigInteger) * 2 + int(sign < 0)
        first, last = (bindparam(f"{name}{number}", type_=BigInteger) for name in ("first", "last"))
        services = row.service_id.in_(bindparam("services", expanding=True))
        where = (row.cube == cubes[grain], services, row.bucket.between(first, last))
        selects.append(select(key.label("key"), *(word.label(f"w{n}") for n, word in enumerate(words))).where(*where))
    return union_all(*selects).execution_options(any_order=True)


def _counted(rows: NDArray[np.int64]) -> Counted:
    """Return rows of service, outcome, tens and ten counts added up: one row a service, outcome and bucket."""
    keys = rows[:, 0] << 32 | rows[:, 1] << 16 | rows[:, 2]
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    sums = np.add.reduceat(rows[order, 3:], first) if len(first) else rows[:0, 3:]
    row, at = np.nonzero(sums)
    found = rows[order[first], :4][row]
    found[:, 2] = MIDDLES[found[:, 2] * IN_A_ROW + at]
    found[:, 3] = sums[row, at]
    return found


def in_buckets(rows: Counted) -> Counted:
    """Return the rows added up, with their seconds as the histogram has them: thousands of ages are some hundred."""
    pairs, place = distinct(rows[:, 0] << 16 | rows[:, 1])
    keys = place * N_BUCKETS + np.searchsorted(_BOUNDS, rows[:, 2])
    sums = np.bincount(keys, weights=rows[:, 3], minlength=1).astype(np.int64)
    found = np.flatnonzero(sums)
    pair, bucket = np.divmod(found, N_BUCKETS)
    return np.column_stack([pairs[pair] >> 16, pairs[pair] & 0xFFFF, MIDDLES[bucket], sums[found]])


def distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return the few distinct values in order, and the place of each value among them: `np.unique` sorts them all."""
    codes, found = pd.factorize(values)
    order = np.argsort(found)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return found[order], place[codes]
