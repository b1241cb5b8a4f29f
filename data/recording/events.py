"""What was known when: every change of a request, one row a changed column."""

from collections.abc import Iterator

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording import stored
from data.recording.changes import Changes, Key, Row

TRACKED = (
    "notified_at", "received_at", "stopped_at", "stopped_seconds", "actioned_at", "confirmed_down_at",
    "reappeared_at", "outcome_id", "urgency", "time_precision",
)  # fmt: skip
"""Columns whose history decides what a figure said at an earlier moment."""

UNSAID = {"stopped_seconds": 0, "outcome_id": 0, "urgency": "hoax", "time_precision": "second"}
"""Values of a new request that are not worth an event: what every request starts with."""


def append_events(connection: Connection, changes: Changes) -> None:
    """Append what new requests know from the start, and every tracked change of stored ones."""
    stored.upsert(connection, tables.request_event, list(_events(changes)), ())


def _events(changes: Changes) -> Iterator[Row]:
    for key, row in changes.new().items():
        for kind in TRACKED:
            if row[kind] is not None and row[kind] != UNSAID.get(kind):
                yield event(key, kind, row[kind], changes.now)
    for change in changes.differences(TRACKED):
        yield event(change.key, change.column, change.new, changes.now)


def event(key: Key, kind: str, value: int | str | None, now: int) -> Row:
    """Return one event of the request with this key; values are text, times whole UTC seconds."""
    content_id, request_no = key
    return {
        "content_id": content_id,
        "event_id": stable_id(content_id, request_no, kind, now, value),
        "request_no": request_no,
        "kind": kind,
        "value": None if value is None else str(value),
        "recorded_at": now,
    }
