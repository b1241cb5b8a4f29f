"""What was known when is kept in the order in which it is read."""

revision = "v0010"
down_revision = "v0009"


def upgrade() -> None:
    """Change nothing yet."""
