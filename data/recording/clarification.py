"""Klarifikasi: published debunkings."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording import propagation
from data.recording.changes import Row
from data.recording.identities import natural_key, need, resolve_issue
from data.recording.pipeline import record
from data.recording.results import Recorded, Refused, Rows
from data.recording.subjects import Subject


def _identify(row: Row, feed_code: str) -> None:
    resolve_issue(row)
    need(row, "issue_id")
    key = natural_key(row, feed_code)
    row.pop("natural_key", None)
    row.pop("reference", None)
    if row.get("clarification_id") is None:
        if key is None:
            raise Refused("neither an id, a natural key, an address nor a reference")
        row["clarification_id"] = stable_id("clarification", key)


SUBJECT = Subject(
    table=tables.clarification,
    clock=("published_at",),
    identify=_identify,
    options=frozenset({"issue_key", "reference", "natural_key"}),
    defaults={"organisation_id": 0},
    corrected=frozenset({"published_at", "organisation_id"}),
    follow=propagation.clarifications_to_issues,
)


def clarifications(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record clarifications. Key: `issue_id` or `issue_key`, and `url`, `natural_key` or `reference`.

    The first one of an issue sets `clarified_at` of the issue and of all its content, in whatever order they come.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
