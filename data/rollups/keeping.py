"""Roll-ups kept by the writer itself, from sets of keys: what they counted is taken away, what they count is added.

This is how roll-ups are kept where an engine has no triggers on its tables (`setting.rollups` = recorded), and how
a larger batch is kept on SQLite, whose row triggers would touch a cell once for every row that falls into it.

Writers are let through one at a time. Without the gate two of them could both take away what a row counted, both
write it, and both add what it counts then: one subtraction too many, and no error. `take_gate` changes one row first
thing in the transaction, so the second writer waits there until the first has committed; at READ COMMITTED each of
its later statements then sees what the first one wrote. (On SQLite the gate also takes the write lock before the
first read: a read that wants to write later is refused at once when another writer was faster.) Triggers need no
gate: each adds only what its own statement changed.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, select, update

from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import Rollup
from data.rollups.sqlite_triggers import HELD
from data.rollups.statements import added, all_cells, counted, rollups_of
from data.tables import setting

T = TypeVar("T")

OPEN_GATE = "0"
"""Value of `setting.write_gate` outside a batch that keeps its roll-ups itself."""

KEYS_AT_ONCE = 1_000
"""Keys in one statement: SQLite takes 32,766 values, and plans grow with their number."""

HOLD_FROM = 20
"""Rows from which keeping a batch by sets is cheaper on SQLite than its row triggers."""


def take_gate(connection: Connection) -> None:
    """Wait until no other recording transaction is under way. Call it before the first read of the transaction."""
    changed = connection.execute(_set_gate(OPEN_GATE))
    if changed.rowcount == 0:
        connection.execute(insert(setting).values(name="write_gate", value=OPEN_GATE))


@contextmanager
def kept(connection: Connection, facts: Table, before: Collection[int], after: Collection[int]) -> Iterator[None]:
    """Keep the roll-ups of a fact table exact across the writes of the block.

    `before` are the distribution keys (issue or content ids) of stored rows that may change or go, `after` those of
    rows that will be there. The caller holds the gate and rolls back, at least to a savepoint, when the block fails.
    """
    recorded = is_recorded(connection)
    if not rollups_of(facts) or not (recorded or _worth_holding(connection, before, after)):
        yield
        return
    if not recorded:
        connection.execute(_set_gate(HELD))
    for rollup in rollups_of(facts):
        subtract(connection, rollup, before)
    yield
    for rollup in rollups_of(facts):
        add(connection, rollup, after)
    if not recorded:
        connection.execute(_set_gate(OPEN_GATE))


def is_recorded(connection: Connection) -> bool:
    """Return whether the recording functions keep the roll-ups of this database, not triggers."""
    chosen = connection.execute(select(setting.c.value).where(setting.c.name == "rollups")).scalar()
    return bool(chosen == "recorded")


def subtract(connection: Connection, rollup: Rollup, keys: Collection[int]) -> None:
    """Take away from the cells what the stored rows with these distribution keys count."""
    _apply(connection, rollup, keys, -1)


def add(connection: Connection, rollup: Rollup, keys: Collection[int]) -> None:
    """Add to the cells what the stored rows with these distribution keys count."""
    _apply(connection, rollup, keys, 1)


def _apply(connection: Connection, rollup: Rollup, keys: Collection[int], sign: int) -> None:
    statement = _delta(rollup.table, sign, connection.dialect.name)
    for some in in_chunks(sorted(set(keys))):
        connection.execute(statement, {"keys": some})


def in_chunks(keys: Iterable[T], size: int = KEYS_AT_ONCE) -> Iterator[list[T]]:
    """Give the keys in lists short enough for one statement."""
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


@cache
def _delta(table: Table, sign: int, dialect_name: str) -> Insert:
    rollup = next(r for r in ROLLUPS if r.table is table)
    key = rollup.facts.c[rollup.facts.info["distributed_by"]]
    rows = counted(rollup, rollup.facts.c, sign, only=[key.in_(bindparam("keys", expanding=True))])
    return added(rollup, all_cells(rollup, rows), dialect_name)


def _worth_holding(connection: Connection, before: Collection[int], after: Collection[int]) -> bool:
    return connection.dialect.name == "sqlite" and max(len(before), len(after)) >= HOLD_FROM


def _set_gate(value: str) -> Update:
    return update(setting).where(setting.c.name == "write_gate").values(value=value)
