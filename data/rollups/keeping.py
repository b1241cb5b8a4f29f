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
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Insert,
    Select,
    Table,
    TableClause,
    Update,
    column,
    delete,
    insert,
    select,
    table,
    union_all,
    update,
)

from data.many_keys import among, bound
from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import Rollup
from data.rollups.sqlite_triggers import HELD
from data.rollups.statements import added, all_cells, counted, rollups_of
from data.tables import setting

T = TypeVar("T")

OPEN_GATE = "0"
"""Value of `setting.write_gate` outside a batch that keeps its roll-ups itself."""

KEYS_AT_ONCE = 1_000
"""Bound values in one statement: SQLite takes 32,766, and plans grow with their number."""

ROWS_AT_ONCE = 10_000
"""Distribution keys whose rows are summed in one statement: the more, the fewer cells are touched again."""

PENDING = "posko_pending"
"""Where a connection keeps what its transaction still owes the roll-ups."""

HOLD_FROM = 20
"""Rows from which keeping a batch by sets is cheaper on SQLite than its row triggers."""


def take_gate(connection: Connection) -> None:
    """Wait until no other recording transaction is under way. Call it before the first read of the transaction."""
    pending: Pending | None = connection.info.get(PENDING)
    changed = connection.execute(_set_gate(HELD if pending and pending.is_holding else OPEN_GATE))
    if changed.rowcount == 0:
        connection.execute(insert(setting).values(name="write_gate", value=OPEN_GATE))


@dataclass
class Pending:
    """What a transaction owes the roll-ups: distribution keys by fact table whose rows are to be added to the cells.

    What their stored rows counted before has been taken away; of the `noted` ones it stands in a temporary table.
    """

    is_holding: bool = False
    keys: dict[str, set[int]] = field(default_factory=dict)
    noted: dict[str, set[int]] = field(default_factory=dict)

    def copy(self) -> "Pending":
        """Return the state of this moment."""
        keys, noted = ({name: set(ids) for name, ids in each.items()} for each in (self.keys, self.noted))
        return replace(self, keys=keys, noted=noted)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Keep the roll-ups of all `kept` blocks inside once, at the end: a row written twice is counted once.

    Every write to a fact table inside must be in a `kept` block. Inside another such block this one does nothing.
    """
    if PENDING in connection.info:
        yield
        return
    pending = connection.info[PENDING] = Pending()
    try:
        yield
        _settle(connection, pending)
    finally:
        del connection.info[PENDING]


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Give a savepoint; when the block fails, what is owed to the roll-ups goes back with the rows."""
    pending: Pending | None = connection.info.get(PENDING)
    before = pending.copy() if pending else None
    try:
        with connection.begin_nested():
            yield
    except BaseException:
        if before is not None:
            connection.info[PENDING].__dict__.update(before.__dict__)
        raise


@contextmanager
def kept(connection: Connection, facts: Table, before: Collection[int], after: Collection[int]) -> Iterator[None]:
    """Keep the roll-ups of a fact table exact across the writes of the block.

    `before` are the distribution keys (issue or content ids) of stored rows that may change or go, `after` those of
    rows that will be there. The caller holds the gate and rolls back, at least to a savepoint, when the block fails.
    """
    with together(connection):
        pending: Pending = connection.info[PENDING]
        if rollups_of(facts) and (_is_held(connection, pending) or _worth_holding(connection, before, after)):
            _hold(connection, pending)
            owed = pending.keys.setdefault(facts.name, set())
            _note(connection, pending, facts, set(before) - owed)
            owed.update(before, after)
        yield


def is_recorded(connection: Connection) -> bool:
    """Return whether the recording functions keep the roll-ups of this database, not triggers."""
    chosen = connection.execute(select(setting.c.value).where(setting.c.name == "rollups")).scalar()
    return bool(chosen == "recorded")


def _is_held(connection: Connection, pending: Pending) -> bool:
    return pending.is_holding or is_recorded(connection)


