"""Content by service, theme and region."""

revision = "v0012"
down_revision = "v0011"


def upgrade() -> None:
    """Change nothing yet."""
