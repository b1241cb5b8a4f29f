"""Answers of the database as arrays of whole numbers, in blocks: columns of a table, small ones packed together.

Fetched one by one, columns cost four times the scan itself; most are small, so the statement packs three into a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Select,
    SmallInteger,
    String,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.engine import Dialect

from data.copying import copy_out
from data.engine import is_postgres
from data.rollups.shelves import Numbers
from data.rollups.statements import text_of

FETCHED_ROWS = 2_000
"""Rows turned into arrays at once on SQLite: so few that Python's numbers stay in the processor's cache."""

BLOCK_ROWS = 50_000
"""Rows given at once."""

BITS, PER_WORD = 20, 3
"""A small value takes 20 bits, three a number: ids of reference rows are 16 bits, -1 included."""

MIDDLE = 1 << BITS - 1
"""Added to a packed value, so that it is never negative; a value that is not known is its opposite."""

NOTHING = -(1 << 62)
"""Stands for NULL among whole numbers."""

NO_TEXT = "\x01"
"""Stands for NULL among texts: no feed can write it."""

Known = NDArray[np.bool_] | None
"""Which rows of a column are not NULL; None: all."""


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
class Asked:
    """A statement and the names of its columns: whole numbers, then texts."""

    words: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """Columns of facts, or expressions of them, by name, as they are fetched: packed small ones, numbers, texts."""

    columns: Mapping[str, ColumnElement[Any]]

    @cached_property
    def small(self) -> list[tuple[str, ...]]:
        """The names in each packed number."""
        return in_threes([n for n, column in self.columns.items() if isinstance(column.type, SmallInteger)])

    @cached_property
    def texts(self) -> list[str]:
        """The names that are texts."""
        return [name for name, column in self.columns.items() if isinstance(column.type, String)]

    @cached_property
    def numbers(self) -> list[str]:
        """The names that are numbers of their own."""
        return [name for name in self.columns if name not in {*self.texts, *(n for names in self.small for n in names)}]

    def statement(self) -> Select[Any]:
        """Return the statement: packed numbers, numbers, texts; nothing in it is NULL."""
        words = [packed_in_sql([self._filled(name, -MIDDLE) for name in names], MIDDLE) for names in self.small]
        return select(
            *(word.label(f"word_{place}") for place, word in enumerate(words)),
            *(self._filled(name, NOTHING).label(name) for name in self.numbers),
            *(self._filled(name, NO_TEXT).label(name) for name in self.texts),
        )

    def _filled(self, name: str, filler: Any) -> ColumnElement[Any]:
        column = self.columns[name]
        if isinstance(column.type, Boolean):
            column = case((column, 1), (~column, 0))
        plain = column if isinstance(filler, str) else cast(column, BigInteger)
        return func.coalesce(plain, filler) if self._may_be_null(name) else plain

    def _may_be_null(self, name: str) -> bool:
        column = self.columns[name]
        return not isinstance(column, Column) or bool(column.nullable)

    def unpacked(self, rows: Numbers, codes: Codes) -> dict[str, tuple[Numbers, Known]]:
        """Return the columns of fetched rows, shape (rows, numbers): values (texts as codes), and which are known."""
        found: dict[str, tuple[Numbers, Known]] = {}
        for place, names in enumerate(self.small):
            found |= {n: self._known(n, rows_of, -MIDDLE) for n, rows_of in unpacked(rows[:, place], names, MIDDLE)}
        alone = [*((name, NOTHING) for name in self.numbers), *((name, codes[NO_TEXT]) for name in self.texts)]
        for place, (name, filler) in enumerate(alone, start=len(self.small)):
            found[name] = self._known(name, rows[:, place], filler)
        return found

    def _known(self, name: str, values: Numbers, filler: int) -> tuple[Numbers, Known]:
        known = values != filler if self._may_be_null(name) else None
        return (values == 1 if isinstance(self.columns[name].type, Boolean) else values), known


def in_threes(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return names in groups that fit into one number."""
    return [tuple(names[first : first + PER_WORD]) for first in range(0, len(names), PER_WORD)]


def packed_in_sql(parts: Sequence[ColumnElement[Any]], middle: int) -> ColumnElement[Any]:
    """Return small values as one number, the first lowest, with `middle` added to each."""
    placed = [part if place == 0 else part * (1 << BITS * place) for place, part in enumerate(parts)]
    total = reduce(lambda one, other: one + other, placed)
    return total + sum(middle << BITS * place for place in range(len(parts))) if middle else total


def unpacked(words: Numbers, names: Sequence[str], middle: int) -> Iterator[tuple[str, Numbers]]:
    """Give the small values of packed numbers, by name."""
    for place, name in enumerate(names):
        yield name, (words >> BITS * place & (1 << BITS) - 1) - middle


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
        for first in range(0, max(len(page), 1), BLOCK_ROWS):
            some = page.slice(first, BLOCK_ROWS)
            yield np.column_stack([_whole(some[name].combine_chunks(), codes) for name in asked.names])


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
    made = np.empty((len(rows), len(columns)), dtype=np.int64, order="F")
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
