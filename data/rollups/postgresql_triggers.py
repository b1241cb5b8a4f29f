"""Statement triggers of PostgreSQL: one upsert per touched cell and statement, in key order."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Table, delete, text, union_all
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import CompoundSelect

from data.rollups.shapes import Rollup
from data.rollups.statements import HELD, added, all_cells, counted, rollups_of, rows_of, text_of

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}
"""Statements that fire, and the rows each lets its trigger see."""

SIGNS = {"old_rows": -1, "new_rows": 1}

HEED = f"IF (SELECT value FROM setting WHERE name = 'write_gate') = '{HELD}' THEN RETURN NULL; END IF;"  # noqa: S608
"""First thing a trigger does: rest while the writer of this transaction keeps the roll-ups of its batch itself."""


def function_name(facts: Table) -> str:
    """Return the name of the function that keeps the roll-ups of a fact table."""
    return f"keep_rollups_of_{facts.name}"


def trigger_names(facts: Table) -> dict[str, str]:
    """Return the name of the trigger for each event."""
    return {event: f"rollups_{facts.name}_{event}" for event in EVENTS}


HEEDLESS = text(
    "SELECT EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid) AND left(t.tgname, 8) = 'rollups_'"
    " AND position('write_gate' IN p.prosrc) = 0)"
)
"""Asks whether there is a trigger of ours that does not rest: one that an older program made."""


@cache
def function(facts: Table) -> str:
    """Return the DDL of the function: a branch per event, a statement per roll-up; written once."""
    branches = {event: _body(facts, event) for event in EVENTS}
    cases = "".join(f"  WHEN '{event.upper()}' THEN\n{body}" for event, body in branches.items())
    return (
        f"CREATE OR REPLACE FUNCTION {function_name(facts)}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path FROM CURRENT AS $rollups$\nBEGIN\n  {HEED}\n  CASE TG_OP\n{cases}  END CASE;\n"
        "  RETURN NULL;\nEND $rollups$"
    )


def triggers(facts: Table) -> list[str]:
    """Return the DDL of the triggers, one per event: a trigger that sees rows may have only one."""
    return [
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {facts.name} {EVENTS[event]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function_name(facts)}()"
        for event, name in trigger_names(facts).items()
    ]


def _body(facts: Table, event: str) -> str:
    seen = [name for name in SIGNS if name in EVENTS[event]]
    statements = [words for rollup in rollups_of(facts) for words in _statements(rollup, facts, seen)]
    return "".join(f"    {statement};\n" for statement in statements)


def _statements(rollup: Rollup, facts: Table, seen: list[str]) -> list[str]:
    if not seen:
        return [text_of(delete(table), DIALECT) for table in rollup.tables]
    parts = [counted(rollup, rows_of(facts, name).c, SIGNS[name]) for name in seen]
    rows: Select[Any] | CompoundSelect[Any] = parts[0] if len(parts) == 1 else union_all(*parts)
    return [text_of(added(rollup, all_cells(rollup, rows), DIALECT.name), DIALECT)]
