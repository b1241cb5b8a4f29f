"""Requests judged by a deadline, from sums by class of urgency: over any window, without reading them.

What lies between the hour and the moment at which a deadline passes is read from facts, half an hour at most; so are
the few open requests that a stopped clock keeps from being due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, cast, select, text, true

from data.rollups import clocks
from data.rollups.clocks import DEFAULT
from data.rollups.declarations import CLASS
from data.rollups.latency import LIMIT_MINUTES
from data.rollups.requests import CLASSES
from data.rollups.shapes import HOUR, Grain, one_if
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.known import AS_OF, age
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Statement, total, whole_numbers

COUNTS = ("due", "within", "open_late", "removed_late", "not_yet_due", "ended_early")
KEPT = ("n_requests", "n_unmeasurable", "n_open", "n_removed")

ByBucket = dict[int, NDArray[np.int64]]
"""Bucket (0 without a grain) -> dated requests not withdrawn in time, open ones, removed ones, those in time."""

NOTHING = np.zeros(4, dtype=np.int64)


@dataclass(frozen=True)
class Line:
    """One deadline as it holds: for which class, how long, from when and until when (UTC seconds, None: open)."""

    code: str
    kind: str
    applies_to: str
    minutes: int
    valid_from: int | None
    valid_to: int | None

    def judges(self, row: Any, start: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a request is judged by this deadline."""
        of_class = true() if self.applies_to == "all" else row.urgency == self.applies_to
        since = start >= self.valid_from if self.valid_from is not None else true()
        until = start < self.valid_to if self.valid_to is not None else true()
        return and_(of_class, since, until)

    def stretch(self, filters: Filters) -> tuple[int, int]:
        """Return the part of the window in which it holds, UTC seconds; the first is not before the second if none."""
        since, until = int(filters.since.timestamp()), int(filters.until.timestamp())
        return max(since, self.valid_from or since), min(until, until if self.valid_to is None else self.valid_to)


def is_summed(line: Line, filters: Filters, numbered: Ids) -> bool:
    """Return whether the sums by class know what a deadline asks; else it is answered from facts."""
    known = line.minutes in LIMIT_MINUTES and line.applies_to in ("all", *CLASSES)
    return known and filters.clock == DEFAULT.code and bool(Asked(CLASS, filters, numbered, by=("class_id",)).cubes())


def judged(
    connection: Connection, filters: Filters, numbered: Ids, lines: Sequence[Line], grain: Grain | None = None
) -> list[dict[int, dict[str, int]]]:
    """Return for each deadline its `COUNTS` by bucket of the grain (0 without one) in which clocks started."""
    held_back = _held_back(connection, filters, numbered, lines, grain)
    return [
        _judged(_Sums(connection, filters, numbered, line, grain), spared)
        for line, spared in zip(lines, held_back, strict=True)
    ]


def _judged(sums: "_Sums", spared: Mapping[int, int]) -> dict[int, dict[str, int]]:
    start, end = sums.line.stretch(sums.filters)
    passed = min(max(int(sums.filters.as_of.timestamp()) - sums.line.minutes * 60 + 1, start), end)
    whole, elapsed = sums.between(start, end), sums.until(start, passed)
    found = {}
    for bucket in sorted({*whole, *elapsed, *spared}):
        old, held = elapsed.get(bucket, NOTHING), spared.get(bucket, 0)
        dated, still_open, removed, within = old.tolist()
        young = whole.get(bucket, NOTHING) - old
        counts = (dated - held, within, still_open - held, removed - within, int(young[1]) + held,
                  int(young[0] - young[1]))  # fmt: skip
        found[bucket] = dict(zip(COUNTS, counts, strict=True))
    return found


