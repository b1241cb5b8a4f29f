"""Views with real timestamps and codes, for people who read the database with other tools."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.ddl import CreateView

revision = "v0007"
down_revision = "v0006"

CODED = {
    "service_id": "service",
    "theme_id": "theme",
    "harm_id": "harm",
    "technique_id": "technique",
    "source_id": "detection_source",
    "organisation_id": "organisation",
    "outcome_id": "outcome",
    "campaign_id": "campaign",
    "channel_id": "channel",
    "format_id": "activity_format",
}
"""Columns shown as the code of their reference table: `service_id` becomes `service_code`."""

VIEWS = {
    "issue": """
        issue_id natural_key title theme_id harm_id verdict status first_seen_at clarified_at closed_at
        feed_code is_simulated recorded_at updated_at
    """,
    "content": """
        content_id natural_key issue_id service_id province_code regency_code theme_id harm_id technique_id
        source_id title url views posted_at detected_at verified_at clarified_at requested_at outcome_id
        ended_at time_precision feed_code is_simulated recorded_at updated_at
    """,
    "takedown_request": """
        content_id request_no service_id province_code theme_id source_id organisation_id urgency posted_at
        detected_at verified_at notified_at received_at stopped_at stopped_seconds actioned_at
        confirmed_down_at reappeared_at outcome_id time_precision feed_code is_simulated recorded_at
        updated_at
    """,
    "request_event": """
        content_id event_id request_no kind value recorded_at
    """,
    "clarification": """
        issue_id clarification_id organisation_id title url published_at feed_code is_simulated recorded_at
        updated_at
    """,
    "appeal": """
        content_id request_no appeal_no service_id result filed_at decided_at reinstated_at feed_code
        is_simulated recorded_at updated_at
    """,
    "access_block": """
        block_id domain harm_id ordered_at done_at feed_code is_simulated recorded_at updated_at
    """,
    "complaint": """
        complaint_id natural_key service_id province_code theme_id content_id status received_at
        validated_at answered_at feed_code is_simulated recorded_at updated_at
    """,
    "referral": """
        referral_id natural_key issue_id content_id organisation_id province_code result sent_at accepted_at
        decided_at feed_code is_simulated recorded_at updated_at
    """,
    "campaign_reach": """
        campaign_id channel_id province_code day theme_id reach impressions engagements target_reach
        feed_code is_simulated recorded_at updated_at
    """,
    "activity": """
        activity_id natural_key campaign_id format_id organisation_id title province_code regency_code
        attendance plays starts_at ends_at feed_code is_simulated recorded_at updated_at
    """,
    "hashtag_reach": """
        hashtag service_id day posts reach engagements feed_code is_simulated recorded_at updated_at
    """,
    "qos_measurement": """
        site_id measured_at site_name organisation_id province_code regency_code download_mbps upload_mbps
        latency_ms packet_loss_share is_available feed_code is_simulated recorded_at updated_at
    """,
    "correction": """
        record_id correction_id table_name column_name old_value new_value reason is_simulated corrected_at
    """,
    "feed": """
        code label_id label_en agency topic expected_seconds seq watermark_at written_at is_simulated
    """,
}
"""The columns of each view, by the table it shows."""


def upgrade() -> None:
    """Make a view for each table of facts that people read."""
    for table, columns in VIEWS.items():
        make_view(table, columns.split())


def make_view(table: str, columns: list[str]) -> None:
    """Make the view of one table, with these columns in this order."""
    op.execute(CreateView(_shown(table, columns), f"{table}_view"))
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"COMMENT ON VIEW {table}_view IS 'As {table}, with codes for ids and timestamps for seconds'")


def _shown(table: str, columns: list[str]) -> sa.Select[Any]:
    facts = sa.table(table, *map(sa.column, columns))
    joined: sa.FromClause = facts
    shown: list[sa.ColumnElement[object]] = []
    for name in columns:
        if name in CODED:
            coded = sa.table(CODED[name], sa.column("id"), sa.column("code")).alias(f"of_{name}")
            joined = joined.outerjoin(coded, coded.c.id == facts.c[name])
            shown.append(coded.c.code.label(name.replace("_id", "_code")))
        else:
            shown.append(_readable(facts.c[name]).label(name))
    selected: sa.Select[Any] = sa.select().add_columns(*shown)
    return selected.select_from(joined)


def _readable(column: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    """Return UTC seconds (`..._at`) as a moment and WIB days (`day`) as a date; on SQLite both as ISO text."""
    name = str(column.key)
    sqlite = op.get_context().dialect.name == "sqlite"
    if name.endswith("_at"):
        return sa.func.strftime("%Y-%m-%dT%H:%M:%SZ", column, "unixepoch") if sqlite else sa.func.to_timestamp(column)
    if name == "day":
        return sa.func.date(column * 86_400, "unixepoch") if sqlite else sa.func.date("1970-01-01") + column
    return column
