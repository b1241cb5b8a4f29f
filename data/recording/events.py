"""What was known when: every change of a request."""

from sqlalchemy import Connection

from data.recording.changes import Changes


def append_events(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError
