"""What histograms gain, folded into their bytes: some thousand changes at a time, in one transaction.

Bytes cannot be changed by a trigger. So whoever writes adds rows of the narrowest grain, as to any roll-up, and now and
then a recording transaction takes those rows away and adds them to the bytes of every grain. Readers add up both in one
snapshot: the sums are exact before it, after it, and when it never comes. The caller holds the gate
(`data.rollups.keeping`): only one program changes the bytes.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Integer,
    Select,
    SmallInteger,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects import postgresql, sqlite

from data.engine import is_postgres
from data.errors import DatabaseFault
from data.many_values import Kinds, as_arrays, unnested
from data.rollups import histograms
from data.rollups.declarations import ROLLUPS
from data.rollups.grouping import summed
from data.rollups.packing import finest, wider
from data.rollups.shapes import Cube, Rollup
from data.rollups.shelves import Numbers
from data.rollups.switches import is_recorded

PENDING_ROWS = 2_000
"""Rows that wait at most when a recording transaction ends: to read so many costs 2 ms."""

SERVICE, BUCKET, PLACE = 0, 1, 2
"""What comes first in a waiting row; then the other dimensions, and the number."""

BUCKET_BITS = 32
MIDDLE = 1 << BUCKET_BITS - 1
"""Added to a bucket, so that it is never negative; service and bucket then fit into one number."""

NO_KEY = -(1 << 62)
"""Less than any service and bucket."""

PACKED = tuple(rollup for rollup in ROLLUPS if rollup.packed is not None)


def fold_when_many(connection: Connection) -> None:
    """Fold what waits, where it is so much that readers would notice."""
    for rollup, n in zip(PACKED, connection.execute(_sizes(), {"most": PENDING_ROWS + 1}).one(), strict=True):
        if n > PENDING_ROWS:
            fold(connection, rollup)


def fold(connection: Connection, rollup: Rollup) -> None:
    """Add all that waits to the bytes; raise `DatabaseFault` where a number no longer fits."""
    if not is_postgres(connection):
        rows = connection.execute(select(*_columns(rollup))).all()
        connection.execute(delete(rollup.table))
    else:
        rows = connection.execute(_taken(rollup, others_write=not is_recorded(connection))).all()
    try:
        add(connection, rollup, _numbers(rollup, rows))
    except OverflowError as error:
        raise DatabaseFault from error


def add(connection: Connection, rollup: Rollup, rows: Numbers) -> None:
    """Add rows (service, bucket of the narrowest grain, dimensions, number) to the bytes of every grain.

    Raises `OverflowError` where a number no longer fits.
    """
    if not len(rows):
        return
    places = histograms.places_of(list(rows[:, PLACE:-1].T))
    for cube in rollup.cubes:
        bucket = wider(rows[:, BUCKET], finest(rollup), cube.grain)
        new, n_new = summed(np.column_stack([rows[:, SERVICE], bucket, places]), rows[:, -1:])
        stored, n_stored = _stored(connection, rollup, cube, new)
        if len(stored):
            new, n_new = summed(np.concatenate([stored, new]), np.concatenate([n_stored, n_new]))
        _write(connection, _target(rollup), cube, new, n_new[:, 0])


def cells(connection: Connection, rollup: Rollup) -> Iterator[Numbers]:
    """Give the cells of every cube in blocks as the roll-up declares them: those in the bytes, and what waits.

    A cell may come twice, once from either.
    """
    packed = _target(rollup).c
    n_dimensions = len(_columns(rollup)) - PLACE - 1
    found = connection.execute(select(packed.cube, packed.service_id, packed.bucket, packed.counts))
    for some in found.partitions(2_000):
        whose, places, n = histograms.apart(some)
        yield np.column_stack([*whose, *histograms.dimensions_of(places, n_dimensions), n])
    rows = _numbers(rollup, connection.execute(select(*_columns(rollup))).all())
    for cube in rollup.cubes:
        bucket = wider(rows[:, BUCKET], finest(rollup), cube.grain)
        yield np.column_stack([np.full(len(rows), cube.id), rows[:, SERVICE], bucket, rows[:, PLACE:]])


def _columns(rollup: Rollup) -> list[Column[Any]]:
    """Return what is taken of a waiting row: service, bucket, other dimensions, number."""
    return [column for column in rollup.table.columns if column.name != "cube"]


def _target(rollup: Rollup) -> Table:
    if rollup.packed is None:
        raise TypeError(f"{rollup.table.name} is not packed")
    return rollup.packed


@cache
def _sizes() -> Select[Any]:
    """Return the statement that counts what waits in each roll-up, no further than needed."""
    some = (select(rollup.table.c.bucket).limit(bindparam("most")).subquery() for rollup in PACKED)
    return select(*(select(func.count()).select_from(each).scalar_subquery() for each in some))


@cache
def _taken(rollup: Rollup, *, others_write: bool) -> Any:
    """Return the statement that takes the waiting rows away and gives them (PostgreSQL).

    Those stay that a writer who does not ask for the gate changes just now. Where all ask, a distributed engine may
    be below, which knows no such words.
    """
    place: Any = literal_column("ctid")
    free = select(place).select_from(table(rollup.table.name)).with_for_update(skip_locked=True)
    taken = delete(rollup.table).returning(*_columns(rollup))
    return taken.where(place.in_(free)) if others_write else taken


def _numbers(rollup: Rollup, rows: Sequence[Any]) -> Numbers:
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, len(_columns(rollup)))


def _stored(connection: Connection, rollup: Rollup, cube: Cube, keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return what the bytes of a cube hold at services and buckets: rows of service, bucket, place; and numbers."""
    wanted = keys[np.flatnonzero(np.diff(_service_and_bucket(keys), prepend=NO_KEY)), :PLACE]
    asked = _asked(_target(rollup), connection.dialect.name)
    if is_postgres(connection):
        bound = as_arrays(_WANTED, dict(zip(_WANTED, wanted.T, strict=True)))
        found = connection.execute(asked, {"cube": cube.id, **bound}).all()
    else:
        found = _one_by_one(connection, asked, [(cube.id, *pair) for pair in wanted.tolist()])
    if not found:
        return keys[:0], keys[:0, :1]
    whose, places, n = histograms.apart(found)
    return np.column_stack([*whose, places]), n[:, None].astype(np.int64)


