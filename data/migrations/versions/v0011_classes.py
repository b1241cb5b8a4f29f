"""Requests by class of urgency."""

revision = "v0011"
down_revision = "v0010"


def upgrade() -> None:
    """Change nothing yet."""
