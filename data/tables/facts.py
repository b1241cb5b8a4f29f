"""What happened: issues, content, takedown requests and what followed from them.

Ids are 63-bit hashes of the natural key (`data.keys.stable_id`), so that a replay meets its own row, no sequence is
needed and every key contains the column by which a distributed engine spreads the table.
Facts carry no foreign keys: feeds of several agencies arrive in any order, and an unknown code is kept and shown.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, Text, text

from data.columns import Columns, UtcSeconds, column, time
from data.tables.metadata import fact


def _provenance(changed: str = "When the row last changed here") -> list[Column]:  # type: ignore[type-arg]
    return [
        column("feed_code", Text, "feed.code that wrote the row"),
        column("is_simulated", Boolean, "Whether the row was invented by the season generator or simulator"),
        time("recorded_at", "When the row was first written here"),
        time("updated_at", changed),
    ]


provenance: Columns = _provenance

CLOSED_ISSUE = "status = 'closed'"
OPEN_REQUEST = "outcome_id = 0"
ODD_OPEN_REQUEST = (
    "outcome_id = 0 AND (time_precision <> 'second' OR stopped_at IS NOT NULL OR stopped_seconds > 0"
    " OR (received_at IS NULL AND notified_at IS NULL))"
)
"""Open requests whose age is not simply now minus start. A query must repeat such words for the index to be used."""
RECORDED_AT = (
    "When this became known here; a second change in the same second joins the first (UTC, seconds since 1970)"
)


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


issue = fact(
    "issue",
    "Isu: one claim or narrative, spread by many content items",
    column("issue_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("natural_key", Text, "Key in the source by which a replay is recognised"),
    column("title", Text, "The claim in one line"),
    column("theme_id", SmallInteger, "theme.id"),
    column("harm_id", SmallInteger, "harm.id"),
    column("verdict", Text, "Finding of the fact check: false, misleading, satire, true, unproven", nullable=True),
    column("status", Text, "new, active or closed"),
    time("first_seen_at", "When the claim was first seen"),
    time("clarified_at", "First clarification published"),
    time("closed_at", "When the issue was closed"),
    *_provenance(),
    Index("ix_issue_first_seen", "first_seen_at", "issue_id", "clarified_at"),
    Index(None, "clarified_at"),
    Index(None, "updated_at"),
    _partial("ix_issue_closed", "closed_at", where=CLOSED_ISSUE),
    _partial("ix_issue_open", "first_seen_at", where="status <> 'closed'"),
    distributed_by="issue_id",
)

content = fact(
    "content",
    "Konten: one post or URL, counted as found at detected_at",
    column("content_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("natural_key", Text, "Canonical URL, or feed and reference, by which a replay is recognised"),
    column("issue_id", BigInteger, "issue.issue_id; empty while not yet assigned", nullable=True),
    column("service_id", SmallInteger, "service.id; 0 unknown"),
    column("province_code", Text, "region.code of the province; empty is 'tanpa wilayah'", nullable=True),
    column("regency_code", Text, "region.code of the kabupaten or kota, when known", nullable=True),
    column("theme_id", SmallInteger, "theme.id; 0 unknown"),
    column("harm_id", SmallInteger, "harm.id; 0 unknown"),
    column("technique_id", SmallInteger, "technique.id; 0 unknown"),
    column("source_id", SmallInteger, "detection_source.id; 0 unknown"),
    column("title", Text, "Headline or first words", nullable=True),
    column("url", Text, "Address as reported; never shown on the wall, always defanged on screens", nullable=True),
    column("views", BigInteger, "Views as last reported; empty when unknown", nullable=True),
    time("posted_at", "When it was posted"),
    time("detected_at", "When it was found; the time by which it is counted"),
    time("verified_at", "When it was verified as a hoax"),
    time("clarified_at", "First clarification of its issue (kept by the recorder)"),
    time("requested_at", "First takedown request for it (kept by the recorder)"),
    column("outcome_id", SmallInteger, "outcome.id of its latest request, open while none has ended"),
    time("ended_at", "When that outcome came"),
    column("time_precision", Text, "second or day: precision of detected_at"),
    *_provenance("Latest moment at which the row can have changed here: the last second of the hour in which it did"),
    Index(None, "detected_at"),
    Index("ix_content_issue", "issue_id", "detected_at", "views"),
    Index("ix_content_spread", "issue_id", "service_id", "province_code", "detected_at"),
    Index(None, "province_code", "detected_at"),
    Index(None, "service_id", "detected_at"),
    Index(None, "updated_at"),
    distributed_by="content_id",
)

takedown_request = fact(
    "takedown_request",
    "Pengajuan penurunan: one request to a service to take one content item down",
    column("content_id", BigInteger, "content.content_id", primary_key=True, autoincrement=False),
    column(
        "request_no",
        SmallInteger,
        "1 for the first request for this content, 2 after a reappearance",
        primary_key=True,
        autoincrement=False,
    ),
    column("service_id", SmallInteger, "service.id, as on the content"),
    column("province_code", Text, "region.code, as on the content", nullable=True),
    column("theme_id", SmallInteger, "theme.id, as on the content"),
    column("source_id", SmallInteger, "detection_source.id, as on the content"),
    column("organisation_id", SmallInteger, "organisation.id of the sender"),
    column("urgency", Text, "hoax or urgent: which binding deadline applies"),
    time("posted_at", "Content posted"),
    time("detected_at", "Content found"),
    time("verified_at", "Content verified"),
    time("notified_at", "Request sent"),
    time("received_at", "Request received by the service; starts the default clock"),
    time("stopped_at", "Clock stopped and still standing still since"),
    column("stopped_seconds", Integer, "Total of finished clock stops, seconds"),
    time("actioned_at", "Service acted; ends the default clock"),
    time("confirmed_down_at", "Checked and found down"),
    time("reappeared_at", "Seen up again"),
    column("outcome_id", SmallInteger, "outcome.id"),
    column("time_precision", Text, "second or day: a date without a time of day has no latency"),
    *_provenance(),
    Index(
        "ix_takedown_request_started",
        "received_at",
        "notified_at",
        "outcome_id",
        "service_id",
        "time_precision",
        "actioned_at",
        "stopped_seconds",
    ),
    Index(None, "notified_at"),
    Index(None, "detected_at"),
    Index(None, "posted_at"),
    Index(None, "actioned_at"),
    Index(None, "updated_at"),
    _partial(
        "ix_takedown_request_open",
        "received_at",
        "notified_at",
        "service_id",
        "time_precision",
        "stopped_at",
        "stopped_seconds",
        "outcome_id",
        where=OPEN_REQUEST,
    ),
    _partial(
        "ix_takedown_request_odd_open",
        "received_at",
        "notified_at",
        "service_id",
        "time_precision",
        "stopped_at",
        "stopped_seconds",
        "outcome_id",
        where=ODD_OPEN_REQUEST,
    ),
    distributed_by="content_id",
)

request_event = fact(
    "request_event",
    "What was known when: every change of a recorded request, append-only; what it began with is in its first changes",
    column("content_id", BigInteger, "content.content_id", primary_key=True, autoincrement=False),
    column("request_no", SmallInteger, "takedown_request.request_no", primary_key=True, autoincrement=False),
    column("kind", Text, "Column of the request that changed, or 'deleted'", primary_key=True),
    column("recorded_at", UtcSeconds(), RECORDED_AT, primary_key=True, autoincrement=False),
    column("value_before", Text, "Value until then as text; empty when it was unknown", nullable=True),
    column("value", Text, "Value since then as text; empty when it became unknown", nullable=True),
    distributed_by="content_id",
    sqlite_with_rowid=False,
)

clarification = fact(
    "clarification",
    "Klarifikasi: a published debunking of an issue",
    column("issue_id", BigInteger, "issue.issue_id", primary_key=True, autoincrement=False),
    column("clarification_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("organisation_id", SmallInteger, "organisation.id of the publisher"),
    column("title", Text, "Headline", nullable=True),
    column("url", Text, "Address of the clarification", nullable=True),
    time("published_at", "When it was published"),
    *_provenance(),
    Index(None, "published_at"),
    distributed_by="issue_id",
)

appeal = fact(
    "appeal",
    "Keberatan (sanggah) against a takedown",
    column("content_id", BigInteger, "content.content_id", primary_key=True, autoincrement=False),
    column("request_no", SmallInteger, "takedown_request.request_no", primary_key=True, autoincrement=False),
    column("appeal_no", SmallInteger, "1 for the first appeal", primary_key=True, autoincrement=False),
    column("service_id", SmallInteger, "service.id, as on the content"),
    column("result", Text, "open, upheld (the appeal was right) or dismissed"),
    time("filed_at", "When it was filed"),
    time("decided_at", "When it was decided"),
    time("reinstated_at", "When the content was put back"),
    *_provenance(),
    Index(None, "filed_at"),
    Index(None, "decided_at"),
    distributed_by="content_id",
)