_WANTED: Kinds = {"service_id": SmallInteger(), "bucket": Integer()}


@cache
def _asked(packed: Table, dialect_name: str) -> Select[Any]:
    """Return the statement that looks up the histograms of bound services and buckets (SQLite: one)."""
    row = packed.c
    pair: Any = select(*unnested(_WANTED)).subquery("wanted").c
    if dialect_name != "postgresql":
        pair = {name: bindparam(name) for name in _WANTED}
    is_wanted = (row[name] == pair[name] for name in _WANTED)
    return select(row.service_id, row.bucket, row.counts).where(row.cube == bindparam("cube"), *is_wanted)


def _one_by_one(connection: Connection, asked: Select[Any], wanted: list[tuple[int, ...]]) -> list[Any]:
    """Return the rows for each of the values. Asked of all at once, SQLite would read the whole table."""
    words, cursor = str(asked.compile(dialect=connection.dialect)), connection.connection.cursor()
    found = [row for values in wanted for row in cursor.execute(words, values)]
    cursor.close()
    return found


def _service_and_bucket(keys: Numbers) -> Numbers:
    """Return the first two columns in one number that sorts as they do."""
    found: Numbers = keys[:, SERVICE] << BUCKET_BITS | keys[:, BUCKET] + MIDDLE
    return found


def _write(connection: Connection, packed: Table, cube: Cube, keys: Numbers, n: Numbers) -> None:
    """Write the histograms of a cube anew: rows of service, bucket, place in order, and numbers."""
    whose, holds = _service_and_bucket(keys), n != 0
    first = np.flatnonzero(np.diff(whose, prepend=NO_KEY))
    blobs = [
        histograms.packed(keys[start:end, PLACE][holds[start:end]], n[start:end][holds[start:end]])
        for start, end in zip(first.tolist(), [*first[1:].tolist(), len(keys)], strict=True)
    ]
    service, bucket = keys[first, SERVICE].tolist(), keys[first, BUCKET].tolist()
    columns = {"cube": [cube.id] * len(first), "service_id": service, "bucket": bucket, "counts": blobs}
    if is_postgres(connection):
        columns["counts"] = ["\\x" + blob.hex() for blob in blobs]
        connection.execute(_arrays_written(packed), as_arrays(_kinds(packed), columns))
    else:
        connection.exec_driver_sql(_rows_written(packed), list(zip(*columns.values(), strict=True)))


@cache
def _kinds(packed: Table) -> Kinds:
    return {column.name: column.type for column in packed.columns}


@cache
def _rows_written(packed: Table) -> str:
    statement = sqlite.insert(packed).values({name: bindparam(name) for name in _kinds(packed)})
    return str(_replacing(packed, statement).compile(dialect=sqlite.dialect()))


@cache
def _arrays_written(packed: Table) -> Insert:
    rows = select(*unnested(_kinds(packed))).subquery("rows")
    return _replacing(packed, postgresql.insert(packed).from_select(list(_kinds(packed)), select(*rows.c)))


def _replacing(packed: Table, statement: postgresql.Insert | sqlite.Insert) -> Insert:
    keys = [column.name for column in packed.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={"counts": statement.excluded.counts})
