"""The day and the four weeks of an issue side by side: a batch changes both, and issues lie in random order.

The key of the sums of content by issue begins with the issue, then says whether the cell is one of a day.
What `updated_at` says of content is told in other words.
"""

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, WHOLE, column, key

revision = "v0015"
down_revision = "v0014"

NAME = "rollup_issue_content"
KEY = ("issue_id", "cube", "bucket")
MEASURES = {"n_found": "Content found", "n_views": "Views of that content as last reported"}
ROOMY = {name: value for name, value in HOT.items() if name != "fillfactor"} | {"fillfactor": "45"}
UPDATED = (
    "Latest moment at which the row can have changed here: the last second of the hour in which it did"
    " (UTC, seconds since 1970)"
)
MOST = ("cube", "bucket", "n_found", "issue_id")


def upgrade() -> None:
    """Give the table another key; its sums stay."""
    op.rename_table(NAME, "former")
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("content", "updated_at", comment=UPDATED, existing_comment=None)
        op.drop_constraint(f"pk_{NAME}", "former")
    op.drop_index(f"ix_{NAME}_most", "former")
    _make()
    names = ", ".join((*KEY, *MEASURES))
    op.execute(f"INSERT INTO {NAME} ({names}) SELECT {names} FROM former ORDER BY {', '.join(KEY)}")  # noqa: S608 - constants
    op.drop_table("former")
    op.create_index(f"ix_{NAME}_most", NAME, list(MOST))


def _make() -> None:
    op.create_table(
        NAME,
        key("issue_id", BIG, "issue_id of the facts; -1 or '*' when the cube does not keep it"),
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("bucket", WHOLE, "Time bucket of content.detected_at in the cube's grain"),
        *(column(name, BIG, comment, server_default="0") for name, comment in MEASURES.items()),
        sa.PrimaryKeyConstraint(*KEY, name=f"pk_{NAME}"),
        comment="Content found per issue and day or four weeks; the index gives the issues with most of it first",
        postgresql_with=ROOMY,
        sqlite_with_rowid=False,
    )
