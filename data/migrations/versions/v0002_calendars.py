"""Reference tables: campaigns and channels, elections, periods, events and promised times."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, SMALL, TEXT, WHOLE, column, key, unknowable

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    """Make 7 tables."""
    _campaign()
    _channel()
    _activity_format()
    _election()
    _period()
    _calendar_event()
    _deadline()


def _campaign() -> None:
    op.create_table(
        "campaign",
        key("id", SMALL, "Number of the campaign; 0 is unknown"),
        column("code", TEXT, "Short stable name of the campaign, as used in links and files"),
        column("label_id", TEXT, "Name of the campaign in Indonesian"),
        column("label_en", TEXT, "Name of the campaign in English"),
        unknowable("starts_at", BIG, "Start (UTC, seconds since 1970)"),
        unknowable("ends_at", BIG, "End, exclusive (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        comment="Campaigns of the task force",
    )


def _channel() -> None:
    op.create_table(
        "channel",
        key("id", SMALL, "Number of the channel; 0 is unknown"),
        column("code", TEXT, "Short stable name of the channel, as used in links and files"),
        column("label_id", TEXT, "Name of the channel in Indonesian"),
        column("label_en", TEXT, "Name of the channel in English"),
        column("kind", TEXT, "social_media, broadcast, telecom, print, outdoor, face_to_face"),
        unknowable("audience", BIG, "Largest possible unique audience, people; empty when unknown"),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
        comment="Where messages are spread: services, broadcasters, telecom operators, print, face to face",
    )


def _activity_format() -> None:
    op.create_table(
        "activity_format",
        key("id", SMALL, "Number of the format; 0 is unknown"),
        column("code", TEXT, "Short stable name of the format, as used in links and files"),
        column("label_id", TEXT, "Name of the format in Indonesian"),
        column("label_en", TEXT, "Name of the format in English"),
        sa.PrimaryKeyConstraint("id", name="pk_activity_format"),
        comment="Form of an activity or broadcast: PSA, news, dialogue, podcast, seminar",
    )


def _election() -> None:
    op.create_table(
        "election",
        key("id", SMALL, "Number of the election; 0 is unknown"),
        column("code", TEXT, "Short stable name of the election, as used in links and files"),
        column("label_id", TEXT, "Name of the election in Indonesian"),
        column("label_en", TEXT, "Name of the election in English"),
        unknowable("voting_at", BIG, "Midnight WIB of voting day (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("id", name="pk_election"),
        comment="Elections watched",
    )


def _period() -> None:
    op.create_table(
        "period",
        key("id", SMALL, "Number of the period; 0 is unknown"),
        column("code", TEXT, "Short stable name of the period, as used in links and files"),
        column("label_id", TEXT, "Name of the period in Indonesian"),
        column("label_en", TEXT, "Name of the period in English"),
        column("election_id", SMALL, "election.id"),
        column("phase", TEXT, "before, during or after the election"),
        unknowable("starts_at", BIG, "Start (UTC, seconds since 1970)"),
        unknowable("ends_at", BIG, "End, exclusive (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("id", name="pk_period"),
        comment="Named periods of an election; the dates may be edited",
    )


def _calendar_event() -> None:
    op.create_table(
        "calendar_event",
        key("id", SMALL, "Number of the event; 0 is unknown"),
        column("code", TEXT, "Short stable name of the event, as used in links and files"),
        column("label_id", TEXT, "Name of the event in Indonesian"),
        column("label_en", TEXT, "Name of the event in English"),
        unknowable("election_id", SMALL, "election.id; empty when it concerns both"),
        column("kind", TEXT, "declaration, vote, campaign, quiet, count, outreach or debate"),
        unknowable("starts_at", BIG, "Start (UTC, seconds since 1970)"),
        unknowable("ends_at", BIG, "End, exclusive (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_event"),
        comment="Dated events drawn on time axes",
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        key("id", SMALL, "Number of the deadline; 0 is unknown"),
        column("code", TEXT, "Short stable name of the deadline, as used in links and files"),
        column("label_id", TEXT, "Name of the deadline in Indonesian"),
        column("label_en", TEXT, "Name of the deadline in English"),
        column("clock", TEXT, "Clock it is measured on: received, notified, detected or posted"),
        column("kind", TEXT, "promise (voluntary) or rule (binding)"),
        column("applies_to", TEXT, "Urgency class it applies to: all, hoax or urgent"),
        column("minutes", WHOLE, "Time allowed, minutes"),
        column("basis", TEXT, "Where it is written"),
        unknowable("valid_from", BIG, "First moment it holds (UTC, seconds since 1970)"),
        unknowable("valid_to", BIG, "First moment it no longer holds; empty while in force (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        comment="Promises and rules on time, with the dates on which they hold",
    )
