"""The statements of a roll-up, built from its declaration alone: count, sum, add.

Every statement works on *counted rows*: a select with one column `at_<grain>` per grain, one per dimension and one
per measure, made from any namespace of the fact's columns (the table, NEW, OLD, a transition table).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Table,
    case,
    cast,
    column,
    func,
    join,
    literal,
    literal_column,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, CompoundSelect, Insert, visitors
from sqlalchemy.sql.base import WriteableColumnCollection

from data.rollups.clocks import Row
from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import Cube, Expression, Grain, Rollup, unused

FACTS: tuple[Table, ...] = tuple(dict.fromkeys(rollup.facts for rollup in ROLLUPS))
"""Fact tables that feed a roll-up."""

HELD = "held"
"""Value of the setting `write_gate` while the writer keeps the roll-ups of its batch itself (data.rollups.keeping)."""


def rollups_of(facts: Table) -> list[Rollup]:
    """Return the roll-ups that sum the rows of a fact table."""
    return [rollup for rollup in ROLLUPS if rollup.facts is facts]


def fields(facts: Table, prefix: str) -> Row:
    """Return the columns of a fact table as `prefix.column`, without a FROM: NEW and OLD of a row trigger."""
    named = [(c.name, literal_column(f"{prefix}.{c.name}", c.type)) for c in facts.columns]
    return WriteableColumnCollection(named)


def rows_of(facts: Table, name: str) -> FromClause:
    """Return a relation called `name` with the columns of a fact table: a transition table."""
    return table(name, *(column(c.name, c.type) for c in facts.columns))


def key_columns(rollup: Rollup) -> list[str]:
    """Return the columns that make the key of a roll-up's cells, in the order of its primary key."""
    return [c.name for c in rollup.table.primary_key]


def grains_of(rollup: Rollup) -> list[Grain]:
    """Return the grains of the cells that writers bring up to date, each once."""
    return list(dict.fromkeys(cube.grain for cube in rollup.written))


