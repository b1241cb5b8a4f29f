"""The feed rows: has anything changed, and how old is it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, case, or_, select, update

from data.recording.results import UnknownFeed
from data.rollups import keeping
from data.rollups.clocks import seconds
from data.rollups.shapes import WIB_SECONDS
from data.tables import feed

DAY_SECONDS = 86_400


def heartbeat(connection: Connection, feed_code: str, now: datetime) -> None:
    """Write that the feed lives although it had nothing new: `written_at` moves, `seq` does not.

    Raises `UnknownFeed` when the feed has no row.
    """
    keeping.take_gate(connection)
    require(connection, feed_code)
    bump(connection, feed_code, int(now.timestamp()), None, changed=False)


def require(connection: Connection, feed_code: str) -> None:
    """Raise `UnknownFeed` when the feed has no row."""
    if connection.execute(select(feed.c.code).where(feed.c.code == feed_code)).first() is None:
        raise UnknownFeed(feed_code)


def bump(
    connection: Connection, feed_code: str, now: int, newest: int | None, *, changed: bool, is_simulated: bool = False
) -> None:
    """Move the heartbeat; where something changed, the sequence; where something is newer, the watermark.

    `now` and `newest` are UTC seconds. None of them ever moves back: feeds may be written out of order.
    """
    values: dict[str, Any] = {"written_at": _later(feed.c.written_at, now)}
    if newest is not None:
        values["watermark_at"] = _later(feed.c.watermark_at, newest)
    if changed:
        values["seq"] = feed.c.seq + 1
    if is_simulated:
        values["is_simulated"] = True
    connection.execute(update(feed).where(feed.c.code == feed_code).values(values))


def as_seconds(value: Any, column: str) -> Any:
    """Return the newest moment a value, or each of an array, stands for: a time is itself, a WIB day its end."""
    return (value + 1) * DAY_SECONDS - WIB_SECONDS - 1 if column.endswith("day") else value


def _later(column: Column[Any], moment: int) -> ColumnElement[Any]:
    stored = seconds(column)
    return case((or_(stored.is_(None), stored < moment), moment), else_=stored)
