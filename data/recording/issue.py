"""Isu: claims and narratives."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording import propagation
from data.recording.changes import Row
from data.recording.identities import by_natural_key
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject

_by_natural_key = by_natural_key("issue", "issue_id")


def _identify(row: Row, feed_code: str) -> None:
    key = row.pop("issue_key", None)
    if key is not None:
        row.setdefault("natural_key", key)
    _by_natural_key(row, feed_code)


SUBJECT = Subject(
    table=tables.issue,
    clock=("first_seen_at", "closed_at"),
    identify=_identify,
    options=frozenset({"issue_key", "reference", "url"}),
    defaults={"theme_id": 0, "harm_id": 0, "status": "new"},
    vocabularies={
        "status": frozenset({"new", "active", "closed"}),
        "verdict": frozenset({"false", "misleading", "satire", "true", "unproven"}),
    },
    corrected=frozenset({"theme_id", "harm_id", "verdict", "first_seen_at"}),
    complete=propagation.clarify_issues,
    follow=propagation.clarify_contents_of_issues,
)


def issues(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record issues. Key: `natural_key` or `issue_key`, else `url`, else `reference` (unique within the feed).

    `clarified_at` is that of the first recorded clarification; without any, the value given here stands.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
