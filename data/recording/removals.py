"""Rows that should never have been there: taken out, with a correction that says so."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Delete, and_, delete, or_

from data import tables
from data.recording import (
    content,
    corrections,
    feeds,
    pipeline,
    propagation,
    quarantine,
    stored,
    takedown_request,
    upserts,
)
from data.recording.changes import Changes, Key, Row
from data.recording.events import event
from data.recording.results import Recorded, Refused, Reject, Rows
from data.recording.subjects import Subject
from data.rollups import keeping

EVERYTHING = "*"
"""`column_name` of the correction that says a whole row was taken out."""


def delete_contents(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Remove content with its requests and appeals; rows carry `content_id`, `content_key` or what contents() takes.

    Each removal leaves a correction (with the row's `reason`) and an event of kind `deleted` for each request.
    """
    with keeping.savepoint(connection), keeping.together(connection):
        wanted, answer = _named(connection, content.SUBJECT, feed_code, rows, now)
        ids = {key[0] for key in wanted}
        requests = stored.read_by_id(connection, tables.takedown_request, "content_id", ids)
        found = stored.read_by_id(connection, tables.content, "content_id", ids)
        cause = Changes(tables.content, feed_code, pipeline.at_seconds(now), reasons=wanted)
        _leave_traces(connection, cause, found, requests)
        for table, gone in ((tables.takedown_request, requests), (tables.appeal, ()), (tables.content, found)):
            stored.remove(connection, table, "content_id", ids, gone)
            cause.told.add(table.name)
        return _finish(connection, cause, answer, len(found))


def delete_requests(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Remove requests, named by `content_id` or `content_key` and `request_no` (default 1).

    The content then shows the outcome of the request that is now its highest; without any it is open again.
    """
    with keeping.savepoint(connection), keeping.together(connection):
        wanted, answer = _named(connection, takedown_request.SUBJECT, feed_code, rows, now)
        ids = {key[0] for key in wanted}
        requests = stored.read_by_id(connection, tables.takedown_request, "content_id", ids)
        gone = [row for row in requests if (row["content_id"], row["request_no"]) in wanted]
        cause = Changes(tables.takedown_request, feed_code, pipeline.at_seconds(now), reasons=wanted)
        _leave_traces(connection, cause, gone, gone)
        _delete_requests(connection, gone)
        cause.told.add(cause.table.name)
        contents = stored.read_by_id(connection, tables.content, "content_id", {row["content_id"] for row in gone})
        propagation.show_requests(connection, cause, contents, [row for row in requests if row not in gone])
        return _finish(connection, cause, answer, len(gone))


def _named(
    connection: Connection, subject: Subject, feed_code: str, rows: Rows, now: datetime
) -> tuple[dict[Key, str], Recorded]:
    """Return the keys named by rows, each with its reason, and the rows that name nothing."""
    keeping.take_gate(connection)
    keeping.expect(connection, len(rows))
    feeds.require(connection, feed_code)
    named: dict[Key, str] = {}
    rejected: list[Reject] = []
    for original in pipeline.as_rows(rows):
        try:
            row = pipeline.clean(subject, original, pipeline.at_seconds(now))
            subject.identify(row, feed_code)
        except Refused as refused:
            rejected.append(pipeline.reject(refused, original))
        else:
            key = tuple(row[column.name] for column in subject.table.primary_key)
            named[key] = str(original.get("reason") or "")
    accepted = len(pipeline.as_rows(rows)) - len(rejected)
    return named, Recorded(unchanged=accepted, rejected=rejected)


def _leave_traces(connection: Connection, cause: Changes, gone: Sequence[Row], requests: Iterable[Row]) -> None:
    names = cause.key_columns
    notes = []
    for row in gone:
        key = tuple(row[name] for name in names)
        reason = cause.reasons[key] or f"reported_by:{cause.feed_code}"
        what = (EVERYTHING, row.get("natural_key", "recorded"), None)
        notes.append(
            corrections.row(cause.table.name, key, what, reason=reason, is_simulated=row["is_simulated"], now=cause.now)
        )
    upserts.upsert(connection, tables.correction, notes, ())
    events = [event((row["content_id"], row["request_no"]), "deleted", None, None, cause.now) for row in requests]
    upserts.upsert(connection, tables.request_event, events, ())


def _delete_requests(connection: Connection, gone: Sequence[Row]) -> None:
    before = {(row["content_id"], row["request_no"]): row for row in gone}
    with keeping.kept(connection, tables.takedown_request, before, {}):
        if keeping.is_guarded(connection, tables.takedown_request):
            stored.remove_guarded(connection, tables.takedown_request, gone)
            return
        for some in keeping.in_chunks(gone, 200):
            connection.execute(_removal(some))


def _removal(requests: Sequence[Row]) -> Delete:
    request = tables.takedown_request.c
    keys = [and_(request.content_id == row["content_id"], request.request_no == row["request_no"]) for row in requests]
    return delete(tables.takedown_request).where(or_(*keys))


def _finish(connection: Connection, cause: Changes, answer: Recorded, gone: int) -> Recorded:
    """Bump the feed, keep the rejects, and return the counts."""
    feeds.bump(connection, cause.feed_code, cause.now, None, changed=gone > 0)
    feeds.tell(connection, cause.told if gone else (), feeds.require(connection, cause.feed_code))
    quarantine.keep(connection, cause.feed_code, answer.rejected, now=datetime.fromtimestamp(cause.now, UTC))
    return Recorded(0, gone, answer.unchanged - gone, answer.rejected)
