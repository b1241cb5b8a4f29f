"""Aduan masyarakat: what the public reported, and apart from it who did."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording import complainants
from data.recording.changes import Row
from data.recording.identities import by_natural_key, resolve_content
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject

_by_natural_key = by_natural_key("complaint", "complaint_id")


def _identify(row: Row, feed_code: str) -> None:
    resolve_content(row)
    _by_natural_key(row, feed_code)


SUBJECT = Subject(
    table=tables.complaint,
    clock=("received_at", "validated_at", "answered_at"),
    identify=_identify,
    options=frozenset({"content_key", "reference", "name", "contact"}),
    defaults={"service_id": 0, "theme_id": 0, "status": "received"},
    vocabularies={"status": frozenset({"received", "valid", "merged", "invalid", "answered"})},
    corrected=frozenset({
        "service_id", "province_code", "theme_id", "content_id", "received_at", "validated_at", "answered_at",
    }),
    follow=complainants.keep,
)  # fmt: skip


def complaints(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record complaints. Key: `natural_key`, else `reference`, the ticket. `content_key` may stand for `content_id`.

    `name` and `contact` of the complainant go to their own table, which the dashboard's role cannot read.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
