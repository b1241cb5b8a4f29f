"""Row triggers of SQLite: each row adds to its cells what it counts, and takes away what it counted before."""

from collections.abc import Iterator

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ColumnElement

from data.rollups.declarations import Cube, Rollup, Row
from data.rollups.statements import added, bucket, fields, key_of, rollups_of, text_of, watched

DIALECT = sqlite.dialect()  # type: ignore[no-untyped-call]

REFUSE_REPLACE = """
  INSERT OR IGNORE INTO setting (name, value) VALUES ('write_gate', 'replacing');
  SELECT RAISE(ABORT, 'roll-ups cannot see what REPLACE takes away; use INSERT ... ON CONFLICT DO UPDATE')
  WHERE EXISTS (SELECT 1 FROM setting WHERE name = 'write_gate' AND value = 'replacing');"""
"""REPLACE deletes the old row without telling any trigger. Its conflict rule also rules the statements of a trigger,
so this IGNORE becomes a REPLACE exactly then, and gives it away. (The row `write_gate` is always there.)"""


def triggers(facts: Table) -> dict[str, str]:
    """Return the DDL of every trigger on a fact table, by trigger name."""
    name = f"rollups_{facts.name}"
    new, old = fields(facts, "NEW"), fields(facts, "OLD")
    made = {
        f"{name}_insert": _trigger(facts, f"{name}_insert", "INSERT", None, [*_whole(facts, new, 1), REFUSE_REPLACE]),
        f"{name}_delete": _trigger(facts, f"{name}_delete", "DELETE", None, [*_whole(facts, old, -1)]),
    }
    for rollup in rollups_of(facts):
        made |= _updates(rollup, new, old)
    return made


def _trigger(facts: Table, name: str, event: str, when: str | None, body: list[str]) -> str:
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} AFTER {event} ON {facts.name} {condition}BEGIN\n" + "\n".join(body) + "\nEND"


def _whole(facts: Table, row: Row, sign: int) -> Iterator[str]:
    for rollup in rollups_of(facts):
        for cube in rollup.cubes:
            yield _upsert(rollup, _cell(rollup, cube, row, {n: e(row) for n, e in rollup.measures.items()}, sign))


def _updates(rollup: Rollup, new: Row, old: Row) -> dict[str, str]:
    """Return two triggers: one for a row that moves between cells, one for a row that counts otherwise in its own."""
    placing, counting = watched(rollup)
    name = rollup.table.name
    moved = [
        _upsert(rollup, _cell(rollup, cube, row, {n: e(row) for n, e in rollup.measures.items()}, sign))
        for cube in rollup.cubes
        for row, sign in ((old, -1), (new, 1))
    ]
    made = {
        f"{name}_moved": _trigger(
            rollup.facts, f"{name}_moved", f"UPDATE OF {', '.join(placing)}", _differ(placing, new, old), moved
        )
    }
    if counting:
        gained = {n: expression(new) - expression(old) for n, expression in rollup.measures.items()}
        inside = [_upsert(rollup, _cell(rollup, cube, new, gained, 1)) for cube in rollup.cubes]
        when = f"NOT ({_differ(placing, new, old)}) AND ({_differ(counting, new, old)})"
        made[f"{name}_changed"] = _trigger(
            rollup.facts, f"{name}_changed", f"UPDATE OF {', '.join(counting)}", when, inside
        )
    return made


def _differ(columns: list[str], new: Row, old: Row) -> str:
    return text_of(or_(*(old[name].is_distinct_from(new[name]) for name in columns)), DIALECT)


def _cell(
    rollup: Rollup, cube: Cube, row: Row, measures: dict[str, ColumnElement[int]], sign: int
) -> Select[tuple[int, ...]]:
    placed = {name: expression(row) for name, expression in rollup.dimensions.items()}
    key = key_of(rollup, cube, bucket(rollup.at(row), cube.grain), placed)
    sums = [value if sign == 1 else -value for value in measures.values()]
    return select(*key.values(), *sums).where(rollup.where(row))


def _upsert(rollup: Rollup, cell: Select[tuple[int, ...]]) -> str:
    return f"  {text_of(added(rollup, cell, DIALECT), DIALECT)};"
