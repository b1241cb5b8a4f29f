"""Statements of sums: from a cube, from facts at the edges of a window, and the difference a fixed link makes.

A statement is built once for each `Shape` and kept; each question only binds values.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Integer, and_, bindparam, cast, literal, or_, select, union_all

from data.rollups.declarations import on_clock
from data.rollups.shapes import Cube, Grain, Rollup
from queries.known import AS_OF, as_known, known_where
from queries.narrowing import Narrowed
from queries.reading import Statement, total
from queries.unlisted import keys_of


@dataclass(frozen=True)
class Piece:
    """A stretch `[start, end)` in UTC seconds, in whole buckets of a grain, or of facts when the grain is None."""

    grain: Grain | None
    start: Any
    end: Any

    @property
    def bounds(self) -> tuple[int, int]:
        """First and last bucket, or the first second and the first one after."""
        if self.grain is None:
            return self.start, self.end
        first, after = ((edge + self.grain.offset) // self.grain.width for edge in (self.start, self.end))
        return first, after - 1


@dataclass(frozen=True, kw_only=True)
class Shape:
    """All that decides the text of a statement of sums, and nothing of its values.

    A fixed link that no cube holds reads facts as known then (`is_pinned`); one that a cube holds takes the sums of
    today, less what the rows changed since count in them, plus what these rows counted then (`is_mended`).
    """

    rollup: str
    clock: str
    parts: tuple[Cube | None, ...]
    by: tuple[str, ...]
    grain: Grain | None
    measures: tuple[str, ...]
    narrowed: Narrowed
    is_within: bool
    most: int
    skips_zeros: bool
    is_pinned: bool
    is_mended: bool


@lru_cache(maxsize=1_000)
def statement_of(shape: Shape) -> Statement:
    """Return the statement: the columns of `by`, `bucket` when there is a grain, the measures; ordered by its keys."""
    rollup = on_clock(shape.rollup, shape.clock)
    parts: list[Statement] = []
    for number, cube in enumerate(shape.parts):
        parts += [_from_cube(shape, rollup, number, cube)] if cube else _from_facts(shape, rollup, number)
    if shape.is_mended:
        parts += [_changed(shape, rollup, is_known=False), _changed(shape, rollup, is_known=True)]
    rows = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    keys = [rows.c[name] for name in (*shape.by, *(["bucket"] if shape.grain else []))]
    if _is_whole(shape):
        return select(*keys, *(rows.c[name] for name in shape.measures)).order_by(*keys)
    sums = [total(rows.c[name]).label(name) for name in shape.measures]
    statement = select(*keys, *sums).group_by(*keys)
    return statement.order_by(sums[0].desc(), *keys).limit(shape.most) if shape.most else statement.order_by(*keys)


@lru_cache(maxsize=500)
def recurring(statement: Statement) -> Statement:
    """Return a statement of sums by bucket for `n_wanted` buckets in every `period` from `first_wanted` on.

    No bucket lies before that one. A range is read and the others are left out: many single ones are looked up each.
    """
    since_first = statement.selected_columns.bucket - bindparam("first_wanted", type_=BigInteger)
    period, n_wanted = (bindparam(name, type_=BigInteger) for name in ("period", "n_wanted"))
    return statement.where(since_first % period < n_wanted)


KEY_BITS, BUCKET_BITS = 44, 32
"""A key, a bucket and a count in one number: from which bit on the first two stand."""


@lru_cache(maxsize=500)
def in_one(statement: Statement) -> Statement:
    """Return key, bucket (counted from `first`) and count of a statement of these three in one number, in any order.

    Of thousands of rows the most is paid for the numbers of each.
    """
    key, bucket, count = statement.order_by(None).subquery().c
    place = bucket - bindparam("first", type_=BigInteger)
    number = cast(key, BigInteger) * (1 << KEY_BITS) + place * literal(1 << BUCKET_BITS, BigInteger) + count
    return select(number.label("number")).execution_options(any_order=True)


def apart(numbers: NDArray[np.int64], first: int) -> tuple[NDArray[np.int64], ...]:
    """Return the keys, buckets and counts of `in_one`."""
    place = (numbers >> BUCKET_BITS) & ((1 << (KEY_BITS - BUCKET_BITS)) - 1)
    return numbers >> KEY_BITS, place + first, numbers & ((1 << BUCKET_BITS) - 1)


def _is_whole(shape: Shape) -> bool:
    """Return whether the rows are cells of one cube as they stand, so that nothing is added up."""
    cube = shape.parts[0] if len(shape.parts) == 1 and not (shape.most or shape.is_mended) else None
    return cube is not None and cube.grain == shape.grain and set(cube.dimensions) == set(shape.by)


def _from_cube(shape: Shape, rollup: Rollup, number: int, cube: Cube) -> Statement:
    row, given = rollup.table.c, keys_of(rollup)
    start = row.bucket * cube.grain.width - cube.grain.offset
    columns = [row[name] for name in shape.by]
    if shape.grain:
        columns.append(row.bucket if cube.grain == shape.grain else _bucket(start, shape.grain))
    where = [row.cube == cube.id, row.bucket.between(_bound("start", number), _bound("end", number))]
    where += [row[name].in_(_given(name)) if name in cube.dimensions else row[name] == -1 for name in given]
    if shape.is_within and cube.grain == shape.grain:
        where.append(row.bucket.in_(bindparam("within", expanding=True)))
    sums = [row[name] for name in shape.measures]
    where += [sums[0] != 0] if shape.skips_zeros else []
    return select(*columns, *sums).where(*where, *shape.narrowed.sums(row, given))


def _from_facts(shape: Shape, rollup: Rollup, number: int) -> list[Statement]:
    """Return the facts of a stretch, those that count by each of several times apart: each is a range of one index."""
    piece = Piece(None, _bound("start", number), _bound("end", number))
    row = as_known(rollup.facts, piece, rollup.starts) if shape.is_pinned else rollup.facts.c
    ways = [started_between(rollup, row, piece)] if shape.is_pinned else ways_between(rollup, row, piece)
    return [_counted(shape, rollup, row).where(way, *shape.narrowed.facts(row)) for way in ways]


def _changed(shape: Shape, rollup: Rollup, *, is_known: bool) -> Statement:
    """Return what rows written after the moment of a link count: as known then, or (negative) as they are.

    They are found by when they were written, by no other index: a window may hold a hundred times the rows that
    changed since.
    """
    facts = rollup.facts.c
    row = known_where(rollup.facts, facts.updated_at > AS_OF) if is_known else facts
    at, (since, until) = rollup.at(row) + 0, (bindparam(name, type_=BigInteger) for name in ("since", "until"))
    counted = _counted(shape, rollup, row, 1 if is_known else -1).where(at >= since, at < until)
    counted = counted.where(*shape.narrowed.by_value(row))
    return counted if is_known else counted.where(facts.updated_at > AS_OF)


def _counted(shape: Shape, rollup: Rollup, row: Any, sign: int = 1) -> Statement:
    columns = [rollup.dimensions[name](row).label(name) for name in shape.by]
    if shape.grain:
        columns.append(_bucket(rollup.at(row), shape.grain))
    sums = [(sign * rollup.measures[name](row)).label(name) for name in shape.measures]
    where = [rollup.measures[shape.measures[0]](row) != 0] if shape.skips_zeros else []
    return select(*columns, *sums).where(rollup.where(row), *where)


def _given(name: str) -> Any:
    return bindparam(f"every_{name}", expanding=True)


def _bound(side: str, number: int) -> ColumnElement[int]:
    return bindparam(f"{side}{number}", type_=BigInteger)


def _bucket(start: ColumnElement[Any], grain: Grain) -> Any:
    return cast((start + grain.offset) // grain.width, Integer).label("bucket")


def started_between(rollup: Rollup, row: Any, piece: Piece) -> ColumnElement[bool]:
    """Return the condition that a fact counts in `[start, end)`, written so that one index on its times serves."""
    return or_(*ways_between(rollup, row, piece))


def ways_between(rollup: Rollup, row: Any, piece: Piece) -> list[ColumnElement[bool]]:
    """Return the conditions, of which one is met by a fact that counts in `[start, end)`: by each of its times."""
    ways = []
    for place, name in enumerate(rollup.starts):
        unknown = [row[earlier].is_(None) for earlier in rollup.starts[:place]]
        ways.append(and_(*unknown, row[name] >= piece.start, row[name] < piece.end))
    return ways
