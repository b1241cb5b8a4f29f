"""Millions of rows at once: whole rows into the tables, roll-ups made once at the end."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Index, Table, literal, select

from data import tables
from data.engine import checkpoint, is_postgres, transaction
from data.recording import bulk_rows, feeds
from data.recording.bulk_rows import SUBJECTS, Arrays, Columns
from data.rollups import keeping, recount, triggers
from data.rollups.switches import is_recorded

Batch = tuple[str, Columns]
"""A table's name and rows for it. Columns that are missing take NULL, or their default where they have one."""

Progress = Callable[[str, int], None]
"""Called with what is being done (a table's name, or 'rollups: ' and one) and how many rows of it are done."""

CACHE_KIBIBYTES = 262_144
"""Page cache of SQLite while rows come in (256 MiB): keys come in random order, and pages pushed out early are written
twice. It stays taken until the commit, so with everything else a load of any size stays below 1 GB."""

SORTING_KIBIBYTES = 65_536
"""Page cache while indexes and roll-ups are made (64 MiB): everything is in order then, and SQLite's sorter takes as
much again."""


@dataclass
class _Load:
    """What a load has done so far: rows by table, newest fact and simulation by feed, indexes to be made again."""

    say: Progress
    rows: dict[str, int] = field(default_factory=dict)
    newest: dict[str, int | None] = field(default_factory=dict)
    simulated: set[str] = field(default_factory=set)
    strips: bool = True
    bare: list[Table] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)


def load(
    engine: Engine, batches: Iterable[Batch], *, progress: Progress | None = None, one_transaction: bool = True
) -> dict[str, int]:
    """Load whole rows of any tables, rebuild the roll-ups, bump the feeds; return rows loaded by table.

    The rows are taken as they are: ids, copies and outcomes must already agree (`data.rollups.integrity` tells).
    Keys must be new. In one transaction readers see all or nothing; otherwise `setting.rollups_state` says
    `building` until the end, readers refuse, and a load that died is mended by `recount.rebuild`.
    """
    done = _Load(progress or (lambda _name, _rows: None))
    if one_transaction:
        with _writing(engine) as connection:
            _begin(connection)
            for batch in batches:
                _write(connection, batch, done)
            _finish(connection, done)
    else:
        done.strips = False
        _load_in_parts(engine, batches, done)
    checkpoint(engine)
    return done.rows


def _load_in_parts(engine: Engine, batches: Iterable[Batch], done: _Load) -> None:
    with _writing(engine) as connection:
        _begin(connection)
        recount.set_state(connection, recount.BUILDING)
    for batch in batches:
        with _writing(engine) as connection:
            _write(connection, batch, done)
    with _writing(engine) as connection:
        _finish(connection, done)


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """Give one transaction, on SQLite with a page cache that holds the keys' index."""
    with transaction(engine, is_large=True) as connection:
        if is_postgres(connection):
            yield connection
            return
        usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        _set_cache(connection, -CACHE_KIBIBYTES)
        try:
            yield connection
        finally:
            _set_cache(connection, usual)


def _set_cache(connection: Connection, size: int) -> None:
    connection.exec_driver_sql(f"PRAGMA cache_size = {size}")
    connection.exec_driver_sql("PRAGMA shrink_memory")


def _begin(connection: Connection) -> None:
    keeping.take_gate(connection)
    triggers.pause(connection)


def _finish(connection: Connection, done: _Load) -> None:
    if not is_postgres(connection):
        _set_cache(connection, -SORTING_KIBIBYTES)
    for table in done.bare:
        for index in sorted(table.indexes, key=_largest_first):
            index.create(connection)
    recount.rebuild(connection, lambda name, cells: done.say(f"rollups: {name}", cells))
    if not is_recorded(connection):
        triggers.resume(connection)
    if is_postgres(connection):
        connection.exec_driver_sql("ANALYZE")
    now = int(datetime.now(UTC).timestamp())
    for code, newest in sorted(done.newest.items()):
        at = None if newest is None else min(newest, now)
        feeds.bump(connection, code, now, at, changed=True, is_simulated=code in done.simulated)


def _largest_first(index: Index) -> tuple[int, str]:
    """Give an order in which indexes of fewer rows come later: of two that serve alike SQLite uses the newest."""
    where = index.dialect_options["sqlite"]["where"]
    return 0 if where is None else len(str(where)), str(index.name)


def _write(connection: Connection, batch: Batch, done: _Load) -> None:
    name, rows = batch
    table = tables.metadata.tables[name]
    arrays = bulk_rows.completed(table, rows)
    if not bulk_rows.size(arrays):
        return
    _strip(connection, table, done)
    bulk_rows.write(connection, table, arrays)
    _note(name, arrays, done)
    done.rows[name] = done.rows.get(name, 0) + bulk_rows.size(arrays)
    done.say(name, done.rows[name])


def _strip(connection: Connection, table: Table, done: _Load) -> None:
    """Take the indexes from a table that is still empty: made at the end, sorted, they cost a third.

    Not in parts: a load that dies would leave the table without them.
    """
    if not done.strips or table.name in done.checked:
        return
    done.checked.add(table.name)
    if connection.execute(select(literal(1)).select_from(table).limit(1)).first() is None:
        done.bare.append(table)
        for index in table.indexes:
            index.drop(connection, checkfirst=True)


def _note(name: str, arrays: Arrays, done: _Load) -> None:
    """Note the newest fact of each feed in a batch, and which feeds carry invented rows."""
    subject = SUBJECTS.get(name)
    if subject is None or "feed_code" not in arrays:
        return
    codes = arrays["feed_code"].to_numpy(zero_copy_only=False)
    times = [_seconds(arrays[column], column) for column in subject.clock if column in arrays]
    newest = np.maximum.reduce(times) if times else np.zeros(codes.size, dtype=np.int64)
    none = np.zeros(codes.size, dtype=np.bool_)
    invented = arrays["is_simulated"].to_numpy(zero_copy_only=False) if "is_simulated" in arrays else none
    for code in sorted(set(codes.tolist())):
        here = codes == code
        known = done.newest.get(code) or 0
        done.newest[code] = max(known, int(newest[here].max())) or None
        if invented[here].any():
            done.simulated.add(code)


def _seconds(array: Any, column: str) -> Any:
    values = np.asarray(array.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.where(values == 0, 0, feeds.as_seconds(values, column))
