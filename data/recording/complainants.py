"""Personal data of complainants, apart from the complaints."""

from sqlalchemy import Connection

from data.recording.changes import Changes


def keep(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError
