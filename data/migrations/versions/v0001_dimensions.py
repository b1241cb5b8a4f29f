"""Reference tables: who, where and what kind."""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, REAL, SMALL, TEXT, TRUTH, column, key, unknowable

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """Make 9 tables."""
    _operator()
    _service()
    _region()
    _theme()
    _harm()
    _technique()
    _detection_source()
    _organisation()
    _outcome()


def _operator() -> None:
    op.create_table(
        "operator",
        key("id", SMALL, "Number of the operator; 0 is unknown"),
        column("code", TEXT, "Short stable name of the operator, as used in links and files"),
        column("label_id", TEXT, "Name of the operator in Indonesian"),
        column("label_en", TEXT, "Name of the operator in English"),
        sa.PrimaryKeyConstraint("id", name="pk_operator"),
        comment="Companies that run services",
    )


def _service() -> None:
    op.create_table(
        "service",
        key("id", SMALL, "Number of the service; 0 is unknown"),
        column("code", TEXT, "Short stable name of the service, as used in links and files"),
        column("label_id", TEXT, "Name of the service in Indonesian"),
        column("label_en", TEXT, "Name of the service in English"),
        column("operator_id", SMALL, "operator.id"),
        column("is_signatory", TRUTH, "Whether its operator signed the declaration of 3 October 2024"),
        column("is_closed_messaging", TRUTH, "Closed messaging has reports and clarifications but no takedown latency"),
        column("position", SMALL, "Order on screens: signatories first, then the others"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        comment="Services on which content is found, each run by one operator",
    )


def _region() -> None:
    op.create_table(
        "region",
        key("code", TEXT, "Kemendagri code as text: '11' a province, '11.10' a kabupaten or kota"),
        unknowable("parent_code", TEXT, "Kemendagri code of the province; empty for a province"),
        column("kind", TEXT, "province, kabupaten or kota"),
        column("name", TEXT, "Name without its kind"),
        column("name_official", TEXT, "Name as the register writes it"),
        unknowable("iso_code", TEXT, "ISO 3166-2 code; provinces only"),
        unknowable("bps_code", TEXT, "BPS code; differs from Kemendagri in Papua"),
        column("zone", TEXT, "WIB, WITA or WIT"),
        column("island_group", TEXT, "Island group of the province"),
        unknowable("voters", BIG, "Registered voters, DPT 2024; provinces only"),
        column("is_3t", TRUTH, "Listed as daerah tertinggal in Perpres 63/2020 (period 2020-2024)"),
        unknowable("latitude", REAL, "Latitude of a label point, degrees"),
        unknowable("longitude", REAL, "Longitude of a label point, degrees"),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
        comment="Provinces and kabupaten/kota, keyed by the Kemendagri code as text",
    )


def _theme() -> None:
    op.create_table(
        "theme",
        key("id", SMALL, "Number of the theme; 0 is unknown"),
        column("code", TEXT, "Short stable name of the theme, as used in links and files"),
        column("label_id", TEXT, "Name of the theme in Indonesian"),
        column("label_en", TEXT, "Name of the theme in English"),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
        comment="Subject of a claim or message",
    )


def _harm() -> None:
    op.create_table(
        "harm",
        key("id", SMALL, "Number of the harm; 0 is unknown"),
        column("code", TEXT, "Short stable name of the harm, as used in links and files"),
        column("label_id", TEXT, "Name of the harm in Indonesian"),
        column("label_en", TEXT, "Name of the harm in English"),
        sa.PrimaryKeyConstraint("id", name="pk_harm"),
        comment="Kind of harm: disinformation, hate speech, cyberbullying, SARA and others",
    )


def _technique() -> None:
    op.create_table(
        "technique",
        key("id", SMALL, "Number of the technique; 0 is unknown"),
        column("code", TEXT, "Short stable name of the technique, as used in links and files"),
        column("label_id", TEXT, "Name of the technique in Indonesian"),
        column("label_en", TEXT, "Name of the technique in English"),
        sa.PrimaryKeyConstraint("id", name="pk_technique"),
        comment="How the content misleads: deepfake, altered picture, false context",
    )


def _detection_source() -> None:
    op.create_table(
        "detection_source",
        key("id", SMALL, "Number of the detection source; 0 is unknown"),
        column("code", TEXT, "Short stable name of the detection source, as used in links and files"),
        column("label_id", TEXT, "Name of the detection source in Indonesian"),
        column("label_en", TEXT, "Name of the detection source in English"),
        sa.PrimaryKeyConstraint("id", name="pk_detection_source"),
        comment="Who found it: automatic (AIS), cyber patrol, public, partner",
    )


def _organisation() -> None:
    op.create_table(
        "organisation",
        key("id", SMALL, "Number of the organisation; 0 is unknown"),
        column("code", TEXT, "Short stable name of the organisation, as used in links and files"),
        column("label_id", TEXT, "Name of the organisation in Indonesian"),
        column("label_en", TEXT, "Name of the organisation in English"),
        column("kind", TEXT, "agency, or a partner kind: media, activist, religious_leader, academic, civil_society"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        comment="Agencies and partners that send, receive or publish",
    )


def _outcome() -> None:
    op.create_table(
        "outcome",
        key("id", SMALL, "Number of the outcome; 0 is unknown"),
        column("code", TEXT, "Short stable name of the outcome, as used in links and files"),
        column("label_id", TEXT, "Name of the outcome in Indonesian"),
        column("label_en", TEXT, "Name of the outcome in English"),
        column(
            "balance_part", TEXT, "Part of found it counts in: open, removed, restricted, labelled, rejected, withdrawn"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        comment="How a request or a content item ended; found = the sum of the balance parts",
    )
