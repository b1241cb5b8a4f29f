"""Rows inserted, or laid over those that are there, many at a time, the same way on both engines."""

from collections.abc import Collection
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from data.columns import UtcSeconds
from data.many_values import Kinds, as_arrays, unnested
from data.recording.changes import Row, key_columns

ROWS_A_STATEMENT = (100, 10, 1)
"""Rows in one statement of SQLite; few numbers, so that it knows its statements."""

Upsert = postgresql.Insert | sqlite.Insert


def plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type a column is stored as: times are whole numbers here."""
    return BigInteger() if isinstance(kind, UtcSeconds) else kind


@cache
def kinds_of(table: Table) -> Kinds:
    """Return the columns of a table and the types they are stored as."""
    return {str(column.name): plain(column.type) for column in table.columns}


@cache
def names_of(table: Table) -> tuple[str, ...]:
    """Return the columns of a table as plain texts: SQLAlchemy's own are slow as keys and as values."""
    return tuple(str(column.name) for column in table.columns)


def upsert(connection: Connection, table: Table, rows: list[Row], columns: Collection[str] | None = None) -> None:
    """Insert rows; where a key is there already, set the named columns (default: all), or none when it is empty."""
    if not rows:
        return
    names = names_of(table)
    chosen = names if columns is None else tuple(name for name in names if name in columns)
    cells = list(map(itemgetter(*names), sorted(rows, key=itemgetter(*key_columns(table)))))
    if connection.dialect.name == "postgresql":
        arrays = as_arrays(kinds_of(table), dict(zip(names, zip(*cells, strict=True), strict=True)))
        connection.execute(upsert_arrays(table, chosen), arrays)
    else:
        _upsert_cells(connection, table, chosen, cells)


def _upsert_cells(connection: Connection, table: Table, columns: tuple[str, ...], cells: list[tuple[Any, ...]]) -> None:
    """Send many rows a statement: where a table has triggers, SQLite keeps pages as they were before each statement."""
    first = 0
    for size in ROWS_A_STATEMENT:
        after = first + (len(cells) - first) // size * size
        if after > first:
            several = [tuple(chain.from_iterable(cells[at : at + size])) for at in range(first, after, size)]
            connection.exec_driver_sql(_upsert_rows(table, columns, connection.dialect, size), several)
        first = after


@cache
def _upsert_rows(table: Table, columns: tuple[str, ...], dialect: Dialect, size: int) -> str:
    """One question mark a column, in the order of the table: the driver takes rows as they are."""
    statement = sqlite.insert(table).values({c.name: bindparam(c.name) for c in table.columns})
    row = f"({', '.join('?' for _ in table.columns)})"
    return str(_on_conflict(table, statement, columns).compile(dialect=dialect)).replace(row, ", ".join([row] * size))


@cache
def insert_arrays(table: Table) -> Insert:
    """Return the statement for rows that nobody has read; it fails where another writer has put one of them in."""
    rows = select(*unnested(kinds_of(table)))
    return postgresql.insert(table).from_select(table.c.keys(), rows).execution_options(preserve_rowcount=True)


@cache
def upsert_arrays(table: Table, columns: tuple[str, ...]) -> Insert:
    """One parameter a column: the statement is the same for any number of rows, and its trigger fires once."""
    rows = select(*unnested(kinds_of(table)))
    statement = _on_conflict(table, postgresql.insert(table).from_select(table.c.keys(), rows), columns)
    return statement.execution_options(preserve_rowcount=True)


def _on_conflict(table: Table, statement: Upsert, columns: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    chosen = {name: statement.excluded[name] for name in columns if name not in keys}
    if not chosen:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=chosen)
