"""Row triggers of SQLite: each row adds to its cells what it counts, and takes away what it counted before."""

from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, Table, or_, true, union_all
from sqlalchemy.dialects import sqlite

from data.rollups.clocks import Row
from data.rollups.shapes import Rollup
from data.rollups.statements import HELD, added, counted, fields, rollups_of, spread, text_of, watched

DIALECT = sqlite.dialect()

NOT_HELD = f"(SELECT value FROM setting WHERE name = 'write_gate') IS NOT '{HELD}'"  # noqa: S608 - two constants

REFUSE_REPLACE = """
  INSERT OR IGNORE INTO setting (name, value) VALUES ('write_gate', 'replacing');
  SELECT RAISE(ABORT, 'roll-ups cannot see what REPLACE takes away; use INSERT ... ON CONFLICT DO UPDATE')
  WHERE EXISTS (SELECT 1 FROM setting WHERE name = 'write_gate' AND value = 'replacing');"""
"""REPLACE deletes the old row without telling any trigger. Its conflict rule also rules the statements of a trigger,
so this IGNORE becomes a REPLACE exactly then, and gives it away. (The row `write_gate` is always there.)"""


@cache
def triggers(facts: Table) -> dict[str, str]:
    """Return the DDL of every trigger on a fact table, by trigger name; written once, do not change it."""
    name = f"rollups_{facts.name}"
    new, old = fields(facts, "NEW"), fields(facts, "OLD")
    entered = [_add(rollup, counted(rollup, new)) for rollup in rollups_of(facts)]
    left = [_add(rollup, counted(rollup, old, -1)) for rollup in rollups_of(facts)]
    made = {
        f"{name}_insert": _trigger(facts, f"{name}_insert", "INSERT", NOT_HELD, [*entered, REFUSE_REPLACE]),
        f"{name}_delete": _trigger(facts, f"{name}_delete", "DELETE", NOT_HELD, left),
    }
    for rollup in rollups_of(facts):
        made |= _updates(rollup, new, old)
    return made


def _updates(rollup: Rollup, new: Row, old: Row) -> dict[str, str]:
    """Return two triggers: one for a row that moves between cells, one for a row that counts otherwise in its own."""
    placing, counting = watched(rollup)
    name, moves = rollup.table.name, _differ(placing, new, old)
    both = union_all(counted(rollup, old, -1), counted(rollup, new))
    made = {f"{name}_moved": _on_update(rollup, f"{name}_moved", placing, moves, both)}
    if counting:
        when = f"NOT ({moves}) AND ({_differ(counting, new, old)})"
        gained = counted(rollup, new, before=old)
        made[f"{name}_changed"] = _on_update(rollup, f"{name}_changed", counting, when, gained)
    return made


def _on_update(
    rollup: Rollup, name: str, columns: list[str], when: str, rows: Select[Any] | CompoundSelect[Any]
) -> str:
    event = f"UPDATE OF {', '.join(columns)}"
    return _trigger(rollup.facts, name, event, f"({when}) AND {NOT_HELD}", [_add(rollup, rows)])


def _trigger(facts: Table, name: str, event: str, when: str, body: list[str]) -> str:
    return f"CREATE TRIGGER {name} AFTER {event} ON {facts.name} WHEN {when} BEGIN\n" + "\n".join(body) + "\nEND"


def _differ(columns: list[str], new: Row, old: Row) -> str:
    return text_of(or_(*(old[name].is_distinct_from(new[name]) for name in columns)), DIALECT)


def _add(rollup: Rollup, rows: Select[Any] | CompoundSelect[Any]) -> str:
    cells = spread(rollup, rows.subquery("counted")).where(true())
    return f"  {text_of(added(rollup, cells, DIALECT.name), DIALECT)};"
