"""Rows read from and written to the tables, many at a time, the same way on both engines."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from data.columns import UtcSeconds
from data.many_keys import among, bound
from data.recording.changes import Changes, Key, Row, key_columns
from data.rollups.keeping import in_chunks, kept

IDS_AT_ONCE = 5_000
"""Ids looked up in one statement, as one bound value."""


def plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type a column is stored as: times are whole numbers here."""
    return BigInteger() if isinstance(kind, UtcSeconds) else kind


Upsert = postgresql.Insert | sqlite.Insert


@cache
def _selection(table: Table, by: tuple[str, ...], columns: tuple[str, ...]) -> Select[Any]:
    stored = [type_coerce(table.c[name], plain(table.c[name].type)) for name in by]
    among_each = [column.in_(bindparam(name, expanding=True)) for name, column in zip(by, stored, strict=True)]
    return _chosen(table, columns).where(and_(*among_each))


@cache
def _selection_by_id(table: Table, column: str, columns: tuple[str, ...], dialect_name: str) -> Select[Any]:
    return _chosen(table, columns).where(among(table.c[column], dialect_name))


def _chosen(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    return select(*(type_coerce(table.c[name], plain(table.c[name].type)).label(name) for name in columns))


def read(connection: Connection, table: Table, by: Sequence[str], keys: Iterable[Key]) -> list[Row]:
    """Return the stored rows whose columns `by` hold values of the given keys, in no order.

    With several columns every combination is looked up: the rows returned may be more than the keys.
    """
    if len(by) == 1 and isinstance(table.c[by[0]].type, BigInteger):
        return read_by_id(connection, table, by[0], (key[0] for key in keys))
    names, found = _names(table), []
    for some in in_chunks(sorted(set(keys))):
        values = {name: sorted({key[place] for key in some}) for place, name in enumerate(by)}
        found += _as_rows(names, connection.execute(_selection(table, tuple(by), names), values))
    return found


def read_by_id(connection: Connection, table: Table, column: str, ids: Iterable[int], *columns: str) -> list[Row]:
    """Return the stored rows, or some of their columns, whose `column` is among the ids; in no order."""
    names, kind, found = columns or _names(table), connection.dialect.name, []
    for some in in_chunks(sorted(set(ids)), IDS_AT_ONCE):
        found += _as_rows(names, connection.execute(_selection_by_id(table, column, names, kind), bound(some, kind)))
    return found


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _as_rows(names: tuple[str, ...], found: Iterable[Any]) -> list[Row]:
    return [dict(zip(names, row, strict=True)) for row in found]


def write(connection: Connection, changes: Changes) -> None:
    """Write what is new or changed, roll-ups kept. Rows that hold what is stored already are not touched."""
    new, changed = changes.new(), changes.changed()
    if not new and not changed:
        return
    changes.told.add(changes.table.name)
    ids = changes.touched()
    alone = len(changes.key_columns) == 1
    before = {key[0] for key in changed} if alone else ids
    with kept(connection, changes.table, before, ids):
        upsert(connection, changes.table, list(new.values()))
        groups: dict[tuple[str, ...], list[Row]] = {}
        for key, names in changed.items():
            groups.setdefault(names, []).append(changes.after[key])
        for names, rows in sorted(groups.items()):
            stamped = [row | {"updated_at": changes.now} if "updated_at" in row else row for row in rows]
            upsert(connection, changes.table, stamped, (*names, "updated_at"))


def upsert(connection: Connection, table: Table, rows: list[Row], columns: Collection[str] | None = None) -> None:
    """Insert rows; where a key is there already, set the named columns (default: all), or none when it is empty."""
    if not rows:
        return
    names = _names(table)
    chosen = names if columns is None else tuple(name for name in names if name in columns)
    cells = list(map(itemgetter(*names), sorted(rows, key=itemgetter(*key_columns(table)))))
    if connection.dialect.name == "postgresql":
        arrays = dict(zip(names, map(_array, zip(*cells, strict=True)), strict=True))
        connection.execute(_upsert_arrays(table, chosen), arrays)
    else:
        connection.exec_driver_sql(_upsert_rows(table, chosen, connection.dialect), cells)


@cache
def _upsert_rows(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    """One question mark a column, in the order of the table: the driver takes rows as they are."""
    statement = sqlite.insert(table).values({c.name: bindparam(c.name) for c in table.columns})
    return str(_on_conflict(table, statement, columns).compile(dialect=dialect))


@cache
def _upsert_arrays(table: Table, columns: tuple[str, ...]) -> Insert:
    """One parameter a column: the statement is the same for any number of rows, and its trigger fires once."""
    arrays = []
    for column in table.columns:
        kind = postgresql.ARRAY(plain(column.type))
        arrays.append(func.unnest(cast(bindparam(column.name, type_=Text()), kind)).label(column.name))
    return _on_conflict(table, postgresql.insert(table).from_select(table.c.keys(), select(*arrays)), columns)


def _array(values: tuple[Any, ...]) -> str:
    """Return a column as PostgreSQL writes an array: a third of the driver's work for a list of a thousand values."""
    return f"{{{','.join(['NULL' if v is None else _quoted(v) if isinstance(v, str) else str(v) for v in values])}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _on_conflict(table: Table, statement: Upsert, columns: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    chosen = {name: statement.excluded[name] for name in columns if name not in keys}
    if not chosen:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=chosen)


def remove(connection: Connection, table: Table, column: str, ids: Collection[int]) -> None:
    """Delete the rows whose `column` is among the ids, roll-ups kept; `column` is the distribution key."""
    kind = connection.dialect.name
    with kept(connection, table, ids, ()):
        for some in in_chunks(sorted(ids), IDS_AT_ONCE):
            connection.execute(delete(table).where(among(table.c[column], kind)), bound(some, kind))
