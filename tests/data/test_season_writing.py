"""A season in a database: every row arrives, roll-ups equal a recount, feeds say how fresh they are."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select

from data import tables
from data.rollups import recount
from data.season import generate, write

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)


def season_in(engine: Engine, n_requests: int = 2_000) -> dict[str, int]:
    return write(engine, generate(3, n_requests, now=NOW))


def test_every_row_arrives(engine: Engine) -> None:
    wanted: Counter[str] = Counter()
    for table, columns in generate(3, 2_000, now=NOW):
        wanted[table] += len(next(iter(columns.values())))
    assert season_in(engine) == dict(wanted)
    with engine.connect() as connection:
        stored = {
            name: connection.scalar(select(func.count()).select_from(tables.metadata.tables[name])) for name in wanted
        }
    assert stored == dict(wanted)


def test_roll_ups_equal_a_recount(engine: Engine) -> None:
    season_in(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(func.sum(tables.rollup_content.c.n_found))) > 0
        assert recount.verify(connection) == []


def test_feeds_say_that_they_are_invented_and_how_fresh(engine: Engine) -> None:
    season_in(engine)
    feed = tables.feed
    with engine.connect() as connection:
        found = {row.code: row for row in connection.execute(select(feed).order_by(feed.c.code))}
    assert found["ais"].is_simulated
    assert found["platform"].seq > 0
    assert NOW.timestamp() - 86_400 < found["ais"].watermark_at.timestamp() <= NOW.timestamp()
    assert not found["berkas"].is_simulated
    assert found["berkas"].written_at is None


def test_progress_is_told_by_table(engine: Engine) -> None:
    told: Counter[str] = Counter()
    write(engine, generate(3, 500, now=NOW), lambda table, n: told.update({table: n}))
    assert {"content", "takedown_request"} <= set(told)
    assert any(name.startswith("rollups") for name in told)
