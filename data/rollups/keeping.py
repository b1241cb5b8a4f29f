"""Roll-ups kept by the writer itself: what changed rows counted is taken away, what they count is added.

This is how roll-ups are kept where an engine has no triggers on its tables (`setting.rollups` = recorded), and how
every larger batch is kept: triggers would touch a cell once for every row (SQLite) or every statement (PostgreSQL)
that falls into it. Meanwhile the triggers see `setting.write_gate` = held, which only this transaction sees, and rest.

Writers are let through one at a time. Without the gate two of them could both take away what a row counted, both
write it, and both add what it counts then: one subtraction too many, and no error. `take_gate` changes one row first
thing in the transaction, so the second writer waits there until the first has committed; at READ COMMITTED each of
its later statements then sees what the first one wrote. (On SQLite the gate also takes the write lock before the
first read: a read that wants to write later is refused at once when another writer was faster.) Triggers need no
gate: each adds only what its own statement changed. Writers that leave the keeping to them do not ask for the gate, so
a batch that holds the triggers of PostgreSQL writes a row only if it is still the one that was read (`is_guarded`).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, Update, insert, update

from data.rollups import adding, folding, postgresql_triggers
from data.rollups.increments import increments
from data.rollups.statements import FACTS, HELD
from data.rollups.switches import is_recorded
from data.tables import setting

T = TypeVar("T")
Key = tuple[Any, ...]
Row = dict[str, Any]

OPEN_GATE = "0"
"""Value of `setting.write_gate` outside a batch that keeps its roll-ups itself."""

KEYS_AT_ONCE = 1_000
"""Bound values in one statement: SQLite takes 32,766, and plans grow with their number."""

ROWS_AT_ONCE = 20_000
"""Changed rows of a table after which they are counted, also in the middle of a transaction: about 60 MB in memory."""

PENDING = "posko_pending"
"""Where a connection keeps what its transaction still owes the roll-ups."""

HOLD_FROM = 20
"""Rows from which keeping a batch in memory is cheaper than by triggers."""


def take_gate(connection: Connection) -> None:
    """Wait until no other recording transaction is under way. Call it before the first read of the transaction."""
    pending: Pending | None = connection.info.get(PENDING)
    changed = connection.execute(_set_gate(HELD if pending and pending.is_holding else OPEN_GATE))
    if changed.rowcount == 0:
        connection.execute(insert(setting).values(name="write_gate", value=OPEN_GATE))


@dataclass
class Pending:
    """What a transaction owes the roll-ups: rows by fact table and key as they were when it began, and as they are.

    None stands for a row that was not there, or is no more. `guards` says that others may write meanwhile.
    """

    is_holding: bool = False
    guards: bool = False
    before: dict[str, dict[Key, Row | None]] = field(default_factory=dict)
    after: dict[str, dict[Key, Row | None]] = field(default_factory=dict)

    def copy(self) -> "Pending":
        """Return the state of this moment."""
        before, after = ({name: dict(rows) for name, rows in each.items()} for each in (self.before, self.after))
        return Pending(self.is_holding, self.guards, before, after)

    def note(self, facts: Table, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> None:
        """Note that rows of a fact table change from `before` to `after`."""
        was, will_be = self.before.setdefault(facts.name, {}), self.after.setdefault(facts.name, {})
        for key in before:
            was.setdefault(key, before[key])
            will_be[key] = after.get(key)
        for key in after:
            if key not in before:
                was.setdefault(key, None)
                will_be[key] = after[key]


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


def expect(connection: Connection, rows: int) -> None:
    """Decide, before the first of them is read, how the sums of so many rows are kept; the caller holds the gate.

    Call it inside `together`. What it decides lasts to the end of that block.
    """
    pending: Pending = connection.info[PENDING]
    if pending.is_holding:
        return
    if is_recorded(connection):
        pending.is_holding = True
    elif rows >= HOLD_FROM and _triggers_rest_when_held(connection):
        _hold(connection, pending)
        pending.guards = connection.dialect.name == "postgresql"


def is_guarded(connection: Connection, table: Table) -> bool:
    """Return whether a stored row of a table may be changed only if it is still as it was read.

    Then the sums rest on what was read, and another writer may change the row meanwhile.
    """
    pending: Pending | None = connection.info.get(PENDING)
    return bool(pending and pending.guards and table in FACTS)


@contextmanager
def kept(connection: Connection, facts: Table, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterator[None]:
    """Keep the roll-ups of a fact table exact across the writes of the block.

    `before` are the stored rows that change or go, by primary key, `after` those that will be there instead, and new
    ones. The caller holds the gate and rolls back, at least to a savepoint, when the block fails.
    """
    with together(connection):
        pending: Pending = connection.info[PENDING]
        if facts in FACTS and (pending.is_holding or _is_held(connection, pending, max(len(before), len(after)))):
            pending.note(facts, before, after)
        yield
        if len(pending.after.get(facts.name, ())) > ROWS_AT_ONCE:
            _count(connection, pending)


def _is_held(connection: Connection, pending: Pending, rows: int) -> bool:
    """Return whether these rows are kept in memory though few were expected: too late where rows must be guarded."""
    expect(connection, 0 if connection.dialect.name == "postgresql" else rows)
    return pending.is_holding


def _triggers_rest_when_held(connection: Connection) -> bool:
    """Return whether the triggers heed the gate; those of PostgreSQL that an older program made do not."""
    if connection.dialect.name != "postgresql":
        return True
    return not connection.execute(postgresql_triggers.HEEDLESS).scalar()


def _hold(connection: Connection, pending: Pending) -> None:
    """Keep the triggers from counting what this transaction counts itself."""
    connection.execute(_set_gate(HELD))
    pending.is_holding = True


def _settle(connection: Connection, pending: Pending) -> None:
    _count(connection, pending)
    folding.fold_when_many(connection)
    if pending.is_holding:
        connection.execute(_set_gate(OPEN_GATE))


def _count(connection: Connection, pending: Pending) -> None:
    """Bring the cells from what the noted rows counted at first to what they count now, and forget these rows."""
    for facts in FACTS:
        left, entered = (noted.pop(facts.name, {}).values() for noted in (pending.before, pending.after))
        for found in increments(facts, list(filter(None, left)), list(filter(None, entered))):
            adding.add(connection, found)


def in_chunks(keys: Iterable[T], size: int = KEYS_AT_ONCE) -> Iterator[list[T]]:
    """Give the keys in lists short enough for one statement."""
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


def _set_gate(value: str) -> Update:
    return update(setting).where(setting.c.name == "write_gate").values(value=value)
