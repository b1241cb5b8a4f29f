"""Room on each page of sums for the next version of every cell on it (PostgreSQL).

A batch changes all cells of an hour, which lie side by side. Where a page has room for twice its cells they are changed
on the spot; else each moves to another page, gets a new entry in the index, and does so again with the next batch.
"""

from alembic import op

revision = "v0013"
down_revision = "v0012"

SUMS = (
    "rollup_content", "rollup_request", "rollup_class", "rollup_latency", "rollup_removal", "rollup_issue",
    "rollup_issue_closed", "rollup_issue_content",
)  # fmt: skip


def upgrade() -> None:
    """Fill pages by less than half from now on; those that are there stay as they are."""
    if op.get_context().dialect.name == "postgresql":
        for name in SUMS:
            op.execute(f"ALTER TABLE {name} SET (fillfactor = 45)")
