"""What was known when: every change of a request, one row a changed column."""

from sqlalchemy import Connection

from data import tables
from data.recording import upserts
from data.recording.changes import Changes, Key, Row

TRACKED = (
    "notified_at", "received_at", "stopped_at", "stopped_seconds", "actioned_at", "confirmed_down_at",
    "reappeared_at", "outcome_id", "urgency", "time_precision",
)  # fmt: skip
"""Columns whose history decides what a figure said at an earlier moment."""


def append_events(connection: Connection, changes: Changes) -> None:
    """Append every tracked change of stored requests, with the value until then.

    What a request brings at first needs no event: it is the value until its first change, or what the row still says.
    Of two changes in one second the value before the first and the value after the last are kept.
    """
    found = [event(c.key, c.column, c.old, c.new, changes.now) for c in changes.differences(TRACKED)]
    upserts.upsert(connection, tables.request_event, found, ("value",))


def event(key: Key, kind: str, old: int | str | None, new: int | str | None, now: int) -> Row:
    """Return one event of the request with this key; values are text, times whole UTC seconds."""
    content_id, request_no = key
    return {
        "content_id": content_id,
        "request_no": request_no,
        "kind": kind,
        "recorded_at": now,
        "value_before": None if old is None else str(old),
        "value": None if new is None else str(new),
    }
