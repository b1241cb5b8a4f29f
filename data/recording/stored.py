"""Rows of facts read and written, their sums kept, many at a time, the same way on both engines."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from psycopg.errors import UniqueViolation
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
from sqlalchemy.exc import IntegrityError

from data.errors import DatabaseBusy
from data.many_keys import among, bound, looked_up
from data.many_values import Kinds, as_arrays, unnested
from data.recording.changes import Changes, Key, Row, key_columns
from data.recording.upserts import insert_arrays, kinds_of, names_of, plain, upsert
from data.rollups.keeping import in_chunks, is_guarded, kept

IDS_AT_ONCE = 5_000
"""Ids looked up in one statement, as one bound value."""

VERSION = "row_version"
"""What a row that is read to be changed says of its version where the sums rest on it (`keeping.is_guarded`)."""


@cache
def _selection(table: Table, by: tuple[str, ...], columns: tuple[str, ...]) -> Select[Any]:
    stored = [type_coerce(table.c[name], plain(table.c[name].type)) for name in by]
    among_each = [column.in_(bindparam(name, expanding=True)) for name, column in zip(by, stored, strict=True)]
    return _chosen(table, columns).where(and_(*among_each))


@cache
def _selection_by_id(table: Table, column: str, columns: tuple[str, ...], dialect_name: str) -> Select[Any]:
    return _chosen(table, columns).where(looked_up(table.c[column], dialect_name))


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
    names, found = names_of(table), []
    for some in in_chunks(sorted(set(keys))):
        values = {name: sorted({key[place] for key in some}) for place, name in enumerate(by)}
        found += _as_rows(names, connection.execute(_selection(table, tuple(by), names), values).all())
    return found


def read_by_id(connection: Connection, table: Table, column: str, ids: Iterable[int], *columns: str) -> list[Row]:
    """Return the stored rows, or some of their columns, whose `column` is among the ids; in no order."""
    names, kind, found = columns or names_of(table), connection.dialect.name, []
    if not columns and is_guarded(connection, table):
        names = (*names, VERSION)
    for some in in_chunks(sorted(set(ids)), IDS_AT_ONCE):
        statement = _selection_by_id(table, column, names, kind)
        found += _as_rows(names, connection.execute(statement, bound(some, kind)).all())
    return found


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
        for names, rows in _groups(connection, changes):
            upsert(connection, changes.table, rows, names)


def _groups(connection: Connection, changes: Changes) -> Iterable[tuple[Collection[str], list[Row]]]:
    """Give the changed rows that are written alike, and the columns to set.

    SQLite, where nobody else writes meanwhile, sets unchanged columns with the others unless an index holds them: few
    statements. Elsewhere a column that this batch does not change is left to others.
    """
    held = indexed(changes.table)
    groups: dict[tuple[str, ...], tuple[set[str], list[Row]]] = {}
    for key, names in changes.changed().items():
        row = _stamped(changes, key)
        is_older = row.get("updated_at") != changes.before[key].get("updated_at")
        columns = (*names, "updated_at") if is_older else names
        alike = tuple(n for n in columns if n in held) if connection.dialect.name == "sqlite" else columns
        together, rows = groups.setdefault(alike, (set(), []))
        together.update(columns)
        rows.append(row)
    return (groups[alike] for alike in sorted(groups))


@cache
def indexed(table: Table) -> frozenset[str]:
    """Return the columns that an index of the table holds."""
    return frozenset(str(column.name) for index in table.indexes for column in index.columns)


def _stamped(changes: Changes, key: Key) -> Row:
    row = changes.after[key]
    return row | {"updated_at": changes.stamp} if "updated_at" in row else row


def _write_guarded(connection: Connection, changes: Changes) -> None:
    """Write what is new or changed; raise `DatabaseBusy` where another writer was there since the rows were read."""
    table, new, changed = changes.table, list(changes.new().values()), changes.changed()
    if new:
        rows = sorted(new, key=itemgetter(*key_columns(table)))
        try:
            _require_all(connection, insert_arrays(table), kinds_of(table), rows)
        except IntegrityError as error:
            raise (DatabaseBusy() if isinstance(error.orig, UniqueViolation) else error) from error
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


def _require_all(
    connection: Connection, statement: Insert | Update | Delete, kinds: Kinds, rows: Sequence[Row]
) -> None:
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
    kinds = {name: kinds_of(table)[name] for name in (*keys, *columns)} | {VERSION: Text()}
    rows = select(*unnested(kinds)).subquery("rows").c
    return kinds, rows, [*(table.c[name] == rows[name] for name in keys), _version(table) == rows[VERSION]]


def remove(connection: Connection, table: Table, column: str, ids: Collection[int], rows: Iterable[Row] = ()) -> None:
    """Delete the rows whose `column` is among the ids, roll-ups kept; `rows` are these where the table has roll-ups."""
    kind, keys, known = connection.dialect.name, key_columns(table), list(rows)
    with kept(connection, table, {tuple(row[name] for name in keys): row for row in known}, {}):
        if is_guarded(connection, table):
            remove_guarded(connection, table, known)
            return
        for some in in_chunks(sorted(ids), IDS_AT_ONCE):
            connection.execute(delete(table).where(among(table.c[column], kind)), bound(some, kind))
