"""Keberatan (sanggah) against takedowns."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording import propagation
from data.recording.changes import Row
from data.recording.identities import need, resolve_content
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject


def _identify(row: Row, _: str) -> None:
    resolve_content(row)
    need(row, "content_id")
    row.setdefault("request_no", 1)
    row.setdefault("appeal_no", 1)


SUBJECT = Subject(
    table=tables.appeal,
    clock=("filed_at", "decided_at", "reinstated_at"),
    identify=_identify,
    options=frozenset({"content_key"}),
    defaults={"service_id": 0, "result": "open"},
    vocabularies={"result": frozenset({"open", "upheld", "dismissed"})},
    corrected=frozenset({"filed_at", "decided_at", "reinstated_at"}),
    complete=propagation.complete_appeals,
)


def appeals(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record appeals. Key: `content_id` or `content_key`, `request_no` and `appeal_no` (defaults 1).

    The service is that of the content once it is recorded.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
