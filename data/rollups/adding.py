"""Cells added to the stored ones: those that are there grow, the others are new; always in the order of their keys."""

from functools import cache

from sqlalchemy import BigInteger, Connection, Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from data.errors import DatabaseFault
from data.many_values import Kinds, as_arrays, unnested
from data.rollups.increments import Increments


def add(connection: Connection, found: Increments) -> None:
    """Add what was found to the cells of its roll-up; measures that are not named stay as they are.

    Raises `DatabaseFault` where a sum no longer fits into 64 bits.
    """
    try:
        _add(connection, found)
    except OverflowError as error:
        raise DatabaseFault from error


def _add(connection: Connection, found: Increments) -> None:
    table = found.rollup.table
    if connection.dialect.name == "postgresql":
        kinds = _kinds(table, found.measures)
        connection.execute(_arrays_added(table, found.measures), as_arrays(kinds, found.columns))
    else:
        columns = [found.columns[column.name] for column in table.columns if column.name in found.columns]
        rows = list(zip(*(each if isinstance(each, list) else each.tolist() for each in columns), strict=True))
        connection.exec_driver_sql(_rows_added(table, found.measures, connection.dialect), rows)


@cache
def _rows_added(table: Table, measures: tuple[str, ...], dialect: Dialect) -> str:
    names = [*(column.name for column in table.primary_key), *measures]
    statement = sqlite.insert(table).values({name: bindparam(name) for name in names})
    return str(_on_conflict(table, statement, measures).compile(dialect=dialect))


@cache
def _arrays_added(table: Table, measures: tuple[str, ...]) -> Insert:
    """In key order: writers that meet never deadlock."""
    keys = [column.name for column in table.primary_key]
    rows = select(*unnested(_kinds(table, measures))).subquery("rows")
    ordered = select(*rows.c).order_by(*(rows.c[name] for name in keys))
    return _on_conflict(table, postgresql.insert(table).from_select([*keys, *measures], ordered), measures)


@cache
def _kinds(table: Table, measures: tuple[str, ...]) -> Kinds:
    return {column.name: column.type for column in table.primary_key} | {name: BigInteger() for name in measures}


def _on_conflict(table: Table, statement: postgresql.Insert | sqlite.Insert, measures: tuple[str, ...]) -> Insert:
    sums = {name: table.c[name] + statement.excluded[name] for name in measures}
    return statement.on_conflict_do_update(index_elements=[column.name for column in table.primary_key], set_=sums)
