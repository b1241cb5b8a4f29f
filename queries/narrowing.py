"""What a question is narrowed to, as conditions with named parameters.

A statement is built once for each *shape* (which dimensions are narrowed, not to what) and kept; each call only binds
values. Building one anew costs ten times what a roll-up takes to answer it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, literal, or_, select

from data.tables import content
from queries.dimensions import Ids
from queries.filters import UNLOCATED, Filters
from queries.unlisted import NUMBERED

NARROWED = {"services": "service_id", "provinces": "province_code", "themes": "theme_id", "sources": "source_id"}
"""Field of filters -> dimension of roll-ups and column of facts."""


@dataclass(frozen=True)
class Narrowed:
    """The narrowed dimensions (the shape), and whether provinces include content without one."""

    dimensions: tuple[str, ...]
    with_unlocated: bool = False

    def facts(self, row: Any) -> list[ColumnElement[bool]]:
        """Return the conditions on a fact; an issue passes those whose columns it lacks by having such content."""
        own = [self._fact(row[name]) for name in self.dimensions if name in row]
        if all(name in row for name in self.dimensions):
            return own
        spread = content.alias().c
        others = [_unindexed(spread[name]).in_(values_of(name)) for name in self.dimensions if name not in row]
        return [*own, exists(select(literal(1)).where(spread.issue_id == row.issue_id, *others))]

    def by_value(self, row: Any) -> list[ColumnElement[bool]]:
        """Return the same conditions on a fact, such that no index on the narrowed columns is used."""
        own = tuple(name for name in self.dimensions if name in row)
        others = Narrowed(tuple(name for name in self.dimensions if name not in row), self.with_unlocated)
        return [*(_unindexed(row[name]).in_(values_of(name)) for name in own), *others.facts(row)]

    def sums(self, row: Any, but: Sequence[str]) -> list[ColumnElement[bool]]:
        """Return the conditions on a row of a roll-up, for all dimensions but some."""
        return [row[name].in_(values_of(name)) for name in self.dimensions if name not in but]

    def _fact(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        present = column.in_(values_of(column.name))
        return or_(column.is_(None), present) if self.with_unlocated and column.name == "province_code" else present


def _unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column so that no index on it is used: SQLite would walk a whole province rather than few rows."""
    return func.coalesce(column, "") if column.name == "province_code" else column + 0


def values_of(dimension: str) -> Any:
    """Return the parameter that holds the values of a dimension."""
    return bindparam(dimension, expanding=True)


def narrowed(filters: Filters) -> Narrowed:
    """Return the shape of what filters narrow."""
    dimensions = tuple(dimension for name, dimension in NARROWED.items() if getattr(filters, name))
    return Narrowed(dimensions, UNLOCATED in filters.provinces)


def values(filters: Filters, ids: Ids) -> Mapping[str, Sequence[Any]]:
    """Return dimension -> the values it is narrowed to: ids, or province codes with '' for none."""
    found: dict[str, Sequence[Any]] = {}
    for name, dimension in NARROWED.items():
        codes = getattr(filters, name)
        if codes and dimension in NUMBERED:
            found[dimension] = ids.chosen(NUMBERED[dimension], codes)
        elif codes:
            found[dimension] = ["" if code == UNLOCATED else code for code in codes]
    return found
