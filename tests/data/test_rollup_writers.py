"""Several writers at once: nothing lost, nothing counted twice, no deadlock that a second try does not pass."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, TextClause, select, text

from data import recording, tables
from data.engine import is_postgres, transaction, writer
from data.errors import DatabaseFault
from data.rollups import integrity, recount
from data.schema import Rollups
from tests.data.recounts import assert_exact, rows_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
SHARED = [f"k{n}" for n in range(30)]
BATCHES = 12
MOST_TRIES = 20

FORWARDS = (
    "UPDATE content SET theme_id = content.theme_id + 1 FROM (SELECT content_id FROM content"
    " WHERE natural_key LIKE :mine ORDER BY detected_at) AS mine WHERE mine.content_id = content.content_id"
)
BACKWARDS = FORWARDS.replace("detected_at)", "detected_at DESC)")


def until_it_passes(engine: Engine, work: Callable[[Connection], None]) -> int:
    """Do the work in one transaction, again after each fault that may have passed; return the number of tries."""
    for tries in range(1, MOST_TRIES + 1):
        try:
            with transaction(engine) as connection:
                work(connection)
        except DatabaseFault as fault:
            if not fault.passing:
                raise
        else:
            return tries
    raise AssertionError(f"no success in {MOST_TRIES} tries")


def batch(number: int, who: int) -> list[str]:
    """Return the shared keys of one batch, forwards for one writer and backwards for the other."""
    keys = [SHARED[(number * 5 + step) % len(SHARED)] for step in range(12)]
    return keys if who == 0 else keys[::-1]


def record(connection: Connection, number: int, who: int) -> None:
    own = {"theme_id": number + 1} if who == 0 else {"technique_id": number + 1}
    found = NOW - timedelta(hours=5)
    keys = batch(number, who)
    recording.contents(connection, "ais", [{"natural_key": key, "detected_at": found, **own} for key in keys], now=NOW)
    sent = [{"content_key": key, "request_no": who + 1, "notified_at": found} for key in keys]
    recording.takedown_requests(connection, "ais", sent, now=NOW)
    ended = {"outcome_id": 1, "actioned_at": found + timedelta(minutes=number)}
    recording.takedown_requests(connection, "ais", [row | ended for row in sent[:6]], now=NOW)


def at_once(url: str, works: list[Callable[[Engine], Any]]) -> list[Any]:
    """Run each work in its own thread with its own engine; return what they return."""

    def run(work: Callable[[Engine], Any]) -> Any:
        engine = writer(url)
        try:
            return work(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def recorder(who: int) -> Callable[[Engine], int]:
    def work(engine: Engine) -> int:
        tries = [until_it_passes(engine, lambda c, n=n: record(c, n, who)) for n in range(BATCHES)]  # type: ignore[misc]
        return sum(tries)

    return work


def test_two_recorders_lose_nothing(engine: Engine, database_url: str, both_ways: Rollups) -> None:
    at_once(database_url, [recorder(0), recorder(1)])
    last = [{key: number + 1 for number in range(BATCHES) for key in batch(number, who)} for who in (0, 1)]
    with transaction(engine) as connection:
        contents = {row["natural_key"]: row for row in rows_of(connection, tables.content)}
        assert {key: row["theme_id"] for key, row in contents.items()} == last[0]
        assert {key: row["technique_id"] for key, row in contents.items()} == last[1]
        requests = rows_of(connection, tables.takedown_request)
        assert len(requests) == 2 * len(SHARED)
        assert_exact(connection)
        assert recount.verify(connection) == []
        assert integrity.check(connection) == []


def test_every_writing_call_bumps_the_feed_once(engine: Engine, database_url: str, both_ways: Rollups) -> None:
    def heard(who: int) -> Callable[[Engine], int]:
        def work(engine: Engine) -> int:
            for n in range(10):
                row = {"natural_key": f"w{who}-{n}", "detected_at": NOW}
                until_it_passes(engine, lambda c, row=row: recording.contents(c, "ais", [row], now=NOW))  # type: ignore[misc]
            return 10

        return work

    calls = sum(at_once(database_url, [heard(0), heard(1), heard(2)]))
    with transaction(engine) as connection:
        assert connection.execute(select(tables.feed.c.seq).where(tables.feed.c.code == "ais")).scalar() == calls
        assert_exact(connection)


@pytest.mark.parametrize("with_recorder", [False, True])
def test_direct_writers_in_opposite_order_stay_exact(engine: Engine, database_url: str, with_recorder: bool) -> None:
    with transaction(engine) as connection:
        rows = [{"natural_key": key, "detected_at": NOW, "service_id": n % 5} for n, key in enumerate(SHARED)]
        recording.contents(connection, "ais", rows, now=NOW)

    def direct(places: list[int]) -> Callable[[Engine], int]:
        def move(connection: Connection) -> None:
            if is_postgres(connection):
                connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            for place in places:
                values = {"key": SHARED[place], "service": 1 + place % 3}
                connection.execute(MOVE, values)

        return lambda engine: sum(until_it_passes(engine, move) for _ in range(10))

    works: list[Callable[[Engine], Any]] = [direct([0, 1, 2, 3]), direct([3, 2, 1, 0])]
    at_once(database_url, [*works, recorder(0)] if with_recorder else works)
    with transaction(engine) as connection:
        assert_exact(connection)
        assert recount.verify(connection) == []


def _run(connection: Connection, statement: TextClause, values: dict[str, Any]) -> None:
    connection.execute(statement, values)


MOVE = text("UPDATE content SET service_id = service_id % 9 + :service WHERE natural_key = :key")


def test_one_statement_never_deadlocks_another(engine: Engine, database_url: str) -> None:
    """Each statement touches its cells in key order, so statements over the same cells wait, and all pass at once."""
    if not is_postgres(engine):
        return
    with transaction(engine) as connection:
        rows = [{"natural_key": f"w{who}-{n}", "detected_at": NOW - timedelta(hours=n), "service_id": n % 7}
                for who in range(3) for n in range(40)]  # fmt: skip
        recording.contents(connection, "ais", rows, now=NOW)

    def work(who: int) -> Callable[[Engine], int]:
        statement = text((FORWARDS, BACKWARDS)[who % 2])
        update = {"mine": f"w{who}-%"}
        return lambda engine: sum(until_it_passes(engine, lambda c: _run(c, statement, update)) for _ in range(8))

    assert at_once(database_url, [work(0), work(1), work(2)]) == [8, 8, 8]
    with transaction(engine) as connection:
        assert_exact(connection)
