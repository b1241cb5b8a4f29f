"""Wider cubes, ten latency buckets a row, removals by when they came, and indexes that hold all a question reads.

The roll-ups are made anew when the migrations are done (`data.schema.SUMS_SINCE`).
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, WHOLE, column, key

revision = "v0009"
down_revision = "v0008"

UNKEPT = "of the facts; -1 or '*' when the cube does not keep it"


def upgrade() -> None:
    """Make the histogram and the removals, and put wider indexes in the place of narrow ones."""
    op.drop_table("rollup_latency")
    _rollup_latency()
    _rollup_removal()
    _issue_indexes()
    _content_indexes()
    _request_indexes()
    op.create_index("ix_appeal_decided_at", "appeal", ["decided_at"])
    _reach_indexes()


def _rollup_latency() -> None:
    op.create_table(
        "rollup_latency",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, f"service_id {UNKEPT}"),
        key("bucket", WHOLE, "Time bucket of received_at, else notified_at in the cube's grain"),
        key("outcome_id", SMALL, f"outcome_id {UNKEPT}"),
        key("latency_tens", SMALL, f"latency_tens {UNKEPT}"),
        *(
            column(
                f"n_{place}",
                WHOLE,
                f"Measurable requests that ended so in latency bucket 10 * latency_tens + {place}",
                server_default="0",
            )
            for place in range(10)
        ),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", "outcome_id", "latency_tens", name="pk_rollup_latency"),
        comment="Histogram of latency on the default clock, by the hour, day, week or four weeks the clock started",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _rollup_removal() -> None:
    op.create_table(
        "rollup_removal",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, f"service_id {UNKEPT}"),
        key("bucket", WHOLE, "Time bucket of takedown_request.actioned_at in the cube's grain"),
        column("n_removed", BIG, "Requests that ended with removal, whatever their clock", server_default="0"),
        column("n_back_7", BIG, "of which seen up again within 7 days", server_default="0"),
        column("n_back_30", BIG, "of which seen up again within 30 days", server_default="0"),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", name="pk_rollup_removal"),
        comment="Removals by the hour, day or four weeks the service acted",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _issue_indexes() -> None:
    op.drop_index("ix_issue_first_seen_at", "issue")
    op.create_index("ix_issue_first_seen", "issue", ["first_seen_at", "issue_id", "clarified_at"])
    op.drop_index("ix_issue_closed_at", "issue")
    _partial("ix_issue_closed", "issue", ["closed_at"], "status = 'closed'")


def _content_indexes() -> None:
    op.drop_index("ix_content_issue_id_detected_at", "content")
    op.create_index("ix_content_spread", "content", ["issue_id", "detected_at", "service_id", "province_code"])


def _request_indexes() -> None:
    read = ["received_at", "notified_at", "service_id", "time_precision", "stopped_at", "stopped_seconds"]
    op.drop_index("ix_takedown_request_open", "takedown_request")
    _partial("ix_takedown_request_open", "takedown_request", read, "outcome_id = 0")


def _reach_indexes() -> None:
    message = ["day", "channel_id", "campaign_id", "theme_id", "province_code"]
    sums = ["reach", "impressions", "engagements", "target_reach"]
    op.drop_index("ix_campaign_reach_day", "campaign_reach")
    op.create_index("ix_campaign_reach_by_day", "campaign_reach", [*message, *sums])


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
