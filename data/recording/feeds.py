"""The feed rows: has anything changed, and how old is it."""

from datetime import datetime

from sqlalchemy import Connection


def heartbeat(connection: Connection, feed_code: str, now: datetime) -> None:
    """Write that the feed lives although it had nothing new: `written_at` moves, `seq` does not.

    Raises `UnknownFeed` when the feed has no row.
    """
    raise NotImplementedError
