"""Rujukan: cases handed to Bawaslu, Polri or KPU."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording.changes import Row
from data.recording.identities import by_natural_key, resolve_content, resolve_issue
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject

_by_natural_key = by_natural_key("referral", "referral_id")


def _identify(row: Row, feed_code: str) -> None:
    resolve_content(row)
    resolve_issue(row)
    _by_natural_key(row, feed_code)


SUBJECT = Subject(
    table=tables.referral,
    clock=("sent_at", "accepted_at", "decided_at"),
    identify=_identify,
    options=frozenset({"content_key", "issue_key", "reference"}),
    defaults={"organisation_id": 0, "result": "sent"},
    vocabularies={"result": frozenset({"sent", "accepted", "declined", "investigated", "sanctioned", "closed"})},
    corrected=frozenset({"organisation_id", "province_code", "sent_at", "accepted_at", "decided_at"}),
)


def referrals(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record referrals. Key: `natural_key`, else `reference`, the number of the letter."""
    return record(connection, SUBJECT, feed_code, rows, now)
