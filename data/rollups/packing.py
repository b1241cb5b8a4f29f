"""What is counted, packed into few whole numbers: counted rows of facts, and stored cells as they are sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Connection, SmallInteger, String, Table, cast, not_, select

from data.rollups.declarations import ROLLUPS
from data.rollups.fetching import (
    BITS,
    MIDDLE,
    PER_WORD,
    Asked,
    Codes,
    blocks,
    in_threes,
    packed_in_sql,
    question_of,
    unpacked,
)
from data.rollups.shapes import BLOCK, Flag, Grain, Rollup
from data.rollups.shelves import Numbers
from data.rollups.statements import counted, grains_of

AT, COUNTS = "at", "counts"
"""Names beside those of dimensions and measures: the bucket of the narrowest grain, and whether a fact counts."""


def finest(rollup: Rollup) -> Grain:
    """Return the narrowest grain of a roll-up; the buckets of all its other grains are whole buckets of it."""
    return min(grains_of(rollup), key=lambda grain: grain.width)


def wider(bucket: Numbers, grain: Grain, other: Grain) -> Numbers:
    """Return the buckets of a wider grain in which the buckets of a narrower one lie."""
    return (bucket * grain.width - grain.offset + other.offset) // other.width


LONG = -1
"""Where all cells of grains wider than four weeks lie: they are few."""


def is_long(grain: Grain) -> bool:
    """Return whether a bucket of the grain is wider than four weeks."""
    return grain.width > BLOCK.width


def part_of(bucket: Numbers, grain: Grain) -> Numbers:
    """Return the four weeks in which a bucket lies: none crosses their edges; `LONG` for those of wider grains."""
    return np.full_like(bucket, LONG) if is_long(grain) else wider(bucket, grain, BLOCK)


def texts_of(table: Table) -> tuple[str, ...]:
    """Return the key columns of a roll-up table that are texts."""
    return tuple(column.name for column in table.primary_key if isinstance(column.type, String))


@dataclass(frozen=True)
class Layout:
    """How counted rows lie on their shelf: time and `flags` in one number, `small` three a number, `numbers` alone."""

    flags: tuple[str, ...]
    small: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def width(self) -> int:
        """Whole numbers of a packed row."""
        return 1 + len(self.words) + len(self.numbers)

    @cached_property
    def words(self) -> list[tuple[str, ...]]:
        """The small columns of each packed number."""
        return in_threes(self.small)

    def packed(self, columns: Mapping[str, Numbers]) -> Numbers:
        """Return counted rows, shape (rows, width), from their columns."""
        head = columns[AT] << len(self.flags)
        for bit, name in enumerate(self.flags):
            head = head | columns[name] << bit
        words = [
            reduce(np.bitwise_or, (columns[name] + MIDDLE << BITS * place for place, name in enumerate(names)))
            for names in self.words
        ]
        return np.column_stack([head, *words, *(columns[name] for name in self.numbers)])

    def unpacked(self, rows: Numbers) -> dict[str, Numbers]:
        """Return packed rows by column, without the flags; texts stay codes."""
        found = {AT: rows[:, 0] >> len(self.flags)}
        for place, names in enumerate(self.words, start=1):
            found |= dict(unpacked(rows[:, place], names, MIDDLE))
        found |= {name: rows[:, 1 + len(self.words) + place] for place, name in enumerate(self.numbers)}
        return found

    def flags_in_threes(self, rows: Numbers) -> list[Numbers]:
        """Return the flags of packed rows so that each number can be summed over a million rows: `flags_apart`."""
        return [
            reduce(np.bitwise_or, ((rows[:, 0] >> first + n & 1) << BITS * n for n in range(len(names))))
            for first, names in zip(range(0, len(self.flags), PER_WORD), in_threes(self.flags), strict=True)
        ]

    def flags_apart(self, words: Numbers) -> dict[str, Numbers]:
        """Return the sums of each flag from the sums of `flags_in_threes`, shape (rows, numbers)."""
        groups = in_threes(self.flags)
        return {n: sums for place, names in enumerate(groups) for n, sums in unpacked(words[:, place], names, 0)}


@cache
def layout(table: Table) -> Layout:
    """Return how the counted rows of the roll-up of this table are packed."""
    rollup = next(rollup for rollup in ROLLUPS if rollup.table is table)
    measures = counted(rollup, rollup.facts.c).subquery().c
    flags = tuple(name for name in rollup.measures if isinstance(measures[name].type, Flag))
    small = tuple(name for name in rollup.dimensions if isinstance(table.c[name].type, SmallInteger))
    return Layout(flags, small, tuple(n for n in (*rollup.dimensions, *rollup.measures) if n not in {*small, *flags}))


@dataclass(frozen=True)
class Cells:
    """How stored cells are fetched: those whose sums all fit into 20 bits with their sums packed, the others as are."""

    table: Table
    measures: tuple[str, ...]

    @cached_property
    def _small(self) -> list[tuple[str, ...]]:
        return in_threes([c.name for c in self.table.primary_key if isinstance(c.type, SmallInteger)])

    @cached_property
    def _numbers(self) -> list[str]:
        taken = {*texts_of(self.table), *(name for names in self._small for name in names)}
        return [column.name for column in self.table.primary_key if column.name not in taken]

    def blocks(self, connection: Connection, codes: Codes) -> Iterator[Numbers]:
        """Give all cells in blocks: key columns, then measures; texts as codes."""
        for is_packed in (True, False):
            alone: list[tuple[str, ...]] = [(name,) for name in self.measures]
            sums = in_threes(self.measures) if is_packed else alone
            asked = self._asked(connection, sums, is_packed=is_packed)
            for block in blocks(connection, asked, len(texts_of(self.table)), codes):
                yield self._apart(block, sums)

    def _asked(self, connection: Connection, sums: list[tuple[str, ...]], *, is_packed: bool) -> Asked:
        row = self.table.c
        fits = reduce(lambda one, other: one.bitwise_or(other), (_whole(row[name]) for name in self.measures))
        small = fits.between(0, (1 << BITS) - 1)
        words: list[ColumnElement[Any]] = [
            packed_in_sql([_whole(row[n]) for n in names], MIDDLE) for names in self._small
        ]
        words += [row[name] for name in self._numbers]
        words += [packed_in_sql([_whole(row[name]) for name in names], 0) for names in sums]
        named = [
            *(word.label(f"word_{place}") for place, word in enumerate(words)),
            *(row[n] for n in texts_of(self.table)),
        ]
        return question_of(select(*named).where(small if is_packed else not_(small)), connection.dialect)

    def _apart(self, block: Numbers, sums: list[tuple[str, ...]]) -> Numbers:
        columns: dict[str, Numbers] = {}
        for place, names in enumerate(self._small):
            columns |= dict(unpacked(block[:, place], names, MIDDLE))
        alone = len(self._small)
        columns |= {name: block[:, alone + place] for place, name in enumerate(self._numbers)}
        first = alone + len(self._numbers)
        for place, names in enumerate(sums, start=first):
            columns |= dict(unpacked(block[:, place], names, 0)) if len(names) > 1 else {names[0]: block[:, place]}
        columns |= {name: block[:, first + len(sums) + place] for place, name in enumerate(texts_of(self.table))}
        keys = [column.name for column in self.table.primary_key]
        return np.column_stack([columns[name] for name in (*keys, *self.measures)])


def _whole(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column if type(column.type) is BigInteger else cast(column, BigInteger)


def cells_of(connection: Connection, rollup: Rollup, codes: Codes) -> Iterator[Numbers]:
    """Give the stored cells of a roll-up in blocks: key columns, then measures; texts as codes."""
    yield from Cells(rollup.table, tuple(rollup.measures)).blocks(connection, codes)
