"""All roll-ups from nothing: made anew, compared with what is stored, described."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, delete, func, insert, literal, select, text, update
from sqlalchemy.schema import AddConstraint, DropConstraint

from data.rollups import counting, keeping, triggers
from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import Rollup
from data.rollups.statements import FACTS, differing, key_columns, recounted
from data.tables import feed, setting

Progress = Callable[[str, int], None]
"""Called with the name of a roll-up that is done and the number of its cells."""

WORK_MEMORY = "256MB"
"""Memory of PostgreSQL for one sort of a rebuild, instead of 4 MB that would go through the disk."""

READY, BUILDING = "ready", "building"
"""Values of `setting.rollups_state`; readers refuse while it says building."""


def rebuild(connection: Connection, progress: Progress | None = None) -> dict[str, int]:
    """Make every roll-up anew from the facts, in the caller's transaction; return the cells of each.

    Other writers wait; readers see the old sums until the commit. Triggers that are missing are put back.
    A million requests take about 20 s.
    """
    keeping.take_gate(connection)
    _keep_writers_out(connection)
    made = {}
    for rollup in ROLLUPS:
        _refill(connection, rollup)
        made[rollup.table.name] = _size(connection, rollup)
        if progress is not None:
            progress(rollup.table.name, made[rollup.table.name])
    if not keeping.is_recorded(connection) and not triggers.present(connection):
        triggers.install(connection)
    set_state(connection, READY)
    return made


def _keep_writers_out(connection: Connection) -> None:
    """A fact committed between emptying and counting would be counted twice: by its trigger and by us."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(facts.name for facts in FACTS)
        connection.execute(text(f"SET LOCAL work_mem = '{WORK_MEMORY}'"))
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _refill(connection: Connection, rollup: Rollup) -> None:
    """Empty one roll-up table and fill it from all facts; readers of the old sums are not disturbed.

    An empty table on PostgreSQL has no such readers: there the key is made at the end, which halves the time.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(delete(rollup.table))
        _fill_from_memory(connection, rollup)
        return
    key = rollup.table.to_metadata(MetaData()).primary_key
    bare = connection.execute(select(literal(1)).select_from(rollup.table).limit(1)).first() is None
    if bare:
        connection.execute(DropConstraint(key))
    else:
        connection.execute(delete(rollup.table))
    for statement in recounted(rollup):
        connection.execute(statement)
    if bare:
        connection.execute(AddConstraint(key))


def _fill_from_memory(connection: Connection, rollup: Rollup) -> None:
    words = str(insert(rollup.table).compile(dialect=connection.dialect))
    made = counting.count(connection, rollup)
    for cube in rollup.cubes:
        rows = list(counting.rows(rollup, cube, made.pop(cube)))
        if rows:
            connection.exec_driver_sql(words, rows)


def _size(connection: Connection, rollup: Rollup) -> int:
    return connection.execute(select(func.count()).select_from(rollup.table)).scalar_one()


def set_state(connection: Connection, state: str) -> None:
    """Write whether the roll-ups may be read: READY or BUILDING."""
    connection.execute(update(setting).where(setting.c.name == "rollups_state").values(value=state))


@dataclass(frozen=True)
class Difference:
    """One cell whose stored sums are not those of a recount: its key and both sums of every measure."""

    table: str
    cube: int
    key: dict[str, Any]
    stored: dict[str, int]
    counted: dict[str, int]


def verify(connection: Connection) -> list[Difference]:
    """Compare every cell of every roll-up with a recount of all facts; return those that differ, in key order.

    Each roll-up is compared in one statement, so writers may go on meanwhile. All-zero cells are as good as missing
    ones. `data.rollups.integrity.check` looks at what the facts say of each other.
    """
    return [found for rollup in ROLLUPS for found in _differences(connection, rollup)]


def _differences(connection: Connection, rollup: Rollup) -> list[Difference]:
    keys = [name for name in key_columns(rollup) if name != "cube"]
    found = []
    for row in connection.execute(differing(rollup)).mappings():
        stored = {name: row[f"stored_{name}"] for name in rollup.measures}
        counted = {name: row[f"counted_{name}"] for name in rollup.measures}
        key = {name: row[name] for name in keys}
        found.append(Difference(rollup.table.name, row["cube"], key, stored, counted))
    return found


@dataclass(frozen=True)
class Status:
    """How the roll-ups are kept and how large they are.

    `kept_by` is triggers or recorded, `state` ready or building; `triggers_present` says whether every trigger is
    there; `cells` are rows by roll-up table, `newest_write_at` the youngest heartbeat of any feed.
    """

    kept_by: str
    state: str
    triggers_present: bool
    cells: dict[str, int]
    newest_write_at: datetime | None


def status(connection: Connection) -> Status:
    """Return how the roll-ups are kept, and their sizes."""
    switches = dict(connection.execute(select(setting.c.name, setting.c.value)).all())
    return Status(
        kept_by=switches.get("rollups", "triggers"),
        state=switches.get("rollups_state", READY),
        triggers_present=triggers.present(connection),
        cells={rollup.table.name: _size(connection, rollup) for rollup in ROLLUPS},
        newest_write_at=connection.execute(select(func.max(feed.c.written_at))).scalar(),
    )
