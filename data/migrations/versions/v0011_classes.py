"""Requests by class of urgency, with the removals within each limit: a rule is judged without reading requests.

Two indexes of requests become wider: they hold all that the edges of a window and odd open requests are asked for.

The roll-ups are made anew when the migrations are done (`data.schema.SUMS_SINCE`).
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, WHOLE, column, key

revision = "v0011"
down_revision = "v0010"

OPEN = "outcome_id = 0"
ODD_OPEN = (
    "outcome_id = 0 AND (time_precision <> 'second' OR stopped_at IS NOT NULL OR stopped_seconds > 0"
    " OR (received_at IS NULL AND notified_at IS NULL))"
)


def upgrade() -> None:
    """Make the sums by class, and put wider indexes in the place of narrow ones."""
    _rollup_class()
    op.drop_index("ix_takedown_request_received_at", "takedown_request")
    read = ["received_at", "notified_at", "outcome_id", "service_id", "time_precision", "actioned_at"]
    op.create_index("ix_takedown_request_started", "takedown_request", [*read, "stopped_seconds"])
    read = ["received_at", "notified_at", "service_id", "time_precision", "stopped_at", "stopped_seconds"]
    # The smallest last: of several that serve alike SQLite takes the newest.
    for name, where in (("ix_takedown_request_open", OPEN), ("ix_takedown_request_odd_open", ODD_OPEN)):
        op.drop_index(name, "takedown_request")
        words = sa.text(where)
        op.create_index(name, "takedown_request", read, sqlite_where=words, postgresql_where=words)


def _rollup_class() -> None:
    op.create_table(
        "rollup_class",
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, "service_id of the facts; -1 or '*' when the cube does not keep it"),
        key("bucket", WHOLE, "Time bucket of received_at, else notified_at in the cube's grain"),
        key("class_id", SMALL, "takedown_request.urgency: 0 hoax, 1 urgent, 2 anything else"),
        *(column(name, BIG, comment, server_default="0") for name, comment in _measures().items()),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", "class_id", name="pk_rollup_class"),
        comment="Takedown requests by class of urgency and the hour or day their default clock started",
        postgresql_with=HOT,
        sqlite_with_rowid=False,
    )


def _measures() -> dict[str, str]:
    limits = (15, 30, 60, 120, 240, 1_440)
    return {
        "n_requests": "Requests whose clock started, measurable or not",
        "n_unmeasurable": "of which the times cannot give a latency (day precision or negative)",
        "n_open": "measurable and open",
        "n_removed": "measurable and removed",
        "n_withdrawn": "measurable and withdrawn or deleted by the uploader",
        **{f"n_within_{minutes}": f"measurable and removed within {minutes} minutes" for minutes in limits},
    }
