"""Sums over the facts; their triggers are installed by `data.schema`, not here."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, WHOLE, column, key

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """Make 5 tables."""
    _rollup_content()
    _rollup_request()
    _rollup_latency()
    _rollup_issue()
    _rollup_issue_content()


def _rollup_content() -> None:
    op.create_table(
        "rollup_content",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, "service_id of the facts; -1 or '*' when the cube does not keep it"),
        key("bucket", WHOLE, "Time bucket of content.detected_at in the cube's grain"),
        key("theme_id", SMALL, "theme_id of the facts; -1 or '*' when the cube does not keep it"),
        key("source_id", SMALL, "source_id of the facts; -1 or '*' when the cube does not keep it"),
        key("technique_id", SMALL, "technique_id of the facts; -1 or '*' when the cube does not keep it"),
        key("province_code", TEXT, "province_code of the facts; -1 or '*' when the cube does not keep it"),
        column("n_found", BIG, "Content found", server_default="0"),
        column("n_verified", BIG, "of which verified", server_default="0"),
        column("n_clarified", BIG, "of which the issue is clarified", server_default="0"),
        column("n_requested", BIG, "of which a takedown was requested", server_default="0"),
        column("n_removed", BIG, "of which removed", server_default="0"),
        column("n_restricted", BIG, "of which restricted", server_default="0"),
        column("n_labelled", BIG, "of which labelled", server_default="0"),
        column("n_rejected", BIG, "of which the request was rejected", server_default="0"),
        column("n_withdrawn", BIG, "of which withdrawn or deleted by the uploader", server_default="0"),
        column(
            "n_open",
            BIG,
            "of which open: counted by itself, so that found = the sum of its parts can fail",
            server_default="0",
        ),
        column("n_day_precision", BIG, "of which only the date is known", server_default="0"),
        sa.PrimaryKeyConstraint(
            "cube",
            "service_id",
            "bucket",
            "theme_id",
            "source_id",
            "technique_id",
            "province_code",
            name="pk_rollup_content",
        ),
        comment="Content by the hour or day it was found",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_request() -> None:
    op.create_table(
        "rollup_request",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, "service_id of the facts; -1 or '*' when the cube does not keep it"),
        key("bucket", WHOLE, "Time bucket of received_at, else notified_at in the cube's grain"),
        key("theme_id", SMALL, "theme_id of the facts; -1 or '*' when the cube does not keep it"),
        key("source_id", SMALL, "source_id of the facts; -1 or '*' when the cube does not keep it"),
        key("province_code", TEXT, "province_code of the facts; -1 or '*' when the cube does not keep it"),
        column("n_requests", BIG, "Requests whose clock started, measurable or not", server_default="0"),
        column(
            "n_unmeasurable",
            BIG,
            "of which the times cannot give a latency (day precision or negative)",
            server_default="0",
        ),
        column("n_open", BIG, "measurable and open", server_default="0"),
        column("n_removed", BIG, "measurable and removed", server_default="0"),
        column("n_within_60", BIG, "measurable and removed within 60 minutes", server_default="0"),
        column("n_restricted", BIG, "measurable and restricted", server_default="0"),
        column("n_labelled", BIG, "measurable and labelled", server_default="0"),
        column("n_rejected", BIG, "measurable and rejected", server_default="0"),
        column("n_withdrawn", BIG, "measurable and withdrawn or deleted by the uploader", server_default="0"),
        sa.PrimaryKeyConstraint(
            "cube", "service_id", "bucket", "theme_id", "source_id", "province_code", name="pk_rollup_request"
        ),
        comment="Takedown requests by the hour or day their default clock started",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_latency() -> None:
    op.create_table(
        "rollup_latency",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, "service_id of the facts; -1 or '*' when the cube does not keep it"),
        key("bucket", WHOLE, "Time bucket of received_at, else notified_at in the cube's grain"),
        key("outcome_id", SMALL, "outcome_id of the facts; -1 or '*' when the cube does not keep it"),
        key("latency_bucket", WHOLE, "latency_bucket of the facts; -1 or '*' when the cube does not keep it"),
        column(
            "n_requests",
            BIG,
            "Measurable requests that ended with this outcome in this latency bucket",
            server_default="0",
        ),
        sa.PrimaryKeyConstraint(
            "cube", "service_id", "bucket", "outcome_id", "latency_bucket", name="pk_rollup_latency"
        ),
        comment="Histogram of latency on the default clock, by the day, week or four weeks the clock started",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_issue() -> None:
    op.create_table(
        "rollup_issue",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("theme_id", SMALL, "theme_id of the facts; -1 or '*' when the cube does not keep it"),
        key("bucket", WHOLE, "Time bucket of issue.first_seen_at in the cube's grain"),
        column("n_issues", BIG, "Issues first seen", server_default="0"),
        column("n_clarified", BIG, "of which clarified", server_default="0"),
        column("n_closed", BIG, "of which closed", server_default="0"),
        sa.PrimaryKeyConstraint("cube", "theme_id", "bucket", name="pk_rollup_issue"),
        comment="Issues by the hour or day they were first seen",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_issue_content() -> None:
    op.create_table(
        "rollup_issue_content",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("bucket", WHOLE, "Time bucket of content.detected_at in the cube's grain"),
        key("issue_id", BIG, "issue_id of the facts; -1 or '*' when the cube does not keep it"),
        column("n_found", BIG, "Content found", server_default="0"),
        column("n_views", BIG, "Views of that content as last reported", server_default="0"),
        sa.PrimaryKeyConstraint("cube", "bucket", "issue_id", name="pk_rollup_issue_content"),
        comment="Content found per issue and day",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )
