"""Complaints, referrals, access blocks, campaigns, activities and quality of service."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, REAL, SMALL, TEXT, TRUTH, WHOLE, column, key, unknowable

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    """Make 8 tables."""
    _access_block()
    _complaint()
    _complainant()
    _referral()
    _campaign_reach()
    _activity()
    _hashtag_reach()
    _qos_measurement()


def _access_block() -> None:
    op.create_table(
        "access_block",
        key("block_id", BIG, "stable_id of domain and order"),
        column("domain", TEXT, "Domain ordered to be blocked"),
        column("harm_id", SMALL, "harm.id"),
        unknowable("ordered_at", BIG, "When the order was given (UTC, seconds since 1970)"),
        unknowable("done_at", BIG, "When access was cut (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("block_id", name="pk_access_block"),
        comment="Pemutusan akses of a site; never added to takedowns",
        postgresql_with=HOT,
    )
    op.create_index("ix_access_block_ordered_at", "access_block", ["ordered_at"])


def _complaint() -> None:
    op.create_table(
        "complaint",
        key("complaint_id", BIG, "stable_id of the natural key"),
        column("natural_key", TEXT, "Ticket of the complaint desk"),
        column("service_id", SMALL, "service.id; 0 unknown"),
        unknowable("province_code", TEXT, "region.code; empty when not given"),
        column("theme_id", SMALL, "theme.id; 0 unknown"),
        unknowable("content_id", BIG, "content.content_id it led to or was merged into"),
        column("status", TEXT, "received, valid, merged, invalid or answered"),
        unknowable("received_at", BIG, "When it came in (UTC, seconds since 1970)"),
        unknowable("validated_at", BIG, "When it was judged valid, merged or invalid (UTC, seconds since 1970)"),
        unknowable("answered_at", BIG, "When the reporter was answered (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_complaint"),
        comment="Aduan masyarakat: what was reported, without who reported it",
        postgresql_with=HOT,
    )
    op.create_index("ix_complaint_received_at", "complaint", ["received_at"])


def _complainant() -> None:
    op.create_table(
        "complainant",
        key("complaint_id", BIG, "complaint.complaint_id"),
        unknowable("name", TEXT, "Name as given"),
        unknowable("contact", TEXT, "Telephone or e-mail as given"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_complainant"),
        comment="Personal data of complainants; the dashboard's role has no right to read it",
        postgresql_with=HOT,
    )


def _referral() -> None:
    op.create_table(
        "referral",
        key("referral_id", BIG, "stable_id of the natural key"),
        column("natural_key", TEXT, "Number of the letter"),
        unknowable("issue_id", BIG, "issue.issue_id"),
        unknowable("content_id", BIG, "content.content_id"),
        column("organisation_id", SMALL, "organisation.id it was sent to"),
        unknowable("province_code", TEXT, "region.code"),
        column("result", TEXT, "sent, accepted, declined, investigated, sanctioned or closed"),
        unknowable("sent_at", BIG, "When it was sent (UTC, seconds since 1970)"),
        unknowable("accepted_at", BIG, "When it was accepted (UTC, seconds since 1970)"),
        unknowable("decided_at", BIG, "When it ended (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("referral_id", name="pk_referral"),
        comment="Rujukan of a case to Bawaslu, Polri or KPU",
        postgresql_with=HOT,
    )
    op.create_index("ix_referral_sent_at", "referral", ["sent_at"])


def _campaign_reach() -> None:
    op.create_table(
        "campaign_reach",
        key("campaign_id", SMALL, "campaign.id"),
        key("channel_id", SMALL, "channel.id"),
        key("province_code", TEXT, "region.code; '00' for the whole country"),
        key("day", WHOLE, "WIB day, days since 1970-01-01"),
        key("theme_id", SMALL, "theme.id of the message"),
        unknowable("reach", BIG, "Unique people on this channel on this day; never summed across channels as unique"),
        unknowable("impressions", BIG, "Times shown"),
        unknowable("engagements", BIG, "Reactions, comments and shares"),
        unknowable("target_reach", BIG, "Reach planned"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint(
            "campaign_id", "channel_id", "province_code", "day", "theme_id", name="pk_campaign_reach"
        ),
        comment="Reach of one campaign on one channel on one day",
        postgresql_with=HOT,
    )
    op.create_index("ix_campaign_reach_day", "campaign_reach", ["day"])


def _activity() -> None:
    op.create_table(
        "activity",
        key("activity_id", BIG, "stable_id of the natural key"),
        column("natural_key", TEXT, "Key in the source"),
        column("campaign_id", SMALL, "campaign.id; 0 unknown"),
        column("format_id", SMALL, "activity_format.id"),
        column("organisation_id", SMALL, "organisation.id that held it"),
        column("title", TEXT, "Name of the activity"),
        unknowable("province_code", TEXT, "region.code"),
        unknowable("regency_code", TEXT, "region.code of the kabupaten or kota"),
        unknowable("attendance", WHOLE, "People present; empty when not reported"),
        unknowable("plays", WHOLE, "Times the campaign video was played; empty when not reported"),
        unknowable("starts_at", BIG, "Start (UTC, seconds since 1970)"),
        unknowable("ends_at", BIG, "End (UTC, seconds since 1970)"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity"),
        comment="Seminars, trainings, broadcasts and other outreach with place and attendance",
        postgresql_with=HOT,
    )
    op.create_index("ix_activity_starts_at", "activity", ["starts_at"])


def _hashtag_reach() -> None:
    op.create_table(
        "hashtag_reach",
        key("hashtag", TEXT, "Hashtag in lower case, with its sign"),
        key("service_id", SMALL, "service.id"),
        key("day", WHOLE, "WIB day, days since 1970-01-01"),
        unknowable("posts", BIG, "Posts that carry it"),
        unknowable("reach", BIG, "Unique people on this service on this day"),
        unknowable("engagements", BIG, "Reactions, comments and shares"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("hashtag", "service_id", "day", name="pk_hashtag_reach"),
        comment="Use of a campaign hashtag on one service on one day",
        postgresql_with=HOT,
    )
    op.create_index("ix_hashtag_reach_day", "hashtag_reach", ["day"])


def _qos_measurement() -> None:
    op.create_table(
        "qos_measurement",
        key("site_id", BIG, "stable_id of the site"),
        key("measured_at", BIG, "When, UTC seconds since 1970"),
        column("site_name", TEXT, "Name of the site"),
        column("organisation_id", SMALL, "organisation.id of the telecom operator; 0 unknown"),
        unknowable("province_code", TEXT, "region.code"),
        unknowable("regency_code", TEXT, "region.code of the kabupaten or kota"),
        unknowable("download_mbps", REAL, "Download, megabits per second"),
        unknowable("upload_mbps", REAL, "Upload, megabits per second"),
        unknowable("latency_ms", REAL, "Round trip, milliseconds"),
        unknowable("packet_loss_share", REAL, "Packets lost, 0 to 1"),
        unknowable("is_available", SMALL, "1 reachable, 0 not, empty unknown"),
        column("feed_code", TEXT, "feed.code that wrote the row"),
        column("is_simulated", TRUTH, "Whether the row was invented by the season generator or simulator"),
        unknowable("recorded_at", BIG, "When the row was first written here (UTC, seconds since 1970)"),
        unknowable("updated_at", BIG, "When the row last changed here (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("site_id", "measured_at", name="pk_qos_measurement"),
        comment="Telecom quality of service measured at a site",
        postgresql_with=HOT,
    )
    op.create_index("ix_qos_measurement_measured_at", "qos_measurement", ["measured_at"])
