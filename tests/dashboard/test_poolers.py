"""Everything through a real pgbouncer in transaction mode: many clients share a few connections and leave no trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest
from sqlalchemy import Engine, text

from dashboard import watcher
from dashboard.hub import hub
from data import recording
from data.engine import reader, retrying, snapshot, transaction, writer
from data.errors import AccessRefused, QueryTooSlow
from data.grants import LIMITS, grant_reader
from data.recording import bulk
from data.rollups import recount
from queries import contents, feeds
from queries.filters import Choice
from tests import poolers, postgres
from tests.conftest import Templates
from tests.dashboard.conftest import bump, eventually
from tests.poolers import SERVER_CONNECTIONS, Pooler
from tests.screens import Point, opened, point_at, status

__all__ = ["point_at"]

ROLE = "kolam"
CLIENTS = 7
"""Connections that one process opens at most; two processes read."""
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pooled(postgres_server: postgres.Server, template: Templates) -> Iterator[tuple[Pooler, str]]:
    """A pooler, and a database with our tables that its role may read."""
    if poolers.program() is None:
        pytest.skip(poolers.MISSING)
    name = postgres_server.new_database(template("postgresql", "triggers"))
    postgres_server.administer("CREATE ROLE {} LOGIN", ROLE)
    owner = writer(postgres_server.address(name))
    with transaction(owner) as connection:
        grant_reader(connection, ROLE)
    owner.dispose()
    pooler = Pooler.started(postgres_server, ["postgres", ROLE])
    yield pooler, name
    pooler.stop()
    postgres_server.drop(name)
    postgres_server.administer("DROP ROLE {}", ROLE)


@pytest.fixture
def reading(pooled: tuple[Pooler, str]) -> Iterator[Engine]:
    engine = reader(pooled[0].address(pooled[1], ROLE))
    yield engine
    engine.dispose()


@pytest.fixture
def writing(pooled: tuple[Pooler, str]) -> Iterator[Engine]:
    engine = writer(pooled[0].address(pooled[1]))
    yield engine
    engine.dispose()


def settings_left(pooled: tuple[Pooler, str], role: str) -> list[dict[str, str]]:
    """Return the settings and prepared statements that strangers find on every server connection of a role."""
    pooler, database = pooled
    address = f"host=127.0.0.1 port={pooler.port} user={role} dbname={database}"
    found = []
    strangers = [psycopg.connect(address) for _ in range(SERVER_CONNECTIONS)]
    for stranger in strangers:
        values = {name: _one(stranger, f"SHOW {name}") for name in (*LIMITS, "transaction_isolation")}
        values["prepared"] = _one(stranger, "SELECT count(*) FROM pg_prepared_statements")
        values["temporary"] = _one(stranger, "SELECT count(*) FROM pg_class WHERE relpersistence = 't'")
        found.append(values)
    for stranger in strangers:
        stranger.close()
    return found


def _one(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> str:
    return str(connection.execute(statement.encode()).fetchall()[0][0])


def test_many_readers_share_few_connections_and_leave_no_trace(pooled: tuple[Pooler, str], reading: Engine) -> None:
    second = reader(pooled[0].address(pooled[1], ROLE))

    def read(engine: Engine, number: int) -> int:
        with snapshot(engine) as connection:
            filters = Choice().resolve(NOW)
            contents.over_time(connection, filters)
            feeds.state(connection, filters)
            assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "3s"
            return number

    with ThreadPoolExecutor(CLIENTS) as here, ThreadPoolExecutor(CLIENTS) as there:
        times = range(CLIENTS * 5)
        answers = [
            clients.map(lambda number, engine=engine: retrying(partial(read, engine, number)), times)
            for clients, engine in ((here, reading), (there, second))
        ]
        assert [list(each) for each in answers] == [list(times), list(times)]
    second.dispose()
    clean = LIMITS | {"transaction_isolation": "read committed", "prepared": "0", "temporary": "0"}
    assert settings_left(pooled, ROLE) == [clean] * SERVER_CONNECTIONS


def test_a_slow_question_is_stopped_and_slows_nobody_else(pooled: tuple[Pooler, str]) -> None:
    quick = reader(pooled[0].address(pooled[1], ROLE), query_seconds=0.5)
    with pytest.raises(QueryTooSlow), snapshot(quick) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    quick.dispose()
    assert {found["statement_timeout"] for found in settings_left(pooled, ROLE)} == {LIMITS["statement_timeout"]}


def test_the_reading_role_writes_nothing_here_either(reading: Engine) -> None:
    with pytest.raises(AccessRefused), transaction(reading) as connection:
        connection.execute(text("DELETE FROM theme"))


def rows(who: int, batch: int) -> list[dict[str, object]]:
    return [{"natural_key": f"k{who}-{batch}-{n}", "detected_at": NOW, "service_id": n % 5} for n in range(20)]


def test_writers_record_through_it_and_the_sums_are_exact(pooled: tuple[Pooler, str], writing: Engine) -> None:
    def write(who: int, batch: int) -> int:
        with transaction(writing) as connection:
            return recording.contents(connection, "ais", rows(who, batch), now=NOW).new

    with ThreadPoolExecutor(4) as clients:
        jobs = [(who, batch) for who in range(4) for batch in range(5)]
        new = list(clients.map(lambda job: retrying(partial(write, *job)), jobs))
    assert new == [20] * len(jobs)
    bulk.load(writing, [("content", whole_rows(2_000))])
    with snapshot(writing) as connection:
        assert connection.execute(text("SELECT count(*) FROM content")).scalar_one() == 20 * len(jobs) + 2_000
        assert recount.verify(connection) == []
    left = settings_left(pooled, "postgres")
    assert {(one["prepared"], one["temporary"], one["statement_timeout"]) for one in left} == {("0", "0", "0")}


def whole_rows(size: int) -> dict[str, object]:
    numbers = range(size)
    at = int(NOW.timestamp())
    return {
        "content_id": list(numbers),
        "natural_key": [f"bulk{n}" for n in numbers],
        "service_id": [n % 5 for n in numbers],
        "detected_at": [at - n for n in numbers],
        "feed_code": ["ais"] * size,
        "is_simulated": [False] * size,
        "recorded_at": [at] * size,
        "updated_at": [at] * size,
    }


def test_a_page_lives_on_it(pooled: tuple[Pooler, str], writing: Engine, point_at: Point) -> None:
    point_at(pooled[0].address(pooled[1], ROLE))
    watcher.ensure()
    assert hub.health.is_good
    page = opened()
    assert not page.exception
    assert status(page)["problem"] == ""
    before = hub.version
    bump(writing)
    assert eventually(lambda: hub.version != before)
    assert hub.health.is_good
