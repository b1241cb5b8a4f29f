"""Content by service, theme, source and region over long windows, and the issues with most content by themselves.

Requests are found by when they were detected and posted, where a clock starts then.
The indexes of open requests hold their outcome besides: SQLite looks up each request for the words that make it open.
Issues are summed by when they were closed as well.

Content of an issue has an index for each of its two questions: how much of it, seen how often, in a stretch of time;
and on which services and in which provinces, in the order in which it is counted.

The key of content has all that is narrowed before the time; that of issues begins with the issue, and an index gives
those with most content of a day or of four weeks. Both are made anew when the migrations are done. Latency is summed
by sixteen weeks as well.
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, WHOLE, column, key

revision = "v0012"
down_revision = "v0011"

OPEN = "outcome_id = 0"
ODD_OPEN = (
    "outcome_id = 0 AND (time_precision <> 'second' OR stopped_at IS NOT NULL OR stopped_seconds > 0"
    " OR (received_at IS NULL AND notified_at IS NULL))"
)

UNKEPT = "of the facts; -1 or '*' when the cube does not keep it"

LATENCY = "Histogram of latency on the default clock, by the hour, day, week, four or sixteen weeks the clock started"

MEASURES = {
    "n_found": "Content found",
    "n_verified": "of which verified",
    "n_clarified": "of which the issue is clarified",
    "n_requested": "of which a takedown was requested",
    "n_removed": "of which removed",
    "n_restricted": "of which restricted",
    "n_labelled": "of which labelled",
    "n_rejected": "of which the request was rejected",
    "n_withdrawn": "of which withdrawn or deleted by the uploader",
    "n_open": "of which open: counted by itself, so that found = the sum of its parts can fail",
    "n_day_precision": "of which only the date is known",
}


def upgrade() -> None:
    """Make both tables anew, empty, other indexes, and the sums of closed issues."""
    op.drop_table("rollup_content")
    _rollup_content()
    op.drop_table("rollup_issue_content")
    _rollup_issue_content()
    if op.get_bind().dialect.name == "postgresql":
        op.create_table_comment("rollup_latency", LATENCY, existing_comment=None)
    _open_requests()
    _rollup_issue_closed()
    op.drop_index("ix_content_spread", "content")
    op.create_index("ix_content_issue", "content", ["issue_id", "detected_at", "views"])
    op.create_index("ix_content_spread", "content", ["issue_id", "service_id", "province_code", "detected_at"])


def _open_requests() -> None:
    for name in ("detected_at", "posted_at"):
        op.create_index(f"ix_takedown_request_{name}", "takedown_request", [name])
    read = ["received_at", "notified_at", "service_id", "time_precision", "stopped_at", "stopped_seconds", "outcome_id"]
    # The smallest last: of several that serve alike SQLite takes the newest.
    for name, where in (("ix_takedown_request_open", OPEN), ("ix_takedown_request_odd_open", ODD_OPEN)):
        op.drop_index(name, "takedown_request")
        words = sa.text(where)
        op.create_index(name, "takedown_request", read, sqlite_where=words, postgresql_where=words)


def _rollup_issue_closed() -> None:
    op.create_table(
        "rollup_issue_closed",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("bucket", WHOLE, "Time bucket of issue.closed_at in the cube's grain"),
        key("theme_id", SMALL, f"theme_id {UNKEPT}"),
        column("n_closed", BIG, "Closed issues", server_default="0"),
        sa.PrimaryKeyConstraint("cube", "bucket", "theme_id", name="pk_rollup_issue_closed"),
        comment="Issues by the hour, day or four weeks they were closed",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_content() -> None:
    ids = ["service_id", "theme_id", "source_id"]
    op.create_table(
        "rollup_content",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        *(key(name, SMALL, f"{name} {UNKEPT}") for name in ids),
        key("bucket", WHOLE, "Time bucket of content.detected_at in the cube's grain"),
        key("technique_id", SMALL, f"technique_id {UNKEPT}"),
        key("province_code", TEXT, f"province_code {UNKEPT}"),
        *(column(name, BIG, comment, server_default="0") for name, comment in MEASURES.items()),
        sa.PrimaryKeyConstraint("cube", *ids, "bucket", "technique_id", "province_code", name="pk_rollup_content"),
        comment="Content by the hour, day or four weeks it was found",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_issue_content() -> None:
    op.create_table(
        "rollup_issue_content",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("issue_id", BIG, f"issue_id {UNKEPT}"),
        key("bucket", WHOLE, "Time bucket of content.detected_at in the cube's grain"),
        column("n_found", BIG, "Content found", server_default="0"),
        column("n_views", BIG, "Views of that content as last reported", server_default="0"),
        sa.PrimaryKeyConstraint("cube", "issue_id", "bucket", name="pk_rollup_issue_content"),
        comment="Content found per issue and day or four weeks; the index gives the issues with most of it first",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )
    most = ["cube", "bucket", "n_found", "issue_id"]
    op.create_index("ix_rollup_issue_content_most", "rollup_issue_content", most)
