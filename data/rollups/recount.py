"""All roll-ups from nothing: made anew, compared with what is stored, described."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, select, text, update

from data.rollups import counting, folding, keeping, triggers
from data.rollups.declarations import ROLLUPS
from data.rollups.fetching import Codes
from data.rollups.grouping import order_of, summed
from data.rollups.packing import cells_of, part_of, texts_of
from data.rollups.refilling import refill, refill_packed
from data.rollups.shapes import Rollup
from data.rollups.shelves import Numbers, Shelves
from data.rollups.statements import FACTS, key_columns, rollups_of
from data.rollups.switches import is_recorded
from data.tables import feed, setting

Progress = Callable[[str, int], None]
"""Called with the name of a roll-up that is done and the number of its cells."""

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
    for facts in FACTS:
        codes, rollups = Codes(), rollups_of(facts)
        with counting.counted(connection, rollups, codes) as shelves:
            for rollup in rollups:
                make_anew = refill if rollup.packed is None else refill_packed
                make_anew(connection, rollup, shelves[rollup], codes)
                made[rollup.table.name] = _size(connection, rollup)
                if progress is not None:
                    progress(rollup.table.name, made[rollup.table.name])
    if not is_recorded(connection) and not triggers.present(connection):
        triggers.install(connection)
    set_state(connection, READY)
    return made


def _keep_writers_out(connection: Connection) -> None:
    """A fact committed between emptying and counting would be counted twice: by its trigger and by us."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(facts.name for facts in FACTS)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _size(connection: Connection, rollup: Rollup) -> int:
    counts = (select(func.count()).select_from(table).scalar_subquery() for table in rollup.tables)
    return sum(connection.execute(select(*counts)).one())


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

    Facts and cells must be read in one moment (`data.engine.snapshot`) when others write meanwhile. All-zero cells are
    as good as missing ones. `data.rollups.integrity.check` looks at what the facts say of each other.
    """
    return [found for facts in FACTS for found in differences(connection, facts)]


def differences(connection: Connection, facts: Table) -> list[Difference]:
    """Return the cells that differ in the roll-ups of one fact table."""
    codes, rollups = Codes(), rollups_of(facts)
    with counting.counted(connection, rollups, codes) as shelves:
        return [found for each in rollups for found in _differences(connection, each, shelves[each], codes)]


def _differences(connection: Connection, rollup: Rollup, facts: Shelves, codes: Codes) -> list[Difference]:
    found = []
    with closing(_stored(connection, rollup, codes)) as stored:
        for number, counted in counting.parts(rollup, facts, codes):
            found += _unequal(rollup, stored.take(number), counted, codes)
        for number in stored.numbers():
            cells = stored.take(number)
            found += _unequal(rollup, cells, cells[:0], codes)
    return [found[place] for place in sorted(range(len(found)), key=lambda n: (found[n].cube, *found[n].key.values()))]


def _stored(connection: Connection, rollup: Rollup, codes: Codes) -> Shelves:
    """Return the stored cells by the shelf on which they lie, as `counting.parts` gives them."""
    names = key_columns(rollup)
    shelves = Shelves(len(names) + len(rollup.measures))
    for cells in cells_of(connection, rollup, codes) if rollup.packed is None else folding.cells(connection, rollup):
        part, at = np.zeros(len(cells), dtype=np.int64), cells[:, names.index("bucket")]
        for cube in rollup.cubes:
            here = cells[:, names.index("cube")] == cube.id
            part[here] = part_of(at[here], cube.grain)
        shelves.put(part, cells)
    return shelves


def _unequal(rollup: Rollup, stored: Numbers, counted: Numbers, codes: Codes) -> list[Difference]:
    n_keys = len(key_columns(rollup))
    stored, counted = (side[order_of(side[:, :n_keys])] for side in map(_filled, (stored, counted), repeat(n_keys)))
    if np.array_equal(stored, counted):
        return []
    values = np.zeros((len(stored) + len(counted), 2, len(rollup.measures)), dtype=np.int64)
    values[: len(stored), 0], values[len(stored) :, 1] = stored[:, n_keys:], counted[:, n_keys:]
    keys = np.concatenate([stored[:, :n_keys], counted[:, :n_keys]])
    keys, sums = summed(keys, values.reshape(len(keys), -1))
    sides = sums.reshape(len(keys), 2, -1)
    differ = np.flatnonzero((sides[:, 0] != sides[:, 1]).any(axis=1))
    return [_difference(rollup, keys[place], sides[place], codes) for place in differ.tolist()]


def _filled(cells: Numbers, n_keys: int) -> Numbers:
    """Return the cells that are not all zero: those are as good as missing."""
    holds = (cells[:, n_keys:] != 0).any(axis=1)
    return cells if holds.all() else cells[holds]


def _difference(rollup: Rollup, key: Numbers, sides: Numbers, codes: Codes) -> Difference:
    words, texts = list(codes), texts_of(rollup.table)
    numbers = dict(zip(key_columns(rollup), key.tolist(), strict=True))
    found = {name: words[number] if name in texts else number for name, number in numbers.items() if name != "cube"}
    stored, counted = (dict(zip(rollup.measures, side.tolist(), strict=True)) for side in sides)
    return Difference(rollup.table.name, numbers["cube"], found, stored, counted)


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
