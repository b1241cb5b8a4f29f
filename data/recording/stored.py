"""Rows read from and written to the tables, many at a time, the same way on both engines."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    delete,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from data.columns import UtcSeconds
from data.errors import DatabaseBusy
from data.many_keys import among, bound
from data.many_values import Kinds, as_arrays, unnested
from data.recording.changes import Changes, Key, Row, key_columns
from data.rollups.keeping import in_chunks, is_guarded, kept

IDS_AT_ONCE = 5_000
"""Ids looked up in one statement, as one bound value."""


def plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type a column is stored as: times are whole numbers here."""
    return BigInteger() if isinstance(kind, UtcSeconds) else kind


VERSION = "row_version"
"""What a row that is read to be changed says of its version where the sums rest on it (`keeping.is_guarded`)."""

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
    stored = {c.name: type_coerce(c, plain(c.type)) for c in table.columns} | {VERSION: _version(table)}
    return select(*(stored[name].label(name) for name in columns))


def _version(table: Table) -> ColumnElement[str]:
    """Return what is another in each version of a row (PostgreSQL)."""
    return cast(literal_column(f"{table.name}.xmin"), Text())


def read(connection: Connection, table: Table, by: Sequence[str], keys: Iterable[Key]) -> list[Row]:
    """Return the stored rows whose columns `by` hold values of the given keys, in no order.

    With several columns every combination is looked up: the rows returned may be more than the keys.
    """
    if len(by) == 1 and isinstance(table.c[by[0]].type, BigInteger):
        return read_by_id(connection, table, by[0], (key[0] for key in keys))
    names, found = _names(table), []
    for some in in_chunks(sorted(set(keys))):
        values = {name: sorted({key[place] for key in some}) for place, name in enumerate(by)}
        found += _as_rows(names, connection.execute(_selection(table, tuple(by), names), values).all())
    return found


def read_by_id(connection: Connection, table: Table, column: str, ids: Iterable[int], *columns: str) -> list[Row]:
    """Return the stored rows, or some of their columns, whose `column` is among the ids; in no order."""
    names, kind, found = columns or _names(table), connection.dialect.name, []
    if not columns and is_guarded(connection, table):
        names = (*names, VERSION)
    for some in in_chunks(sorted(set(ids)), IDS_AT_ONCE):
        statement = _selection_by_id(table, column, names, kind)
        found += _as_rows(names, connection.execute(statement, bound(some, kind)).all())
    return found


@cache
def _kinds(table: Table) -> Kinds:
    return {column.name: plain(column.type) for column in table.columns}


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
    before = {key: changes.before[key] for key in changed}
    after = {key: changes.after[key] for key in changed} | new
    with kept(connection, changes.table, before, after):
        if is_guarded(connection, changes.table):
            _write_guarded(connection, changes)
            return
        upsert(connection, changes.table, list(new.values()))
        groups: dict[tuple[str, ...], list[Row]] = {}
        for key, names in changed.items():
            groups.setdefault(names, []).append(_stamped(changes, key))
        for names, rows in sorted(groups.items()):
            upsert(connection, changes.table, rows, (*names, "updated_at"))


def _stamped(changes: Changes, key: Key) -> Row:
    row = changes.after[key]
    return row | {"updated_at": changes.now} if "updated_at" in row else row


def _write_guarded(connection: Connection, changes: Changes) -> None:
    """Write what is new or changed; raise `DatabaseBusy` where another writer was there since the rows were read."""
    table, new, changed = changes.table, list(changes.new().values()), changes.changed()
    if upsert(connection, table, new, ()) < len(new):
        raise DatabaseBusy
    if changed:
        names = frozenset({"updated_at", *(name for names in changed.values() for name in names)})
        rows = sorted((_stamped(changes, key) for key in changed), key=itemgetter(*key_columns(table)))
        statement, kinds = _guarded_update(table, tuple(c.name for c in table.columns if c.name in names))
        _require_all(connection, statement, kinds, rows)


