"""The counted rows of a roll-up as few whole numbers each: what a fact counts, packed by the database, unpacked here.

A fact counts by ten to twenty columns. Fetched one by one they cost four times the scan itself; most are small, so
the statement packs them: the flags below the time bucket in one number, three dimensions in another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    SmallInteger,
    String,
    Table,
    cast,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.copying import copy_out
from data.engine import is_postgres
from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import BLOCK, Flag, Grain, Rollup
from data.rollups.shelves import Numbers
from data.rollups.statements import counted, grains_of, key_columns, text_of

FETCHED_ROWS = 2_000
"""Rows turned into arrays at once on SQLite: so few that Python's numbers stay in the processor's cache."""

BLOCK_ROWS = 100_000
"""Rows given at once."""

BITS, PER_WORD = 20, 3
"""A small dimension takes 20 bits, three a number: ids of reference rows are 16 bits, -1 included."""

DIALECTS: dict[str, type[Dialect]] = {"postgresql": postgresql.dialect, "sqlite": sqlite.dialect}

MIDDLE = 1 << BITS - 1
"""Added to a packed dimension, so that it is never negative."""


class Codes(dict[str, int]):
    """A number for each text, given when it is first asked for."""

    def __missing__(self, text: str) -> int:
        """Return the next free number."""
        self[text] = len(self)
        return self[text]

    def texts(self, codes: Numbers) -> list[str]:
        """Return the texts of these numbers."""
        found: list[str] = np.array([*self, ""], dtype=object)[codes].tolist()
        return found


@dataclass(frozen=True)
class Layout:
    """Which columns of a relation lie where: `flags` and `small` are packed, `numbers` and `texts` stand alone."""

    at: str
    flags: tuple[str, ...]
    small: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def width(self) -> int:
        """Whole numbers of a packed row."""
        return 1 + len(self.words) + len(self.numbers) + len(self.texts)

    @property
    def words(self) -> list[tuple[str, ...]]:
        """The small columns of each packed number."""
        return [self.small[first : first + PER_WORD] for first in range(0, len(self.small), PER_WORD)]

    def packed(self, rows: FromClause) -> Select[Any]:
        """Return the packed rows: time and flags, packed dimensions, numbers, then texts."""
        row = rows.c
        head = _sum([cast(row[self.at], BigInteger) * (1 << len(self.flags)), *_bits(row, self.flags, 1, 0)])
        words = [_sum(_bits(row, names, BITS, MIDDLE)) for names in self.words]
        return select(
            head.label("head"),
            *(word.label(f"word_{number}") for number, word in enumerate(words)),
            *(row[name] for name in (*self.numbers, *self.texts)),
        )

    def unpacked(self, rows: Numbers) -> dict[str, Numbers]:
        """Return packed rows, shape (rows, numbers), by column; texts stay codes."""
        head, place = rows[:, 0], 1
        found = {self.at: head >> len(self.flags)}
        found |= {name: head >> bit & 1 for bit, name in enumerate(self.flags)}
        for names in self.words:
            mask = (1 << BITS) - 1
            found |= {name: (rows[:, place] >> BITS * n & mask) - MIDDLE for n, name in enumerate(names)}
            place += 1
        found |= {name: rows[:, place + n] for n, name in enumerate((*self.numbers, *self.texts))}
        return found


def _bits(
    row: ReadOnlyColumnCollection[str, Any], names: tuple[str, ...], width: int, middle: int
) -> list[ColumnElement[Any]]:
    return [(cast(row[name], BigInteger) + middle) * (1 << width * place) for place, name in enumerate(names)]


def _sum(parts: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    return reduce(lambda one, other: one + other, parts)


def finest(rollup: Rollup) -> Grain:
    """Return the narrowest grain of a roll-up; the buckets of all its other grains are whole buckets of it."""
    return min(grains_of(rollup), key=lambda grain: grain.width)


def wider(bucket: Numbers, grain: Grain, other: Grain) -> Numbers:
    """Return the buckets of a wider grain in which the buckets of a narrower one lie."""
    return (bucket * grain.width - grain.offset + other.offset) // other.width


def part_of(bucket: Numbers, grain: Grain) -> Numbers:
    """Return the four weeks in which a bucket lies: no bucket of any grain crosses their edges."""
    return wider(bucket, grain, BLOCK)


def texts_of(table: Table) -> tuple[str, ...]:
    """Return the key columns of a roll-up table that are texts."""
    return tuple(column.name for column in table.primary_key if isinstance(column.type, String))


@cache
def layout(table: Table) -> Layout:
    """Return how the counted rows of the roll-up of this table are packed."""
    rollup = next(rollup for rollup in ROLLUPS if rollup.table is table)
    small = tuple(name for name in rollup.dimensions if isinstance(table.c[name].type, SmallInteger))
    measures = counted(rollup, rollup.facts.c).subquery().c
    flags = tuple(name for name in rollup.measures if isinstance(measures[name].type, Flag))
    packed = {*texts_of(table), *small, *flags}
    numbers = tuple(name for name in (*rollup.dimensions, *rollup.measures) if name not in packed)
    return Layout(f"at_{finest(rollup).name}", flags, small, numbers, texts_of(table))


def facts_of(connection: Connection, rollup: Rollup, codes: Codes) -> Iterator[Numbers]:
    """Give the packed counted rows of all facts in blocks, texts as codes."""
    texts = len(layout(rollup.table).texts)
    yield from blocks(connection, _facts(rollup.table, connection.dialect.name), texts, codes)


def cells_of(connection: Connection, rollup: Rollup, codes: Codes) -> Iterator[Numbers]:
    """Give the stored cells of a roll-up in blocks: key columns, then measures; texts as codes."""
    names = [*key_columns(rollup), *rollup.measures]
    texts = texts_of(rollup.table)
    fetched = [*(name for name in names if name not in texts), *texts]
    asked = Asked(text_of(select(*(rollup.table.c[name] for name in fetched)), connection.dialect), tuple(fetched))
    for block in blocks(connection, asked, len(texts), codes):
        yield block[:, [fetched.index(name) for name in names]]


@dataclass(frozen=True)
class Asked:
    """A statement and the names of its columns: whole numbers, then texts."""

    words: str
    names: tuple[str, ...]


@cache
def _facts(table: Table, dialect_name: str) -> Asked:
    rollup = next(rollup for rollup in ROLLUPS if rollup.table is table)
    statement = layout(table).packed(counted(rollup, rollup.facts.c).subquery())
    return question_of(statement, DIALECTS[dialect_name]())


def question_of(statement: Select[Any], dialect: Dialect) -> Asked:
    """Return a statement without values of its own as it is asked."""
    return Asked(text_of(statement, dialect), tuple(str(column.key) for column in statement.selected_columns))


def blocks(connection: Connection, asked: Asked, texts: int, codes: Codes) -> Iterator[Numbers]:
    """Give the answer of a question in blocks: whole numbers, then so many texts as codes; no NULLs."""
    numbers = len(asked.names) - texts
    if not is_postgres(connection):
        yield from _fetched(connection, asked.words, numbers, codes)
        return
    kinds = {name: pa.int64() if place < numbers else pa.string() for place, name in enumerate(asked.names)}
    for page in copy_out(connection, asked.words.replace("%%", "%"), kinds):
        yield np.column_stack([_whole(page[name].combine_chunks(), codes) for name in asked.names])


def _fetched(connection: Connection, words: str, numbers: int, codes: Codes) -> Iterator[Numbers]:
    cursor = connection.connection.cursor()
    cursor.execute(words)
    parts: list[Numbers] = []
    while found := cursor.fetchmany(FETCHED_ROWS):
        parts.append(_array(found, numbers, codes))
        if len(parts) * FETCHED_ROWS >= BLOCK_ROWS:
            yield np.concatenate(parts)
            parts.clear()
    if parts:
        yield np.concatenate(parts)
    cursor.close()


def _array(rows: Sequence[Any], numbers: int, codes: Codes) -> Numbers:
    columns = list(zip(*rows, strict=True))
    made = np.empty((len(rows), len(columns)), dtype=np.int64)
    for place, column in enumerate(columns):
        given = column if place < numbers else map(codes.__getitem__, column)
        made[:, place] = np.fromiter(given, np.int64, len(rows))
    return made


def _whole(column: Any, codes: Codes) -> Numbers:
    if not pa.types.is_string(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)
    encoded = column.dictionary_encode()
    known = np.array([codes[text] for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    return known[encoded.indices.to_numpy(zero_copy_only=False)] if known.size else np.empty(0, dtype=np.int64)
