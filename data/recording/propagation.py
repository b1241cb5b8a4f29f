"""What one table tells another: copies, outcomes, first times."""

from sqlalchemy import Connection

from data.recording.changes import Changes


def clarify_issues(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def clarify_contents_of_issues(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def complete_contents(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def copy_contents_to_requests(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def copy_requests_to_contents(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def complete_requests(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def clarifications_to_issues(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError


def complete_appeals(connection: Connection, changes: Changes) -> None:
    """Being written."""
    raise NotImplementedError
