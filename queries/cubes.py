"""Sums over a window, from the roll-up where a cube holds what is asked, from facts where none does.

A window is cut into the widest whole buckets: WIB days, then hours, and what is left at its edges is read from the
facts through their index. So every window is exact to the second, and costs what its days and hours cost, not its rows.
A live question that no cube holds is read from facts alone, over at most `FACTS_WINDOW`, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.rollups.declarations import on_clock
from data.rollups.shapes import WIDEST_FIRST, Cube, Grain, Rollup, cube_for
from queries.dimensions import Ids
from queries.filters import Filters
from queries.limits import FACTS_WINDOW, ISSUES_BY_CONTENT_WINDOW
from queries.narrowing import narrowed, values
from queries.reading import SqlRow, Statement, rows, whole_numbers
from queries.sum_statements import Piece, Shape, started_between, statement_of
from queries.unlisted import NUMBERED, keys_of

__all__ = ["Asked", "Piece", "Sums", "pieces", "started_between"]


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
        return rows(connection, self.statement, self.parameters)

    def numbers(self, connection: Connection) -> NDArray[np.int64]:
        """Return the same rows as an array of shape (rows, columns), where none of the columns is a province."""
        return whole_numbers(connection, self.statement, self.parameters)


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
    `most`: only so many rows, those with most of the first measure, most first. `skips_zeros`: cells and facts that
    count nothing are not read, so rows may be missing whose only measure is 0.
    """

    rollup: Rollup
    filters: Filters
    ids: Ids
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    measures: tuple[str, ...] = ()
    within: tuple[int, ...] = ()
    most: int = 0
    skips_zeros: bool = False

    def cubes(self) -> dict[Grain, Cube]:
        """Return the cube of each grain, widest first, that holds what is asked; none for a fixed link."""
        return {} if self.filters.pinned else self.held()

    def held(self) -> dict[Grain, Cube]:
        """Return the cube of each grain, widest first, that holds what is asked."""
        needed = frozenset(self.by) | frozenset(narrowed(self.filters).dimensions)
        return dict(_held(self.rollup.table.name, self.filters.clock, self.grain, needed))

    @property
    def longest(self) -> timedelta:
        """The longest window that is answered from facts."""
        own = set(narrowed(self.filters).dimensions) <= set(self.rollup.facts.c.keys())
        return FACTS_WINDOW if own else ISSUES_BY_CONTENT_WINDOW

    def sums(self) -> Sums:
        """Return the statement and its values; it comes ordered by its keys."""
        cubes = self.held()
        start, end = int(self.filters.since.timestamp()), int(self.filters.until.timestamp())
        first = start if cubes else max(start, end - int(self.longest.total_seconds()))
        parts = pieces(first, end, list(cubes))
        shape = self._shape([cubes[part.grain] if part.grain else None for part in parts], is_held=bool(cubes))
        bounded = datetime.fromtimestamp(first, UTC) if first > start else None
        parameters = self._parameters(parts) | {"since": first, "until": end}
        return Sums(statement_of(shape), parameters, not cubes, bounded)

    def _shape(self, parts: Sequence[Cube | None], *, is_held: bool) -> Shape:
        return Shape(
            rollup=self.rollup.table.name,
            clock=self.filters.clock,
            parts=tuple(parts),
            by=self.by,
            grain=self.grain,
            measures=self.measures or tuple(self.rollup.measures),
            narrowed=narrowed(self.filters),
            is_within=bool(self.within),
            most=self.most,
            skips_zeros=self.skips_zeros,
            is_pinned=self.filters.pinned and not is_held,
            is_mended=self.filters.pinned and is_held,
        )

    def _parameters(self, parts: Sequence[Piece]) -> dict[str, Any]:
        bound: dict[str, Any] = {**values(self.filters, self.ids), "as_of": int(self.filters.as_of.timestamp())}
        for number, part in enumerate(parts):
            bound[f"start{number}"], bound[f"end{number}"] = part.bounds
        for name in keys_of(self.rollup) if any(part.grain for part in parts) else ():
            bound[f"every_{name}"] = bound.get(name) or self.ids.all(NUMBERED[name], self.rollup.facts.name)
        return bound | {"within": list(self.within)}


@lru_cache(maxsize=2_000)
def _held(name: str, clock: str, widest: Grain | None, needed: frozenset[str]) -> Mapping[Grain, Cube]:
    rollup = on_clock(name, clock)
    wanted = [grain for grain in WIDEST_FIRST if widest is None or grain.width <= widest.width]
    found = {grain: cube_for(rollup, grain, needed) for grain in wanted}
    return {grain: cube for grain, cube in found.items() if cube}
