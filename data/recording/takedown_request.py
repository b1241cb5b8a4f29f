"""Pengajuan penurunan: requests to take content down."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording import propagation
from data.recording.changes import Changes, Row
from data.recording.events import append_events
from data.recording.identities import need, resolve_content
from data.recording.pipeline import record
from data.recording.results import Recorded, Refused, Rows
from data.recording.subjects import Subject
from data.rollups.clocks import OPEN


def _identify(row: Row, _: str) -> None:
    resolve_content(row)
    need(row, "content_id")
    row.setdefault("request_no", 1)


def _reopen(row: Row, given: Row) -> None:
    """A request reported open again has no end: its action time goes unless the report brings one."""
    if given.get("outcome_id") == OPEN and "actioned_at" not in given:
        row["actioned_at"] = None


def _check(row: Row) -> None:
    if row["outcome_id"] == OPEN and row["actioned_at"] is not None:
        raise Refused("an action time without an outcome: say how the request ended")


def _follow(connection: Connection, changes: Changes) -> None:
    append_events(connection, changes)
    propagation.copy_requests_to_contents(connection, changes)


SUBJECT = Subject(
    table=tables.takedown_request,
    clock=("actioned_at", "confirmed_down_at", "received_at", "notified_at"),
    identify=_identify,
    options=frozenset({"content_key"}),
    defaults={
        "service_id": 0,
        "theme_id": 0,
        "source_id": 0,
        "organisation_id": 0,
        "urgency": "hoax",
        "stopped_seconds": 0,
        "outcome_id": OPEN,
        "time_precision": "second",
    },
    vocabularies={"urgency": frozenset({"hoax", "urgent"}), "time_precision": frozenset({"second", "day"})},
    corrected=frozenset({
        "notified_at", "received_at", "actioned_at", "confirmed_down_at", "outcome_id", "time_precision", "urgency",
    }),
    read_by=("content_id",),
    settle=_reopen,
    check=_check,
    complete=propagation.complete_requests,
    follow=_follow,
)  # fmt: skip


def takedown_requests(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record takedown requests. Key: `content_id` or `content_key`, and `request_no` (default 1).

    Service, province, theme and detection source are those of the content once it is recorded, whatever is given
    here; posting, finding and verification times are filled from it where they are not given. `outcome_id` OPEN on
    a request that had ended reopens it and clears `actioned_at`. An `actioned_at` needs an outcome.
    """
    return record(connection, SUBJECT, feed_code, rows, now)
