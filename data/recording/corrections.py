"""Ralat: values that were changed after they had been published."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording import upserts
from data.recording.changes import Change, Changes, Row
from data.recording.subjects import Subject


def append(connection: Connection, changes: Changes, subject: Subject) -> None:
    """Keep a row for every known value that gave way to another; what becomes known, or grows, is news."""
    found = [c for c in changes.differences(subject.corrected) if was_published(c, subject)]
    upserts.upsert(connection, tables.correction, [_row(changes, change) for change in found], ())


def was_published(change: Change, subject: Subject) -> bool:
    """Return whether a change takes something back: 0 is unknown or open, and counts named in `growing` may grow."""
    if change.old is None or (change.column.endswith("_id") and change.old == 0):
        return False
    return change.column not in subject.growing or change.new is None or bool(change.new < change.old)


def _row(changes: Changes, change: Change) -> Row:
    reason = changes.reasons.get(change.key) or f"reported_by:{changes.feed_code}"
    is_simulated = bool(changes.after[change.key].get("is_simulated"))
    what = (change.column, change.old, change.new)
    return row(changes.table.name, change.key, what, reason=reason, is_simulated=is_simulated, now=changes.now)


def row(
    table: str, key: Iterable[Any], what: tuple[str, Any, Any], *, reason: str, is_simulated: bool, now: int
) -> dict[str, Any]:
    """Return the row of one correction; `what` is the column, its old and its new value."""
    keys, (column, old, new) = tuple(key), what
    return {
        "record_id": keys[0] if isinstance(keys[0], int) else stable_id(table, *keys),
        "correction_id": stable_id("correction", table, *keys, column, now, new),
        "table_name": table,
        "column_name": column,
        "old_value": None if old is None else str(old),
        "new_value": None if new is None else str(new),
        "reason": reason,
        "is_simulated": is_simulated,
        "corrected_at": now,
    }
