"""What a roll-up is made of: grains of time, cubes, measures of facts.

Expressions take a `row`: any namespace of the fact's columns (the table, an alias, NEW or OLD in a trigger).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SmallInteger, Table, case, func, literal, type_coerce

from data.rollups.clocks import Row

Expression = Callable[[Row], ColumnElement[Any]]

WIB_SECONDS = 25_200
MONDAY_SECONDS = WIB_SECONDS + 3 * 86_400


@dataclass(frozen=True)
class Grain:
    """A width of time buckets: bucket = (utc seconds + offset) // width; bucket b starts at b * width - offset."""

    name: str
    width: int
    offset: int


HOUR = Grain("hour", 3_600, 0)
DAY = Grain("day", 86_400, WIB_SECONDS)
WEEK = Grain("week", 7 * 86_400, MONDAY_SECONDS)
BLOCK = Grain("block", 28 * 86_400, MONDAY_SECONDS)
SIXTEEN_WEEKS = Grain("sixteen_weeks", 4 * 28 * 86_400, MONDAY_SECONDS)
GRAINS = {grain.name: grain for grain in (HOUR, DAY, WEEK, BLOCK, SIXTEEN_WEEKS)}


@dataclass(frozen=True)
class Cube:
    """One grain and the dimensions kept in it; `id` is stored in the roll-up and never reused."""

    id: int
    grain: Grain
    dimensions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rollup:
    """One roll-up table, the facts it sums, when a fact counts, by what, and what is summed.

    `at` gives the UTC seconds a fact counts at: the first known of the columns `starts`; rows for which it is NULL or
    `where` is false count nowhere. Where there is a table `packed`, it holds most of what counts, in bytes
    (`data.rollups.folding`), and `table` only what was counted since, by the narrowest grain.
    """

    table: Table
    facts: Table
    starts: tuple[str, ...]
    at: Expression
    where: Expression
    dimensions: Mapping[str, Expression]
    measures: Mapping[str, Expression]
    cubes: tuple[Cube, ...]
    packed: Table | None = None

    @property
    def written(self) -> tuple[Cube, ...]:
        """The cubes whose cells writers bring up to date row by row."""
        if self.packed is None:
            return self.cubes
        return (min(self.cubes, key=lambda cube: cube.grain.width),)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that hold what counts."""
        return (self.table,) if self.packed is None else (self.table, self.packed)


class Flag(SmallInteger):
    """The type of a measure that is 1 or 0 for each fact; counting may pack such measures into bits."""


def one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return 1 where the condition holds, else 0 (also where it is unknown)."""
    return type_coerce(case((condition, 1), else_=0), Flag())


def same(name: str) -> Expression:
    """Return the expression that takes a column of the fact as it is."""
    return lambda row: row[name]


PROVINCE: Expression = lambda row: func.coalesce(row.province_code, "")  # noqa: E731
ALWAYS: Expression = lambda _row: literal(1, Flag())  # noqa: E731
COMMON = {"service_id": same("service_id"), "theme_id": same("theme_id"), "source_id": same("source_id")}

WIDEST_FIRST = (SIXTEEN_WEEKS, BLOCK, WEEK, DAY, HOUR)
"""Grains from the widest to the narrowest; each is whole buckets of the next."""


def unused(dimension: str) -> int | str:
    """Return what a roll-up row holds in a dimension its cube does not keep."""
    return "*" if dimension == "province_code" else -1


def cube_for(rollup: Rollup, grain: Grain, needed: frozenset[str]) -> Cube | None:
    """Return the cube of that grain with the fewest dimensions among those that hold all needed ones, or None."""
    fitting = [c for c in rollup.cubes if c.grain == grain and needed <= set(c.dimensions)]
    return min(fitting, key=lambda c: len(c.dimensions), default=None)