def _hold(connection: Connection, pending: Pending) -> None:
    """Keep the triggers, if there are any, from counting what this transaction counts itself."""
    if not pending.is_holding:
        connection.execute(_set_gate(HELD))
        pending.is_holding = True


def _note(connection: Connection, pending: Pending, facts: Table, keys: set[int]) -> None:
    """Take away what the stored rows with these keys count; on SQLite note it, so that what stays is not written."""
    if not keys:
        return
    name = connection.dialect.name
    for rollup in rollups_of(facts):
        if name == "sqlite":
            connection.exec_driver_sql(_making_notes(rollup.table))
        statement = _noting(rollup.table) if name == "sqlite" else _adding(rollup.table, name, -1)
        for some in in_chunks(sorted(keys), ROWS_AT_ONCE):
            connection.execute(statement, bound(some, name))
    if name == "sqlite":
        pending.noted.setdefault(facts.name, set()).update(keys)


def _settle(connection: Connection, pending: Pending) -> None:
    """Add to the cells what the rows count now, less what was noted of them; keys with notes come first."""
    name = connection.dialect.name
    for rollup in ROLLUPS:
        noted = pending.noted.get(rollup.facts.name, set())
        others = pending.keys.get(rollup.facts.name, set()) - noted
        add = _adding_noted(rollup.table) if noted else _adding(rollup.table, name)
        for some in in_chunks([*sorted(noted), *sorted(others)], ROWS_AT_ONCE):
            connection.execute(add, bound(some, name))
            add = _adding(rollup.table, name)
        if noted:
            connection.execute(delete(_notes(rollup)))
    if pending.is_holding:
        connection.execute(_set_gate(OPEN_GATE))


@cache
def _notes(rollup: Rollup) -> TableClause:
    """Return the temporary table of SQLite that holds what stored rows counted before the transaction changed them."""
    return table(
        f"noted_{rollup.table.name}",
        *(column(c.name, c.type) for c in counted(rollup, rollup.facts.c).selected_columns),
    )


@cache
def _making_notes(cells: Table) -> str:
    names = ", ".join(each.name for each in _notes(_rollup_of(cells)).columns)
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS noted_{cells.name} ({names})"


@cache
def _noting(cells: Table) -> Insert:
    rollup = _rollup_of(cells)
    notes = _notes(rollup)
    return insert(notes).from_select(list(notes.c.keys()), _counted_among(rollup, -1, "sqlite"))


@cache
def _adding_noted(cells: Table) -> Insert:
    rollup = _rollup_of(cells)
    both = union_all(select(*_notes(rollup).c), _counted_among(rollup, 1, "sqlite"))
    return added(rollup, all_cells(rollup, both), "sqlite")


@cache
def _adding(cells: Table, dialect_name: str, sign: int = 1) -> Insert:
    rollup = _rollup_of(cells)
    return added(rollup, all_cells(rollup, _counted_among(rollup, sign, dialect_name)), dialect_name)


def _counted_among(rollup: Rollup, sign: int, dialect_name: str) -> Select[Any]:
    key = rollup.facts.c[rollup.facts.info["distributed_by"]]
    return counted(rollup, rollup.facts.c, sign, only=[among(key, dialect_name)])


def _rollup_of(cells: Table) -> Rollup:
    return next(rollup for rollup in ROLLUPS if rollup.table is cells)


def in_chunks(keys: Iterable[T], size: int = KEYS_AT_ONCE) -> Iterator[list[T]]:
    """Give the keys in lists short enough for one statement."""
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


def _worth_holding(connection: Connection, before: Collection[int], after: Collection[int]) -> bool:
    return connection.dialect.name == "sqlite" and max(len(before), len(after)) >= HOLD_FROM


def _set_gate(value: str) -> Update:
    return update(setting).where(setting.c.name == "write_gate").values(value=value)
