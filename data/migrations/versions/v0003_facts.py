"""What happened: issues, content, takedown requests and what followed from them."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, TRUTH, WHOLE, column, key, unknowable

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Make 6 tables."""
    _issue()
    _content()
    _content_indexes()
    _takedown_request()
    _takedown_request_indexes()
    _request_event()
    _clarification()
    _appeal()


def _issue() -> None:
    op.create_table(
        "issue",
        key("issue_id", BIG, "stable_id of the natural key"),
        column("natural_key", TEXT, "Key in the source by which a replay is recognised"),
        column("title", TEXT, "The claim in one line"),
        column("theme_id", SMALL, "theme.id"),
        column("harm_id", SMALL, "harm.id"),
        unknowable("verdict", TEXT, "Finding of the fact check: false, misleading, satire, true, unproven"),
        column("status", TEXT, "new, active or closed"),
        unknowable("first_seen_at", BIG, "When the claim was first seen (UTC, seconds since 1970)"),
        unknowable("clarified_at", BIG, "First clarification published (UTC, seconds since 1970)"),
        unknowable("closed_at", BIG, "When the issue was closed (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("issue_id", name="pk_issue"),
        comment="Isu: one claim or narrative, spread by many content items",
        postgresql_with=HOT,
    )
    op.create_index("ix_issue_clarified_at", "issue", ["clarified_at"])
    op.create_index("ix_issue_closed_at", "issue", ["closed_at"])
    op.create_index("ix_issue_first_seen_at", "issue", ["first_seen_at"])
    where = sa.text("status <> 'closed'")
    op.create_index("ix_issue_open", "issue", ["first_seen_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_issue_updated_at", "issue", ["updated_at"])


def _content() -> None:
    op.create_table(
        "content",
        key("content_id", BIG, "stable_id of the natural key"),
        column("natural_key", TEXT, "Canonical URL, or feed and reference, by which a replay is recognised"),
        unknowable("issue_id", BIG, "issue.issue_id; empty while not yet assigned"),
        column("service_id", SMALL, "service.id; 0 unknown"),
        unknowable("province_code", TEXT, "region.code of the province; empty is 'tanpa wilayah'"),
        unknowable("regency_code", TEXT, "region.code of the kabupaten or kota, when known"),
        column("theme_id", SMALL, "theme.id; 0 unknown"),
        column("harm_id", SMALL, "harm.id; 0 unknown"),
        column("technique_id", SMALL, "technique.id; 0 unknown"),
        column("source_id", SMALL, "detection_source.id; 0 unknown"),
        unknowable("title", TEXT, "Headline or first words"),
        unknowable("url", TEXT, "Address as reported; never shown on the wall, always defanged on screens"),
        unknowable("views", BIG, "Views as last reported; empty when unknown"),
        unknowable("posted_at", BIG, "When it was posted (UTC, seconds since 1970)"),
        unknowable("detected_at", BIG, "When it was found; the time by which it is counted (UTC, seconds since 1970)"),
        unknowable("verified_at", BIG, "When it was verified as a hoax (UTC, seconds since 1970)"),
        unknowable(
            "clarified_at", BIG, "First clarification of its issue (kept by the recorder) (UTC, seconds since 1970)"
        ),
        unknowable(
            "requested_at", BIG, "First takedown request for it (kept by the recorder) (UTC, seconds since 1970)"
        ),
        column("outcome_id", SMALL, "outcome.id of its latest request, open while none has ended"),
        unknowable("ended_at", BIG, "When that outcome came (UTC, seconds since 1970)"),
        column("time_precision", TEXT, "second or day: precision of detected_at"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("content_id", name="pk_content"),
        comment="Konten: one post or URL, counted as found at detected_at",
        postgresql_with=HOT,
    )


def _content_indexes() -> None:
    op.create_index("ix_content_detected_at", "content", ["detected_at"])
    op.create_index("ix_content_issue_id_detected_at", "content", ["issue_id", "detected_at"])
    op.create_index("ix_content_province_code_detected_at", "content", ["province_code", "detected_at"])
    op.create_index("ix_content_service_id_detected_at", "content", ["service_id", "detected_at"])
    op.create_index("ix_content_updated_at", "content", ["updated_at"])


def _takedown_request() -> None:
    op.create_table(
        "takedown_request",
        key("content_id", BIG, "content.content_id"),
        key("request_no", SMALL, "1 for the first request for this content, 2 after a reappearance"),
        column("service_id", SMALL, "service.id, as on the content"),
        unknowable("province_code", TEXT, "region.code, as on the content"),
        column("theme_id", SMALL, "theme.id, as on the content"),
        column("source_id", SMALL, "detection_source.id, as on the content"),
        column("organisation_id", SMALL, "organisation.id of the sender"),
        column("urgency", TEXT, "hoax or urgent: which binding deadline applies"),
        unknowable("posted_at", BIG, "Content posted (UTC, seconds since 1970)"),
        unknowable("detected_at", BIG, "Content found (UTC, seconds since 1970)"),
        unknowable("verified_at", BIG, "Content verified (UTC, seconds since 1970)"),
        unknowable("notified_at", BIG, "Request sent (UTC, seconds since 1970)"),
        unknowable(
            "received_at", BIG, "Request received by the service; starts the default clock (UTC, seconds since 1970)"
        ),
        unknowable("stopped_at", BIG, "Clock stopped and still standing still since (UTC, seconds since 1970)"),
        column("stopped_seconds", WHOLE, "Total of finished clock stops, seconds"),
        unknowable("actioned_at", BIG, "Service acted; ends the default clock (UTC, seconds since 1970)"),
        unknowable("confirmed_down_at", BIG, "Checked and found down (UTC, seconds since 1970)"),
        unknowable("reappeared_at", BIG, "Seen up again (UTC, seconds since 1970)"),
        column("outcome_id", SMALL, "outcome.id"),
        column("time_precision", TEXT, "second or day: a date without a time of day has no latency"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("content_id", "request_no", name="pk_takedown_request"),
        comment="Pengajuan penurunan: one request to a service to take one content item down",
        postgresql_with=HOT,
    )


def _takedown_request_indexes() -> None:
    op.create_index("ix_takedown_request_actioned_at", "takedown_request", ["actioned_at"])
    op.create_index("ix_takedown_request_notified_at", "takedown_request", ["notified_at"])
    op.create_index("ix_takedown_request_updated_at", "takedown_request", ["updated_at"])
    where = sa.text(
        "outcome_id = 0 AND (time_precision <> 'second' OR stopped_at IS NOT NULL OR stopped_seconds > 0"
        " OR (received_at IS NULL AND notified_at IS NULL))"
    )
    op.create_index(
        "ix_takedown_request_odd_open", "takedown_request", ["received_at"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("outcome_id = 0")
    op.create_index(
        "ix_takedown_request_open",
        "takedown_request",
        ["received_at", "notified_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_takedown_request_received_at", "takedown_request", ["received_at"])


def _request_event() -> None:
    op.create_table(
        "request_event",
        key("content_id", BIG, "content.content_id"),
        key("event_id", BIG, "stable_id of request, kind, time and value"),
        column("request_no", SMALL, "takedown_request.request_no"),
        column("kind", TEXT, "Column of the request that changed"),
        unknowable("value", TEXT, "New value as text; empty when it became unknown"),
        unknowable("recorded_at", BIG, "When this became known here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("content_id", "event_id", name="pk_request_event"),
        comment="What was known when: every change of a request, append-only",
        postgresql_with=HOT,
    )
    op.create_index(
        "ix_request_event_content_id_request_no_recorded_at",
        "request_event",
        ["content_id", "request_no", "recorded_at"],
    )


def _clarification() -> None:
    op.create_table(
        "clarification",
        key("issue_id", BIG, "issue.issue_id"),
        key("clarification_id", BIG, "stable_id of the natural key"),
        column("organisation_id", SMALL, "organisation.id of the publisher"),
        unknowable("title", TEXT, "Headline"),
        unknowable("url", TEXT, "Address of the clarification"),
        unknowable("published_at", BIG, "When it was published (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("issue_id", "clarification_id", name="pk_clarification"),
        comment="Klarifikasi: a published debunking of an issue",
        postgresql_with=HOT,
    )
    op.create_index("ix_clarification_published_at", "clarification", ["published_at"])


def _appeal() -> None:
    op.create_table(
        "appeal",
        key("content_id", BIG, "content.content_id"),
        key("request_no", SMALL, "takedown_request.request_no"),
        key("appeal_no", SMALL, "1 for the first appeal"),
        column("service_id", SMALL, "service.id, as on the content"),
        column("result", TEXT, "open, upheld (the appeal was right) or dismissed"),
        unknowable("filed_at", BIG, "When it was filed (UTC, seconds since 1970)"),
        unknowable("decided_at", BIG, "When it was decided (UTC, seconds since 1970)"),
        unknowable("reinstated_at", BIG, "When the content was put back (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("content_id", "request_no", "appeal_no", name="pk_appeal"),
        comment="Keberatan (sanggah) against a takedown",
        postgresql_with=HOT,
    )
    op.create_index("ix_appeal_filed_at", "appeal", ["filed_at"])
