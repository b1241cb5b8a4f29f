"""The feed rows: has anything changed, and how old is it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Text, case, cast, insert, or_, select, update

from data.recording.results import UnknownFeed
from data.rollups import keeping
from data.rollups.clocks import seconds
from data.rollups.shapes import WIB_SECONDS
from data.tables import feed, setting

DAY_SECONDS = 86_400

CHANGES_OF = "changes_of_"
"""Beginning of the names in `setting` under which changes of a topic by feeds of other topics are counted."""

TOPICS = {
    "content": "content", "takedown_request": "request", "appeal": "request", "issue": "issue",
    "clarification": "issue", "published_figure": "issue", "complaint": "complaint", "referral": "complaint",
    "access_block": "complaint", "campaign_reach": "campaign", "hashtag_reach": "campaign", "activity": "campaign",
    "qos_measurement": "qos",
}  # fmt: skip
"""The topic of each table: screens that listen to it show its rows."""


def heartbeat(connection: Connection, feed_code: str, now: datetime) -> None:
    """Write that the feed lives although it had nothing new: `written_at` moves, `seq` does not.

    Raises `UnknownFeed` when the feed has no row.
    """
    keeping.take_gate(connection)
    require(connection, feed_code)
    bump(connection, feed_code, int(now.timestamp()), None, changed=False)


def require(connection: Connection, feed_code: str) -> str:
    """Return the topic of a feed; raise `UnknownFeed` when it has no row."""
    found = connection.execute(select(feed.c.topic).where(feed.c.code == feed_code)).first()
    if found is None:
        raise UnknownFeed(feed_code)
    return str(found.topic)


def tell(connection: Connection, written: Iterable[str], own_topic: str) -> None:
    """Count a change of every topic that these tables belong to, but that of the feed, whose sequence tells it.

    An office's file, or the outcome of a request, changes more than the feed is about. The caller holds the gate.
    """
    for topic in sorted({TOPICS[name] for name in written} - {own_topic}):
        named = setting.c.name == f"{CHANGES_OF}{topic}"
        more = cast(cast(setting.c.value, BigInteger) + 1, Text)
        if connection.execute(update(setting).where(named).values(value=more)).rowcount == 0:
            connection.execute(insert(setting).values(name=f"{CHANGES_OF}{topic}", value="1"))


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
