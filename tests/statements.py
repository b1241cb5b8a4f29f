"""What a statement may not say if it is to run on SQLite, PostgreSQL, a standby and a distributed PostgreSQL alike."""

import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Engine, Select, Table, event
from sqlalchemy.sql.elements import Label
from sqlalchemy.sql.selectable import CompoundSelect

from queries.prepared import Asking, Prepared

QUERIES = str(Path(__file__).resolve().parents[1] / "queries")

REFUSED = re.compile(
    r"\b(?:(?:ROLLUP|CUBE)\s*\(|(?:GROUPING\s+SETS|FOR\s+(?:NO\s+KEY\s+)?UPDATE|FOR\s+(?:KEY\s+)?SHARE|WITH\s+RECURSIVE"
    r"|DISTINCT\s+ON|LATERAL|LISTEN|NOTIFY|SERIAL|AS\s+IDENTITY|AUTOINCREMENT|MERGE\s+INTO|TABLESAMPLE|NEXTVAL)\b)",
    re.IGNORECASE,
)
"""Constructs that SQLite lacks or a distributed PostgreSQL refuses, each found by trying."""

UPSERT = re.compile(r"\bDO\s+UPDATE\s+SET\b(?P<values>.*)", re.IGNORECASE | re.DOTALL)
CHANGEABLE = re.compile(r"\b(now|random|current_timestamp|clock_timestamp|gen_random_uuid|nextval)\b", re.IGNORECASE)
"""Functions an upsert may not set a column to: a distributed engine wants the new row or a bound value."""


BESIDE_TRIGGERS = re.compile(r"\s+FOR UPDATE SKIP LOCKED(?=\) RETURNING rollup_)")
"""How waiting sums are taken where triggers keep them; a distributed engine has none (tests.data.test_folding)."""


def refused_in(statement: str) -> list[str]:
    """Return the refused words of one statement, in order."""
    statement = BESIDE_TRIGGERS.sub("", statement)
    upsert = UPSERT.search(statement)
    changeable = CHANGEABLE.findall(upsert["values"]) if upsert else []
    return [*REFUSED.findall(statement), *changeable]


def is_ordered(statement: Select[Any] | CompoundSelect[Any]) -> bool:
    """Return whether the rows of a statement come in one order, or there is only one: sums, or a row by its key.

    Rows that are only added up are asked for with the execution option `any_order`: to sort them would cost the most.
    """
    if statement.get_execution_options().get("any_order"):
        return True
    if statement._order_by_clauses or not isinstance(statement, Select):
        return bool(statement._order_by_clauses)
    plain = [part for part in statement.selected_columns if isinstance(_unnamed(part), Column)]
    if not plain and not statement._group_by_clauses:
        return True
    where = str(statement.whereclause)
    tables = [source for source in statement.get_final_froms() if isinstance(source, Table)]
    return bool(tables) and all(f"{column} = " in where for table in tables for column in table.primary_key)


def _unnamed(part: Any) -> Any:
    return part.element if isinstance(part, Label) else part


def _asked_by_queries() -> bool:
    """Return whether a function of queries/ is among the callers."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(QUERIES):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def watch_prepared() -> None:
    """Make a question fail that is prepared with its rows in no order: such statements pass no other place."""
    prepare = Prepared.__init__

    def ordered(self: Prepared, statement: Asking, dialect: Dialect) -> None:
        assert is_ordered(statement), f"rows in no order: {statement}"
        prepare(self, statement, dialect)

    Prepared.__init__ = ordered  # type: ignore[method-assign]


def watch(engine: Engine) -> Engine:
    """Make the engine fail the test that sends a refused statement, or an unordered question from queries/."""

    @event.listens_for(engine, "before_cursor_execute")
    def portable(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        refused = refused_in(statement)
        assert not refused, f"not portable: {refused} in {statement}"

    @event.listens_for(engine, "before_execute")
    def ordered(_connection: Connection, statement: Any, *_: Any) -> None:
        if isinstance(statement, Select | CompoundSelect) and _asked_by_queries():
            assert is_ordered(statement), f"rows in no order: {statement}"

    return engine