def bucket(at: ColumnElement[int], grain: Grain) -> ColumnElement[int]:
    """Return the number of the time bucket of UTC seconds."""
    return cast((at + grain.offset) // grain.width, Integer)


def counted(
    rollup: Rollup,
    row: Row,
    sign: int = 1,
    before: Row | None = None,
    only: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """Return the counted rows of a namespace of facts, measures times `sign`, or less what `before` counted.

    `only`: further conditions on the facts.
    """
    where: list[ColumnElement[bool]] = [rollup.where(row), *only]
    buckets = [bucket(rollup.at(row), grain).label(f"at_{grain.name}") for grain in grains_of(rollup)]
    dimensions = [expression(row).label(name) for name, expression in rollup.dimensions.items()]
    measures = [_measure(e, row, sign, before).label(name) for name, e in rollup.measures.items()]
    columns: list[ColumnElement[Any]] = [*buckets, *dimensions, *measures]
    return select(*columns).where(*where)


def _measure(expression: Expression, row: Row, sign: int, before: Row | None) -> ColumnElement[Any]:
    if before is not None:
        return expression(row) - expression(before)
    return expression(row) if sign == 1 else -expression(row)


def cells(rollup: Rollup, cube: Cube, rows: FromClause) -> Select[Any]:
    """Return the cells of one cube summed from counted rows: key columns, then measures."""
    at = rows.c[f"at_{cube.grain.name}"]
    key = [part.label(name) for name, part in key_of(rollup, cube, at, rows.c).items()]
    sums = [cast(func.sum(rows.c[name]), BigInteger).label(name) for name in rollup.measures]
    return select(*key, *sums).group_by(*(rows.c[name] for name in cube.dimensions), at)


def key_of(rollup: Rollup, cube: Cube, at: ColumnElement[Any], row: Row) -> dict[str, ColumnElement[Any]]:
    """Return the key of the cell a counted row falls in; what the cube does not keep is a constant."""
    parts: dict[str, ColumnElement[Any]] = {}
    for key in rollup.table.primary_key:
        if key.name == "bucket":
            parts[key.name] = at
        elif key.name in cube.dimensions:
            parts[key.name] = row[key.name]
        else:
            parts[key.name] = literal(cube.id if key.name == "cube" else unused(key.name), key.type)
    return parts


def spread(rollup: Rollup, rows: FromClause) -> Select[Any]:
    """Return one row a counted row and written cube, unsummed: key columns, then measures. For a few rows at a time."""
    grains = [grain.name for grain in grains_of(rollup)]
    kept = [
        select(
            literal(cube.id).label("cube"),
            literal(grains.index(cube.grain.name)).label("grain"),
            *(literal(int(name in cube.dimensions)).label(name) for name in rollup.dimensions),
        )
        for cube in rollup.written
    ]
    cube = union_all(*kept).subquery("cubes")
    parts: dict[str, ColumnElement[Any]] = {
        name: case((cube.c[name] == 1, rows.c[name]), else_=unused(name)) for name in rollup.dimensions
    }
    parts["cube"] = cube.c.cube
    parts["bucket"] = case(*((cube.c.grain == i, rows.c[f"at_{name}"]) for i, name in enumerate(grains)))
    chosen = [parts[name].label(name) for name in key_columns(rollup)]
    return select(*chosen, *(rows.c[name] for name in rollup.measures)).select_from(join(rows, cube, true()))


def parents(rollup: Rollup) -> list[tuple[Cube, Cube | None]]:
    """Return the cubes in an order in which each can be summed from an earlier one, which stands beside it, or facts.

    A cube can be summed from another that keeps all its dimensions and whose buckets divide its own.
    """
    order: list[tuple[Cube, Cube | None]] = []
    waiting = list(rollup.cubes)
    while waiting:
        cube = next(c for c in waiting if (_parent(c, rollup.cubes) or c) not in waiting or _parent(c, waiting) is None)
        waiting.remove(cube)
        order.append((cube, _parent(cube, rollup.cubes)))
    return order


def _parent(cube: Cube, cubes: Iterable[Cube]) -> Cube | None:
    finer_cubes = [c for c in cubes if c != cube and _divides(c, cube)]
    return min(finer_cubes, key=lambda c: (len(c.dimensions), -c.grain.width, c.id), default=None)


def _divides(fine: Cube, coarse: Cube) -> bool:
    aligned = (coarse.grain.offset - fine.grain.offset) % fine.grain.width == 0
    fits = coarse.grain.width % fine.grain.width == 0 and aligned
    return fits and set(coarse.dimensions) <= set(fine.dimensions)


def all_cells(rollup: Rollup, rows: Select[Any] | CompoundSelect[Any]) -> Select[Any]:
    """Return the cells of the written cubes, all-zero ones left out, in key order: writers that meet never deadlock."""
    base = rows.cte("counted")
    every = union_all(*(cells(rollup, cube, base).having(_any_not_zero(rollup, base)) for cube in rollup.written))
    found = every.subquery("cells")
    return select(*found.c).order_by(*(found.c[name] for name in key_columns(rollup)))


def _any_not_zero(rollup: Rollup, rows: FromClause) -> ColumnElement[bool]:
    return or_(*(func.sum(rows.c[name]) != 0 for name in rollup.measures))


def added(rollup: Rollup, source: Select[Any] | CompoundSelect[Any], dialect_name: str) -> Insert:
    """Return the upsert that adds cells to the stored ones."""
    make = postgresql.insert if dialect_name == "postgresql" else sqlite.insert
    statement = make(rollup.table).from_select([*key_columns(rollup), *rollup.measures], source)
    sums = {name: rollup.table.c[name] + statement.excluded[name] for name in rollup.measures}
    return statement.on_conflict_do_update(index_elements=key_columns(rollup), set_=sums)


@cache
def watched(rollup: Rollup) -> tuple[list[str], list[str]]:
    """Return the fact columns that decide in which cell a row counts, and those that decide only how much."""
    facts = rollup.facts.c
    placing = _columns_in([rollup.at(facts), rollup.where(facts), *(e(facts) for e in rollup.dimensions.values())])
    counting = _columns_in([expression(facts) for expression in rollup.measures.values()])
    return [c.name for c in facts if c in placing], [c.name for c in facts if c in counting - placing]


def _columns_in(expressions: Sequence[ClauseElement]) -> set[Any]:
    return {part for e in expressions for part in visitors.iterate(e) if part.__visit_name__ == "column"}


def text_of(statement: ClauseElement, dialect: Dialect) -> str:
    """Return the SQL of a statement whose values are all constants of the declarations, written in as literals."""
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
