"""Requests by class of urgency, with the removals within each limit: a rule is judged without reading requests.

The roll-ups are made anew when the migrations are done (`data.schema.SUMS_SINCE`).
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, WHOLE, column, key

revision = "v0011"
down_revision = "v0010"


def upgrade() -> None:
    """Make the sums by class."""
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
