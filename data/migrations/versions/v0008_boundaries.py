"""Outlines an office owns; the frequency of a campaign as it was reported; official figures by category."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import REAL, TEXT, WHOLE, column, key, unknowable
from data.migrations.versions.v0007_views import make_view

revision = "v0008"
down_revision = "v0007"

REACH = """
    campaign_id channel_id province_code day theme_id reach impressions engagements target_reach
    feed_code is_simulated recorded_at updated_at frequency
"""
"""The columns of the view of campaign_reach."""


def upgrade() -> None:
    """Make the table of boundaries; give campaign_reach its last column and its view anew; mend a comment."""
    _boundary()
    _frequency()
    _category()


def _boundary() -> None:
    op.create_table(
        "boundary",
        key("region_code", TEXT, "region.code"),
        column("kind", TEXT, "Set it belongs to: province, or kabupaten (which holds kota too)"),
        column(
            "geometry",
            TEXT,
            "GeoJSON MultiPolygon in WGS 84, longitude first; "
            "outer rings clockwise and holes not, as browsers draw them",
        ),
        column("points", WHOLE, "Points of the outline"),
        column(
            "grid_degrees",
            REAL,
            "Grid the points were put on, degrees; the same for the set, so neighbours share lines",
        ),
        column("source", TEXT, "Name of the file it came from"),
        unknowable("loaded_at", sa.BigInteger(), "When it was loaded (UTC, seconds since 1970)"),
        sa.PrimaryKeyConstraint("region_code", name="pk_boundary"),
        comment="Outlines an office owns, one set a kind; a loaded set takes the place of the one before",
    )


def _frequency() -> None:
    said = "Times each person was reached, as reported; where it is not impressions / reach, nothing is mended"
    op.add_column("campaign_reach", unknowable("frequency", REAL, said))
    op.execute("DROP VIEW campaign_reach_view")
    make_view("campaign_reach", REACH.split())


def _category() -> None:
    """Say that a release by category is kept too; SQLite keeps no comments."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column(
            "published_figure",
            "service_code",
            comment="service.code, or the category as printed; empty text for all",
            existing_comment="service.code; empty text for all services",
            existing_type=TEXT,
            existing_nullable=False,
        )
