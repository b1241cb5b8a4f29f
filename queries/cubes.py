"""Sums over a window, from the roll-up where a cube holds what is asked, from facts where none does.

A window is cut into the widest whole buckets: WIB days, then hours, and what is left at its edges is read from the
facts through their index. So every window is exact to the second, and costs what its days and hours cost, not its rows.
A live question that no cube holds is read from facts alone, over at most `FACTS_WINDOW`, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    cast,
    or_,
    select,
    union_all,
)  # fmt: skip

from data.rollups.clocks import seconds
from data.rollups.declarations import on_clock
from data.rollups.shapes import WIDEST_FIRST, Cube, Grain, Rollup, cube_for
from queries.dimensions import Ids
from queries.filters import Filters
from queries.known import as_known
from queries.limits import FACTS_WINDOW, PINNED_WINDOW
from queries.narrowing import NUMBERED, Narrowed, narrowed, values
from queries.reading import SqlRow, Statement, total


@dataclass(frozen=True)
class Sums:
    """A statement of sums, its values and how it is answered; `bounded_since` is set when the window had to be cut."""

    statement: Statement
    parameters: Mapping[str, Any]
    uses_facts: bool
    bounded_since: datetime | None

    @property
    def attrs(self) -> dict[str, object]:
        """What a frame says about itself."""
        return {"uses_facts": self.uses_facts, "bounded_since": self.bounded_since}

    def rows(self, connection: Connection) -> Sequence[SqlRow]:
        """Return the rows: the columns of `by`, `bucket` when there is a grain, the measures."""
        return connection.execute(self.statement, dict(self.parameters)).all()


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


def pieces(start: int, end: int, grains: Sequence[Grain]) -> list[Piece]:
    """Return a stretch cut into whole buckets of the grains (widest first) with facts at what is left of its edges."""
    if start >= end:
        return []
    if not grains:
        return [Piece(None, start, end)]
    grain, *finer = grains
    first, last = -(-(start + grain.offset) // grain.width), (end + grain.offset) // grain.width
    if first >= last:
        return pieces(start, end, finer)
    inside = Piece(grain, first * grain.width - grain.offset, last * grain.width - grain.offset)
    return [*pieces(start, inside.start, finer), inside, *pieces(inside.end, end, finer)]


@dataclass(frozen=True)
class Asked:
    """What is summed: a roll-up, filters, the dimensions kept apart, the grain of time kept apart (None: none).

    `measures`: which, all when empty. `within`: the only buckets of the grain that are wanted; others may come as well.
    `most`: only so many rows, those with most of the first measure, most first.
    """

    rollup: Rollup
    filters: Filters
    ids: Ids
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    measures: tuple[str, ...] = ()
    within: tuple[int, ...] = ()
    most: int = 0

    def cubes(self) -> dict[Grain, Cube]:
        """Return the cube of each grain, widest first, that holds what is asked; none for a fixed link."""
        needed = frozenset(self.by) | frozenset(narrowed(self.filters).dimensions)
        wanted = [grain for grain in WIDEST_FIRST if self.grain is None or grain.width <= self.grain.width]
        rollup = on_clock(self.rollup.table.name, self.filters.clock)
        found = {grain: cube_for(rollup, grain, needed) for grain in wanted}
        return {} if self.filters.pinned else {grain: cube for grain, cube in found.items() if cube}

    def sums(self) -> Sums:
        """Return the statement and its values; it comes ordered by its keys."""
        cubes = self.cubes()
        start, end = int(self.filters.since.timestamp()), int(self.filters.until.timestamp())
        longest = PINNED_WINDOW if self.filters.pinned else FACTS_WINDOW
        first = start if cubes else max(start, end - int(longest.total_seconds()))
        parts = pieces(first, end, list(cubes))
        statement = _statement(self._shape(tuple(cubes[part.grain] if part.grain else None for part in parts)))
        bounded = datetime.fromtimestamp(first, UTC) if first > start else None
        return Sums(statement, self._parameters(parts), not cubes, bounded)

    def _shape(self, parts: "tuple[Cube | None, ...]") -> "Shape":
        return Shape(
            rollup=self.rollup.table.name,
            clock=self.filters.clock,
            parts=parts,
            by=self.by,
            grain=self.grain,
            measures=self.measures or tuple(self.rollup.measures),
            narrowed=narrowed(self.filters),
            is_within=bool(self.within),
            most=self.most,
            is_pinned=self.filters.pinned,
        )

    def _parameters(self, parts: Sequence[Piece]) -> dict[str, Any]:
        bound: dict[str, Any] = {**values(self.filters, self.ids), "as_of": int(self.filters.as_of.timestamp())}
        for number, part in enumerate(parts):
            bound[f"start{number}"], bound[f"end{number}"] = part.bounds
        key = key_of(self.rollup)
        bound["keys"] = bound.get(key) or (self.ids.all(NUMBERED[key]) if key else [])
        return bound | {"within": list(self.within)}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """All that decides the text of a statement of sums, and nothing of its values."""

    rollup: str
    clock: str
    parts: tuple[Cube | None, ...]
    by: tuple[str, ...]
    grain: Grain | None
    measures: tuple[str, ...]
    narrowed: Narrowed
    is_within: bool
    most: int
    is_pinned: bool


def key_of(rollup: Rollup) -> str:
    """Return the column before the bucket in the roll-up's key, '' if none: given always, a read is few ranges."""
    column = list(rollup.table.primary_key)[1].name
    return column if column in NUMBERED else ""


