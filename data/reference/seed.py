"""Reference rows into the database: run as often as you like, it only writes what differs."""

from typing import Any

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite

from data import tables
from data.reference.files import rows

SEEDED = (*tables.CODED, tables.region, tables.feed, tables.published_figure)

FEED_START = {"seq": 0, "watermark_at": None, "written_at": None, "is_simulated": False}
"""A feed that has never written anything."""

EDITABLE = {
    "campaign": {"starts_at", "ends_at"},
    "calendar_event": {"starts_at", "ends_at"},
    "channel": {"audience"},
    "deadline": {"minutes", "basis", "valid_from", "valid_to"},
    "election": {"voting_at"},
    "feed": {"expected_seconds", *FEED_START},
    "period": {"starts_at", "ends_at"},
    "published_figure": {"value", "window_start", "window_end", "source", "note"},
}
"""Columns an office may change: a seed fills them once and never writes them again."""


def seed(connection: Connection) -> None:
    """Insert or mend every reference row in the caller's transaction; values an office may edit are left alone."""
    for table in SEEDED:
        _upsert(connection, table, reference_rows(table))


def reference_rows(table: Table) -> list[dict[str, Any]]:
    """Return the rows that belong into a reference table, in file order."""
    extra = FEED_START if table is tables.feed else {}
    return [{**row, **extra} for row in rows(table)]


def _upsert(connection: Connection, table: Table, wanted: list[dict[str, Any]]) -> None:
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    keys = {column.name for column in table.primary_key}
    kept = keys | EDITABLE.get(table.name, set())
    shared = [name for name in wanted[0] if name not in kept]
    index = sorted(keys)
    if not shared:
        connection.execute(insert.on_conflict_do_nothing(index_elements=index), wanted)
        return
    statement = insert.on_conflict_do_update(
        index_elements=index,
        set_={name: insert.excluded[name] for name in shared},
        where=or_(*(table.c[name].is_distinct_from(insert.excluded[name]) for name in shared)),
    )
    connection.execute(statement, wanted)
