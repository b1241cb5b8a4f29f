"""Feeds: alive, late, stale; the version that says whether anything changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from data.tables import feed
from queries import clock, feeds
from tests.queries.factories import asked


def write(connection: Connection, code: str, silence: float, facts: float | None = None, seq: int = 1) -> None:
    """Let a feed have written so many of its expected silences ago; its newest fact may be older."""
    row = connection.execute(feed.select().where(feed.c.code == code)).one()
    now = clock.now(connection)
    ages = {"written_at": silence, "watermark_at": silence if facts is None else facts}
    times = {name: now - timedelta(seconds=row.expected_seconds * age) for name, age in ages.items()}
    connection.execute(update(feed).where(feed.c.code == code).values(seq=seq, **times))


@pytest.mark.parametrize(
    ("silence", "facts", "expected"),
    [
        (0.5, None, "fresh"), (0.9, 2.9, "fresh"), (1.1, None, "late"), (2.9, None, "late"), (3.1, None, "stale"),
        (0.1, 3.1, "late"), (0.1, 9.1, "stale"),
    ],
)  # fmt: skip
def test_a_feed_is_judged_by_its_silence_and_by_its_newest_fact(
    connection: Connection, silence: float, facts: float | None, expected: str
) -> None:
    write(connection, "ais", silence, facts)
    row = feeds.state(connection, asked()).set_index("code").loc["ais"]
    assert row["freshness"] == expected
    assert row["age_seconds"] == pytest.approx(silence * 900, abs=3)
    assert row["has_stopped"] == (silence > 3), "a feed that writes has not stopped, however old its facts"


def test_the_stalest_come_first_and_those_that_never_wrote_last(connection: Connection) -> None:
    write(connection, "ais", 0.1)
    write(connection, "qos", 2)
    write(connection, "platform", 5)
    write(connection, "isu", 50)
    frame = feeds.state(connection, asked())
    assert frame["code"].tolist()[:4] == ["isu", "platform", "qos", "ais"]
    assert set(frame["freshness"].tolist()[4:]) == {"never"}
    assert frame["age_seconds"].isna().tolist() == [False] * 4 + [True] * 11


def test_the_age_is_that_of_the_database_clock_and_never_negative(connection: Connection) -> None:
    assert abs((clock.now(connection) - datetime.now(UTC)).total_seconds()) < 60
    write(connection, "ais", -1)
    assert feeds.state(connection, asked()).set_index("code").loc["ais", "age_seconds"] == 0


def test_the_version_moves_with_every_write_of_its_topic(connection: Connection) -> None:
    before = dict(feeds.version(connection))
    assert set(before) == {"campaign", "complaint", "content", "issue", "qos", "request"}
    write(connection, "ais", 0, seq=3)
    write(connection, "mitra", 0, seq=4)
    after = dict(feeds.version(connection))
    assert after["content"] == before["content"] + 7
    assert {topic for topic in after if after[topic] != before[topic]} == {"content"}