@lru_cache(maxsize=1_000)
def _statement(shape: Shape) -> Statement:
    rollup = on_clock(shape.rollup, shape.clock)
    parts = [
        _from_cube(shape, rollup, number, cube) if cube else _from_facts(shape, rollup, number)
        for number, cube in enumerate(shape.parts)
    ]
    rows = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    keys = [rows.c[name] for name in (*shape.by, *(["bucket"] if shape.grain else []))]
    sums = [total(rows.c[name]).label(name) for name in shape.measures]
    statement = select(*keys, *sums).group_by(*keys)
    return statement.order_by(sums[0].desc(), *keys).limit(shape.most) if shape.most else statement.order_by(*keys)


def _from_cube(shape: Shape, rollup: Rollup, number: int, cube: Cube) -> Statement:
    row, key = rollup.table.c, key_of(rollup)
    start = row.bucket * cube.grain.width - cube.grain.offset
    columns = [row[name] for name in shape.by]
    if shape.grain:
        columns.append(row.bucket if cube.grain == shape.grain else _bucket(start, shape.grain))
    where = [row.cube == cube.id, row.bucket.between(_bound("start", number), _bound("end", number))]
    if key:
        where.append(row[key].in_(bindparam("keys", expanding=True)) if key in cube.dimensions else row[key] == -1)
    if shape.is_within and cube.grain == shape.grain:
        where.append(row.bucket.in_(bindparam("within", expanding=True)))
    return select(*columns, *(row[name] for name in shape.measures)).where(*where, *shape.narrowed.sums(row, key))


def _from_facts(shape: Shape, rollup: Rollup, number: int) -> Statement:
    piece = Piece(None, _bound("start", number), _bound("end", number))
    row = as_known(rollup.facts, piece, rollup.starts) if shape.is_pinned else rollup.facts.c
    columns = [rollup.dimensions[name](row).label(name) for name in shape.by]
    if shape.grain:
        columns.append(_bucket(rollup.at(row), shape.grain))
    sums = [rollup.measures[name](row).label(name) for name in shape.measures]
    where = [rollup.where(row), started_between(rollup, row, piece), *shape.narrowed.facts(row)]
    return select(*columns, *sums).where(*where)


def _bound(side: str, number: int) -> ColumnElement[int]:
    return bindparam(f"{side}{number}", type_=BigInteger)


def _bucket(start: ColumnElement[Any], grain: Grain) -> Any:
    return cast((start + grain.offset) // grain.width, Integer).label("bucket")


def started_between(rollup: Rollup, row: Any, piece: Piece) -> ColumnElement[bool]:
    """Return the condition that a fact counts in `[start, end)`, written so that a plain index on its time serves.

    "Not known" is asked of a sum: SQLite would look up all unknown times rather than the few of the stretch.
    """
    ways = []
    for place, name in enumerate(rollup.starts):
        unknown = [(seconds(row[earlier]) + 0).is_(None) for earlier in rollup.starts[:place]]
        ways.append(and_(*unknown, row[name] >= piece.start, row[name] < piece.end))
    return or_(*ways)
