"""A writer waits as long as the server works, and not for a server that is frozen."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text

from data import deadlines, postgresql_engines
from data.deadlines import GuardedConnection, PatientConnection
from data.engine import transaction, writer
from data.errors import DatabaseUnreachable
from tests import postgres

SILENCE_SECONDS = 0.3
LETTING_IN_SECONDS = 2
"""The shortest that psycopg accepts."""


@pytest.fixture
def writing(postgres_server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A writing engine that asks sooner than in earnest whether its server lives."""
    monkeypatch.setattr(deadlines, "SILENCE_SECONDS", SILENCE_SECONDS)
    monkeypatch.setattr(deadlines, "LETTING_IN_SECONDS", LETTING_IN_SECONDS)
    engine = writer(postgres_server.loopback_address("postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When a waiting writer asked whether its server lives."""
    found: list[float] = []
    knock = PatientConnection._knock

    def noted(self: PatientConnection) -> None:
        found.append(time.monotonic())
        knock(self)

    monkeypatch.setattr(PatientConnection, "_knock", noted)
    return found


def gives_up_after() -> float:
    return SILENCE_SECONDS + deadlines.SILENT_TRIES * LETTING_IN_SECONDS


def test_a_long_statement_of_a_living_server_is_waited_for(writing: Engine, knocks: list[float]) -> None:
    with transaction(writing) as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(1.5)")).scalar_one() == 1
    assert len(knocks) >= 2


def test_a_server_that_is_full_is_not_frozen(
    postgres_server: postgres.Server, writing: Engine, knocks: list[float]
) -> None:
    postgres_server.administer("CREATE ROLE single LOGIN CONNECTION LIMIT 1")
    alone = writer(postgres_server.address("postgres", user="single"))
    with transaction(alone) as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(1)")).scalar_one() == 1
    alone.dispose()
    postgres_server.administer("DROP ROLE single")
    assert knocks


def given_up(write: Callable[[Connection], None], engine: Engine) -> None:
    """Expect that a transaction ends because the server does not answer."""
    with pytest.raises(DatabaseUnreachable), transaction(engine) as connection:
        write(connection)


def test_a_server_that_freezes_in_a_statement_is_given_up(postgres_server: postgres.Server, writing: Engine) -> None:
    frozen_at: list[float] = []

    def write(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        postgres_server.freeze()
        frozen_at.append(time.monotonic())
        connection.execute(text("SELECT 1"))

    with ExitStack() as thawed:
        thawed.callback(postgres_server.thaw)
        given_up(write, writing)
        assert gives_up_after() <= time.monotonic() - frozen_at[0] <= gives_up_after() * 1.5
    with transaction(writing) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_server_that_freezes_in_a_copy_is_given_up(postgres_server: postgres.Server, writing: Engine) -> None:
    frozen_at: list[float] = []

    def write(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE copied (words text)"))
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as stream:
            stream.write(b"one\n")
            postgres_server.freeze()
            frozen_at.append(time.monotonic())
            while time.monotonic() - frozen_at[0] < gives_up_after() * 4:
                stream.write(b"many words\n" * 10_000)

    with ExitStack() as thawed:
        thawed.callback(postgres_server.thaw)
        given_up(write, writing)
        assert time.monotonic() - frozen_at[0] <= gives_up_after() * 2
    with transaction(writing) as connection:
        assert connection.execute(text("SELECT to_regclass('copied')")).scalar() is None, "nothing of it was kept"


def test_an_answer_that_never_comes_is_not_awaited_for_ever(
    postgres_server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process of a living server is frozen, or the server behind a pooler: it still lets others in."""
    monkeypatch.setattr(postgresql_engines, "BULK_SECONDS", 0.5)
    engine = writer(postgres_server.loopback_address("postgres"))
    frozen_at: list[float] = []

    def write(connection: Connection) -> None:
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        thawed.callback(os.kill, number, signal.SIGCONT)
        os.kill(number, signal.SIGSTOP)
        frozen_at.append(time.monotonic())
        connection.execute(text("SELECT 1"))

    with ExitStack() as thawed:
        given_up(write, engine)
        assert 0.5 <= time.monotonic() - frozen_at[0] <= 2.0
    engine.dispose()


def test_psycopg_has_what_our_time_limits_stand_on() -> None:
    """The name is private: pyproject.toml holds psycopg to the releases in which it was tried."""
    assert psycopg.__version__.startswith("3.3.")
    assert issubclass(deadlines._WaitTimeout, psycopg.OperationalError)
    assert {"gen", "interval", "timeout"} <= set(psycopg.Connection.wait.__code__.co_varnames)
    assert issubclass(PatientConnection, GuardedConnection)