def remove_guarded(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Delete rows; raise `DatabaseBusy` where another writer was there since they were read."""
    if rows:
        statement, kinds = _guarded_delete(table)
        _require_all(connection, statement, kinds, rows)


def _require_all(connection: Connection, statement: Update | Delete, kinds: Kinds, rows: Sequence[Row]) -> None:
    columns = dict(zip(kinds, zip(*map(itemgetter(*kinds), rows), strict=True), strict=True))
    if connection.execute(statement, as_arrays(kinds, columns)).rowcount < len(rows):
        raise DatabaseBusy


@cache
def _guarded_update(table: Table, columns: tuple[str, ...]) -> tuple[Update, Kinds]:
    """Return the statement that gives columns of rows new values, and the columns it needs."""
    kinds, rows, same = _guarded(table, columns)
    return update(table).where(*same).values({name: rows[name] for name in columns}), kinds


@cache
def _guarded_delete(table: Table) -> tuple[Delete, Kinds]:
    kinds, _, same = _guarded(table, ())
    return delete(table).where(*same), kinds


def _guarded(table: Table, columns: tuple[str, ...]) -> tuple[Kinds, Any, list[ColumnElement[bool]]]:
    """Return the columns of given rows, these rows, and what tells that stored ones are still as they were read."""
    keys = key_columns(table)
    kinds = {name: _kinds(table)[name] for name in (*keys, *columns)} | {VERSION: Text()}
    rows = select(*unnested(kinds)).subquery("rows").c
    return kinds, rows, [*(table.c[name] == rows[name] for name in keys), _version(table) == rows[VERSION]]


def upsert(connection: Connection, table: Table, rows: list[Row], columns: Collection[str] | None = None) -> int:
    """Insert rows; where a key is there already, set the named columns (default: all), or none when it is empty.

    Returns how many rows were inserted or changed.
    """
    if not rows:
        return 0
    names = _names(table)
    chosen = names if columns is None else tuple(name for name in names if name in columns)
    cells = list(map(itemgetter(*names), sorted(rows, key=itemgetter(*key_columns(table)))))
    if connection.dialect.name == "postgresql":
        arrays = as_arrays(_kinds(table), dict(zip(names, zip(*cells, strict=True), strict=True)))
        return connection.execute(_upsert_arrays(table, chosen), arrays).rowcount
    return connection.exec_driver_sql(_upsert_rows(table, chosen, connection.dialect), cells).rowcount


@cache
def _upsert_rows(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    """One question mark a column, in the order of the table: the driver takes rows as they are."""
    statement = sqlite.insert(table).values({c.name: bindparam(c.name) for c in table.columns})
    return str(_on_conflict(table, statement, columns).compile(dialect=dialect))


@cache
def _upsert_arrays(table: Table, columns: tuple[str, ...]) -> Insert:
    """One parameter a column: the statement is the same for any number of rows, and its trigger fires once."""
    rows = select(*unnested(_kinds(table)))
    statement = _on_conflict(table, postgresql.insert(table).from_select(table.c.keys(), rows), columns)
    return statement.execution_options(preserve_rowcount=True)


def _on_conflict(table: Table, statement: Upsert, columns: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    chosen = {name: statement.excluded[name] for name in columns if name not in keys}
    if not chosen:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=chosen)


def remove(connection: Connection, table: Table, column: str, ids: Collection[int], rows: Iterable[Row] = ()) -> None:
    """Delete the rows whose `column` is among the ids, roll-ups kept; `rows` are these where the table has roll-ups."""
    kind, keys, known = connection.dialect.name, key_columns(table), list(rows)
    with kept(connection, table, {tuple(row[name] for name in keys): row for row in known}, {}):
        if is_guarded(connection, table):
            remove_guarded(connection, table, known)
            return
        for some in in_chunks(sorted(ids), IDS_AT_ONCE):
            connection.execute(delete(table).where(among(table.c[column], kind)), bound(some, kind))