@dataclass(frozen=True)
class _Sums:
    """The sums of one deadline's class, closed messaging left out."""

    connection: Connection
    filters: Filters
    numbered: Ids
    line: Line
    grain: Grain | None

    def until(self, start: int, end: int) -> ByBucket:
        """Return the sums up to a moment within an hour, from the side of the hour that is nearer."""
        near = max((end + HOUR.width // 2) // HOUR.width * HOUR.width, start)
        if near >= end:
            return _added(self.between(start, near), self._facts(end, near), -1)
        return _added(self.between(start, near), self._facts(near, end), 1)

    def between(self, start: int, end: int) -> ByBucket:
        """Return the sums of a stretch: those of all services, less those of closed messaging."""
        chosen = self.filters.services or tuple(self.numbered.of["service"])
        open_ones = tuple(sorted(set(chosen) - self.numbered.closed_messaging))
        closed = tuple(sorted(set(chosen) & self.numbered.closed_messaging))
        if start >= end or not open_ones:
            return {}
        if self.filters.services:
            return self._of(start, end, open_ones)
        whole = self._of(start, end, ())
        return _added(whole, self._of(start, end, closed), -1) if closed else whole

    def _of(self, start: int, end: int, services: tuple[str, ...]) -> ByBucket:
        return self._by_bucket(self._rows(start, end, services, ("class_id",)))

    def _facts(self, start: int, end: int) -> ByBucket:
        """Return the sums of less than an hour: read once, closed messaging left out afterwards."""
        if start >= end:
            return {}
        rows = self._rows(start, end, self.filters.services, ("service_id", "class_id"))
        closed = [self.numbered.of["service"][code] for code in self.numbered.closed_messaging]
        return self._by_bucket(rows[~np.isin(rows[:, 0], closed)][:, 1:])

    def _rows(self, start: int, end: int, services: tuple[str, ...], by: tuple[str, ...]) -> NDArray[np.int64]:
        since, until = (datetime.fromtimestamp(moment, UTC) for moment in (start, end))
        part = replace(self.filters, since=since, until=until, services=services)
        measures = (*KEPT, *(f"n_{name}_{self.line.minutes}" for name in ("within", "withdrawn")))
        return (
            Asked(CLASS, part, self.numbered, by=by, grain=self.grain, measures=measures)
            .sums()
            .numbers(self.connection)
        )

    def _by_bucket(self, rows: NDArray[np.int64]) -> ByBucket:
        """Return rows of class, bucket if there is a grain, and measures, added up for the class."""
        if self.line.applies_to != "all":
            rows = rows[rows[:, 0] == CLASSES.index(self.line.applies_to)]
        bucket = rows[:, 1] if self.grain else np.zeros(len(rows), dtype=np.int64)
        n_requests, n_unmeasurable, n_open, n_removed, n_within, n_withdrawn = rows[:, -6:].T
        sums = np.column_stack([n_requests - n_unmeasurable - n_withdrawn, n_open, n_removed, n_within])
        found: ByBucket = {}
        for at, row in zip(bucket.tolist(), sums, strict=True):
            found[at] = found.get(at, NOTHING) + row
        return found


def _added(one: ByBucket, other: ByBucket, sign: int) -> ByBucket:
    return {at: one.get(at, NOTHING) + sign * other.get(at, NOTHING) for at in {*one, *other}}


def _held_back(
    connection: Connection, filters: Filters, numbered: Ids, lines: Sequence[Line], grain: Grain | None
) -> list[dict[int, int]]:
    """Return for each deadline the open requests, by bucket, whose time is up but for the stops of their clock."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    closed = [numbered.of["service"][code] for code in sorted(numbered.closed_messaging)]
    bound = {**values(filters, numbered), **moments, "closed": closed}
    rows = whole_numbers(connection, _spared(narrowed(filters), tuple(lines), grain), bound)
    return [{int(row[0]): int(row[1 + at]) for row in rows if row[1 + at]} for at in range(len(lines))]


@lru_cache(maxsize=200)
def _spared(shape: Narrowed, lines: tuple[Line, ...], grain: Grain | None) -> Statement:
    row: Any = takedown_request.c
    start, run = clocks.started(row), age(row, DEFAULT)
    bucket = cast((start + grain.offset) // grain.width if grain else start * 0, BigInteger).label("bucket")
    since, until = (bindparam(name, type_=BigInteger) for name in ("since", "until"))
    sums = []
    for at, line in enumerate(lines):
        allowed = line.minutes * 60
        held = and_(line.judges(row, start), start <= AS_OF - allowed, run < allowed)
        sums.append(total(one_if(held)).label(f"held{at}"))
    # The start is asked of a sum of columns: by their index SQLite would look up all requests of the window.
    where = (text(ODD_OPEN_REQUEST), row.time_precision == "second", start >= since, start < until)
    kept = (*where, row.service_id.not_in(bindparam("closed", expanding=True)), *shape.by_value(row))
    return select(bucket, *sums).where(*kept).group_by(bucket).order_by(bucket)
