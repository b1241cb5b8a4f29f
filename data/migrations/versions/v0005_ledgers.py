"""Feeds, loads, rejected rows, corrections, published figures, versions and switches."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, TRUTH, WHOLE, column, key, unknowable

revision = "v0005"
down_revision = "v0004"


def upgrade() -> None:
    """Make 7 tables."""
    _feed()
    _load_run()
    _quarantine()
    _correction()
    _published_figure()
    _schema_version()
    _setting()


def _feed() -> None:
    op.create_table(
        "feed",
        key("code", TEXT, "Short stable name of the feed"),
        column("label_id", TEXT, "Name in Indonesian"),
        column("label_en", TEXT, "Name in English"),
        column("agency", TEXT, "organisation.code that owns the feed"),
        column("topic", TEXT, "Screens that depend on it: content, request, issue, complaint, campaign, qos"),
        column("expected_seconds", WHOLE, "Longest silence that is still normal, seconds"),
        column("seq", BIG, "Grows by one with every write transaction"),
        unknowable("watermark_at", BIG, "Newest fact in the feed (UTC, seconds since 1970)"),
        unknowable("written_at", BIG, "Heartbeat: last write, also of nothing new (UTC, seconds since 1970)"),
        column("is_simulated", TRUTH, "Whether any row of the feed was invented"),
        sa.PrimaryKeyConstraint("code", name="pk_feed"),
        comment="One row a feed: has anything changed, and how old is it",
    )


def _load_run() -> None:
    op.create_table(
        "load_run",
        key("load_id", BIG, "stable_id of file digest, format and finish time"),
        column("feed_code", TEXT, "feed.code"),
        column("file_name", TEXT, "Name of the file without its folder"),
        column("sha256", TEXT, "Digest of the file"),
        column("format", TEXT, "Loader used"),
        unknowable("date_order", TEXT, "Order of day and month decided for the file: dmy, mdy, iso or empty"),
        column("n_read", WHOLE, "Rows read"),
        column("n_new", WHOLE, "Rows new here"),
        column("n_updated", WHOLE, "Rows that changed something"),
        column("n_unchanged", WHOLE, "Rows already known"),
        column("n_rejected", WHOLE, "Rows refused, kept in quarantine"),
        unknowable("finished_at", BIG, "When the load ended (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("load_id", name="pk_load_run"),
        comment="One row a finished load of a file",
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        key("reject_id", BIG, "stable_id of file digest, line and reason"),
        column("feed_code", TEXT, "feed.code"),
        column("file_name", TEXT, "Name of the file, or 'recording' for a direct write"),
        column("line", WHOLE, "Line in the file, 1 the first; 0 for a direct write"),
        column("reason", TEXT, "Why, in one sentence"),
        column("excerpt", TEXT, "First 500 characters of the row, personal data masked"),
        unknowable("recorded_at", BIG, "When it was refused (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("reject_id", name="pk_quarantine"),
        comment="Rows refused at the door, kept and counted",
    )
    op.create_index("ix_quarantine_recorded_at", "quarantine", ["recorded_at"])


def _correction() -> None:
    op.create_table(
        "correction",
        key("record_id", BIG, "Id of the corrected row"),
        key("correction_id", BIG, "stable_id of row, column, time and value"),
        column("table_name", TEXT, "Corrected table"),
        column("column_name", TEXT, "Corrected column"),
        unknowable("old_value", TEXT, "Value before, as text"),
        unknowable("new_value", TEXT, "Value after, as text"),
        column("reason", TEXT, "Why"),
        column("is_simulated", TRUTH, "Whether it was invented"),
        unknowable("corrected_at", BIG, "When it was changed (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("record_id", "correction_id", name="pk_correction"),
        comment="Ralat: a value that was changed after it had been published",
        postgresql_with=HOT,
    )
    op.create_index("ix_correction_corrected_at", "correction", ["corrected_at"])


def _published_figure() -> None:
    op.create_table(
        "published_figure",
        key("figure_set", TEXT, "Letter of the set: one press statement"),
        key("measure", TEXT, "isu, found, removed, labelled or open"),
        key("service_code", TEXT, "service.code; empty text for all services"),
        column("value", BIG, "The figure as published"),
        unknowable(
            "window_start", BIG, "First moment of the stated window; empty when not stated (UTC, seconds since 1970)"
        ),
        unknowable("window_end", BIG, "First moment after the stated window (UTC, seconds since 1970)"),
        column("source", TEXT, "Where it was published"),
        column("note", TEXT, "What is known to be odd about it"),
        sa.PrimaryKeyConstraint("figure_set", "measure", "service_code", name="pk_published_figure"),
        comment="Figures the ministry published, with window and source",
    )


def _schema_version() -> None:
    op.create_table(
        "schema_version",
        key("id", SMALL, "Always 1"),
        column("major", SMALL, "Readers of another major version refuse"),
        column("minor", SMALL, "Readers of an older minor version may still read"),
        sa.PrimaryKeyConstraint("id", name="pk_schema_version"),
        comment="Version of these tables; one row",
    )


def _setting() -> None:
    op.create_table(
        "setting",
        key(
            "name",
            TEXT,
            "rollups (triggers or recorded), rollups_state (ready or building), write_gate, changes_of_<topic>",
        ),
        column("value", TEXT, "Value as text"),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
        comment="Switches of this database",
    )
