"""What was known when: each event says the value until then, in the order in which it is read.

Before, an event held the new value only, and every request began with an event for each column it came with.
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, column, key, unknowable
from data.migrations.versions.v0007_views import make_view

revision = "v0010"
down_revision = "v0009"

VIEW = ["content_id", "request_no", "kind", "recorded_at", "value_before", "value"]
"""The columns of the view of request_event."""

CHANGES = """
INSERT INTO request_event (content_id, request_no, kind, recorded_at, value_before, value)
SELECT content_id, request_no, kind, recorded_at,
  CASE WHEN place = 1 THEN CASE kind WHEN 'outcome_id' THEN '0' WHEN 'stopped_seconds' THEN '0'
    WHEN 'urgency' THEN 'hoax' WHEN 'time_precision' THEN 'second' END ELSE value_before END, value
FROM (
  SELECT content_id, request_no, kind, recorded_at, value,
    lag(value) OVER told AS value_before, row_number() OVER told AS place
  FROM (
    SELECT content_id, request_no, kind, recorded_at, event_id, value,
      lead(recorded_at) OVER (PARTITION BY content_id, request_no, kind ORDER BY recorded_at, event_id) AS next_at
    FROM request_event_told WHERE recorded_at IS NOT NULL
  ) AS every
  WHERE next_at IS NULL OR next_at <> recorded_at
  WINDOW told AS (PARTITION BY content_id, request_no, kind ORDER BY recorded_at)
) AS changes
ORDER BY content_id, request_no, kind, recorded_at
"""
"""Of several events of a column in one second the last counts; the value before is that of the second before, or what
a request begins with. Sorted by the engine, in files where it is much; nothing is held in memory here."""


def upgrade() -> None:
    """Make the table anew and carry every event over."""
    op.execute("DROP VIEW request_event_view")
    op.drop_index("ix_request_event_content_id_request_no_recorded_at", "request_event")
    op.rename_table("request_event", "request_event_told")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE request_event_told RENAME CONSTRAINT pk_request_event TO pk_request_event_told")
    _request_event()
    op.execute(CHANGES)
    op.drop_table("request_event_told")
    make_view("request_event", VIEW)


def _request_event() -> None:
    op.create_table(
        "request_event",
        key("content_id", BIG, "content.content_id"),
        key("request_no", SMALL, "takedown_request.request_no"),
        column("kind", TEXT, "Column of the request that changed, or 'deleted'"),
        key(
            "recorded_at",
            BIG,
            "When this became known here; a second change in the same second joins the first (UTC, seconds since 1970)",
        ),
        unknowable("value_before", TEXT, "Value until then as text; empty when it was unknown"),
        unknowable("value", TEXT, "Value since then as text; empty when it became unknown"),
        sa.PrimaryKeyConstraint("content_id", "request_no", "kind", "recorded_at", name="pk_request_event"),
        comment="What was known when: every change of a recorded request, append-only;"
        " what it began with is in its first changes",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )
