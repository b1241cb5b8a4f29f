"""Packets that vanish on the way to PostgreSQL: a read moves to another server or says so in time, and comes back."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, text

from data.deadlines import GRACE_SECONDS, PING_SECONDS
from data.engine import reader, retrying, snapshot
from data.errors import DatabaseUnreachable
from data.postgresql_engines import CONNECT
from tests import lines, postgres

PROMISE_SECONDS = 5.0
"""Longest gap between good reads when another server can be read."""

SLACK_SECONDS = 3.0
"""What the work itself may take on a busy machine."""

QUERY_SECONDS = 0.5
WHICH = text("SELECT current_setting('port')")


@pytest.fixture(scope="module", params=["namespace", "proxy"])
def line(request: pytest.FixtureRequest, postgres_server: postgres.Server) -> Iterator[lines.Line]:
    """A line that loses packets: real ones in a network namespace; where the kernel refuses that, through a proxy."""
    with ExitStack() as ending:
        try:
            in_a_namespace = request.param == "namespace"
            opened = lines.line_to_a_server(postgres_server.password, in_a_namespace=in_a_namespace)
            yield ending.enter_context(opened)
        except lines.Refused as refused:
            print(f"no network namespace here, so a proxy holds its tongue instead: {refused}")  # noqa: T201 - which way
            yield ending.enter_context(lines.line_to_a_server(postgres_server.password, in_a_namespace=False))


@pytest.fixture
def whole(line: lines.Line) -> Iterator[lines.Line]:
    """The line, whole before and after each test."""
    yield line
    line.way.lift()


def port_read(engine: Engine) -> int:
    """Read which server answers, as a page reads: one snapshot, tried once more after a fault that may have passed."""

    def read() -> int:
        with snapshot(engine) as connection:
            return int(connection.execute(WHICH).scalar_one())

    return retrying(read)


def seconds_until_read(engine: Engine, patience_seconds: float = 30.0) -> float:
    """Return how long it takes until a read is good again."""
    started = time.monotonic()
    while True:
        try:
            port_read(engine)
        except DatabaseUnreachable:
            assert time.monotonic() - started < patience_seconds
        else:
            return time.monotonic() - started


def test_a_read_moves_to_the_other_server_when_packets_vanish(
    whole: lines.Line, postgres_server: postgres.Server
) -> None:
    engine = reader(whole.address(postgres_server))
    assert port_read(engine) == whole.server.port
    whole.way.drop()
    started = time.monotonic()
    assert port_read(engine) == postgres_server.port
    assert time.monotonic() - started <= PROMISE_SECONDS
    whole.way.lift()
    assert port_read(engine) == postgres_server.port
    engine.dispose()
    assert port_read(engine) == whole.server.port, "the first one is read again once it is chosen anew"
    engine.dispose()


def test_without_another_server_it_is_said_in_time_and_comes_back_by_itself(whole: lines.Line) -> None:
    engine = reader(whole.address())
    assert port_read(engine) == whole.server.port
    whole.way.drop()
    for waits in (PING_SECONDS, 0.0):
        started = time.monotonic()
        with pytest.raises(DatabaseUnreachable) as said:
            port_read(engine)
        took = time.monotonic() - started
        assert took <= waits + 2 * CONNECT["connect_timeout"] + SLACK_SECONDS
        assert not any(word in str(said.value) for word in (whole.host, str(whole.port), whole.server.password))
    whole.way.lift()
    assert seconds_until_read(engine) <= PROMISE_SECONDS
    engine.dispose()


def test_packets_that_vanish_in_the_middle_of_a_question_end_it_in_time(whole: lines.Line) -> None:
    engine = reader(whole.address(), query_seconds=QUERY_SECONDS)

    def read() -> None:
        with snapshot(engine) as connection:
            connection.execute(WHICH)
            whole.way.drop()
            dropped_at.append(time.monotonic())
            connection.execute(WHICH)

    dropped_at: list[float] = []
    with pytest.raises(DatabaseUnreachable):
        read()
    assert time.monotonic() - dropped_at[0] <= QUERY_SECONDS + GRACE_SECONDS + SLACK_SECONDS
    whole.way.lift()
    assert seconds_until_read(engine) <= PROMISE_SECONDS
    engine.dispose()
