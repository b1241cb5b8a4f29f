"""Konten: posts and addresses."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording import propagation
from data.recording.changes import Row
from data.recording.identities import by_natural_key, resolve_issue
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject
from data.rollups.clocks import OPEN

_by_natural_key = by_natural_key("content", "content_id")


def _identify(row: Row, feed_code: str) -> None:
    key = row.pop("content_key", None)
    if key is not None:
        row.setdefault("natural_key", key)
    resolve_issue(row)
    _by_natural_key(row, feed_code)


def _reopen(row: Row, given: Row) -> None:
    """Open content has no end, unless the report brings one."""
    if row["outcome_id"] == OPEN and "ended_at" not in given:
        row["ended_at"] = None


SUBJECT = Subject(
    table=tables.content,
    clock=("detected_at",),
    identify=_identify,
    options=frozenset({"content_key", "issue_key", "reference"}),
    kept=frozenset({"requested_at", "clarified_at"}),
    defaults={
        "service_id": 0,
        "theme_id": 0,
        "harm_id": 0,
        "technique_id": 0,
        "source_id": 0,
        "outcome_id": OPEN,
        "time_precision": "second",
    },
    vocabularies={"time_precision": frozenset({"second", "day"})},
    corrected=frozenset({
        "service_id", "province_code", "theme_id", "harm_id", "technique_id", "source_id", "issue_id",
        "posted_at", "detected_at", "verified_at", "outcome_id", "ended_at", "time_precision",
    }),
    settle=_reopen,
    complete=propagation.complete_contents,
    follow=propagation.copy_contents_to_requests,
)  # fmt: skip


def contents(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record content. Key: `natural_key` or `content_key`, else `url`, else `reference` (unique within the feed).

    `issue_key` may stand for `issue_id`. Outcome and its time are those of the request with the highest number;
    content without a request keeps what is given here. Requests follow their content's service, province, theme
    and detection source.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
