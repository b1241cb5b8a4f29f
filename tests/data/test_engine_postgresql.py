"""Engines on PostgreSQL under faults: down, killed, frozen, slow, exhausted, several hosts."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, insert, select, text

from data import postgresql_engines
from data.engine import reader, retrying, snapshot, transaction, writer
from data.errors import AccessRefused, DatabaseBusy, DatabaseFault, DatabaseUnreachable, QueryTooSlow
from data.hosts import GRACE_SECONDS
from data.tables import quarantine, setting
from tests import postgres
from tests.conftest import Templates

ONE = text("SELECT 1")
BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server of its own for this module: it is killed and frozen here."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    server = postgres.Server.started()
    yield server
    server.stop()


@pytest.fixture
def reading(server: postgres.Server) -> Iterator[Engine]:
    engine = reader(server.loopback_address("postgres"))
    yield engine
    engine.dispose()


def one(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return int(connection.execute(ONE).scalar_one())


def backend(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return int(connection.execute(BACKEND).scalar_one())


def says_nothing(fault: DatabaseFault, server: postgres.Server) -> bool:
    return not any(word in str(fault) for word in (server.password, str(server.port), "127.0.0.1", "SELECT", "pg_"))


def test_a_server_that_is_down_is_reached_when_it_comes_up(reading: Engine, server: postgres.Server) -> None:
    server.kill()
    try:
        with pytest.raises(DatabaseUnreachable) as said:
            one(reading)
        assert says_nothing(said.value, server)
    finally:
        server.start()
    assert one(reading) == 1


def test_a_pooled_connection_that_died_is_not_seen(reading: Engine, server: postgres.Server) -> None:
    one(reading)
    server.kill()
    server.start()
    assert one(reading) == 1


def test_a_read_cut_in_the_middle_is_read_again(reading: Engine, server: postgres.Server) -> None:
    cut = []

    def read() -> int:
        with snapshot(reading) as connection:
            number = connection.execute(BACKEND).scalar_one()
            if not cut:
                cut.append(number)
                server.administer(f"SELECT pg_terminate_backend({number}, 5000)")
            connection.execute(ONE)
            return int(number)

    assert retrying(read) not in cut


def test_a_frozen_backend_is_left_for_another(reading: Engine) -> None:
    frozen = backend(reading)
    os.kill(frozen, signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert backend(reading) != frozen
        assert time.monotonic() - started <= 1.3
    finally:
        os.kill(frozen, signal.SIGCONT)


def test_a_server_frozen_in_mid_read_is_given_up(server: postgres.Server) -> None:
    engine = reader(server.loopback_address("postgres"), query_seconds=0.5)
    took = []

    def read() -> None:
        with snapshot(engine) as connection:
            connection.execute(ONE)
            server.freeze()
            took.append(-time.monotonic())
            connection.execute(ONE)

    with ExitStack() as thawed:
        thawed.callback(server.thaw)
        with pytest.raises(DatabaseUnreachable) as said:
            read()
        assert 1.5 <= took[0] + time.monotonic() <= 1.5 * 1.3
    assert says_nothing(said.value, server)
    assert one(engine) == 1
    engine.dispose()


def test_a_frozen_server_is_given_up_after_a_ping_and_a_connection(reading: Engine, server: postgres.Server) -> None:
    one(reading)
    server.freeze()
    try:
        started = time.monotonic()
        with pytest.raises(DatabaseUnreachable):
            one(reading)
        assert time.monotonic() - started <= 3.0 * 1.3
    finally:
        server.thaw()
    assert one(reading) == 1


def test_a_slow_question_is_stopped_in_time_and_the_connection_kept(server: postgres.Server) -> None:
    engine = reader(server.loopback_address("postgres"), query_seconds=1.0)
    before = backend(engine)
    started = time.monotonic()
    with pytest.raises(QueryTooSlow) as said, snapshot(engine) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    assert 1.0 <= time.monotonic() - started <= 1.3
    assert says_nothing(said.value, server)
    assert backend(engine) == before
    engine.dispose()


def test_the_limit_leaves_no_trace_in_the_session(reading: Engine) -> None:
    with snapshot(reading) as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "3s"
    with reading.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"


def test_a_snapshot_is_one_moment_and_cannot_write(server: postgres.Server, template: Templates) -> None:
    engine = writer(server.loopback_address("postgres"))
    with snapshot(engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
    with pytest.raises(AccessRefused), snapshot(engine) as connection:
        connection.execute(text("CREATE TABLE x (i int)"))
    with transaction(engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    engine.dispose()


def test_nothing_is_prepared_in_the_session(reading: Engine) -> None:
    with snapshot(reading) as connection:
        for _ in range(10):
            connection.execute(ONE)
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0


def test_more_viewers_than_connections_are_told_so(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_engines, "POOL", {"pool_size": 1, "max_overflow": 1, "pool_timeout": 0.3})
    engine = reader(server.loopback_address("postgres"))
    with snapshot(engine), snapshot(engine):
        started = time.monotonic()
        with pytest.raises(DatabaseBusy), snapshot(engine):
            pass
        assert 0.3 <= time.monotonic() - started <= 0.6
    engine.dispose()


def test_silent_hosts_before_a_living_one_cost_a_second_together(server: postgres.Server) -> None:
    with ExitStack() as sockets:
        silent = [sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        gone = socket.create_server(("127.0.0.1", 0))
        ports = [*(each.getsockname()[1] for each in (gone, *silent)), server.port]
        gone.close()
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        engine = reader(f"postgresql://postgres:{server.password}@{hosts}/postgres?target_session_attrs=any")
        started = time.monotonic()
        assert one(engine) == 1
        assert GRACE_SECONDS <= time.monotonic() - started <= 3 * GRACE_SECONDS
        engine.dispose()


def test_values_of_people_stay_out_of_errors_and_logs(postgres_server: postgres.Server, template: Templates) -> None:
    name = postgres_server.new_database(template("postgresql", "triggers"))
    engine = writer(postgres_server.address(name))
    row = {"reject_id": 1, "feed_code": "x", "file_name": "x", "line": 1, "reason": "x", "excerpt": "Budi 081234567890"}
    with pytest.raises(DatabaseFault) as said, transaction(engine) as connection:
        connection.execute(insert(quarantine), [row, row])
    assert "Budi" not in f"{said.value!r}{said.value.__cause__}".split("DETAIL")[0]
    engine.dispose()
    postgres_server.drop(name)


def test_a_deadlock_is_solved_by_trying_again(postgres_server: postgres.Server, template: Templates) -> None:
    name = postgres_server.new_database(template("postgresql", "triggers"))
    engine = writer(postgres_server.address(name))
    meet = threading.Barrier(2)
    tries: list[str] = []

    def cross(first: str, second: str) -> None:
        def change() -> None:
            with transaction(engine) as connection:
                connection.execute(setting.update().where(setting.c.name == first).values(value=f"{first} {second}"))
                if tries.count(first) == 0:
                    tries.append(first)
                    meet.wait(10)
                connection.execute(setting.update().where(setting.c.name == second).values(value=f"{first} {second}"))

        retrying(change)

    crossing = threading.Thread(target=cross, args=("rollups", "write_gate"))
    crossing.start()
    cross("write_gate", "rollups")
    crossing.join(10)
    with snapshot(engine) as connection:
        values = connection.execute(select(setting.c.value).where(setting.c.name.in_(["rollups", "write_gate"]))).all()
    assert len(set(values)) == 1, "one of the two came last, whole"
    engine.dispose()
    postgres_server.drop(name)
