"""One address for a primary and its standby: reads go to the standby, writes to the primary, whichever dies."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from data.engine import reader, retrying, snapshot, transaction, writer
from data.errors import AccessRefused, DatabaseUnreachable
from tests import postgres

PATIENCE_SECONDS = 30.0


@pytest.fixture
def pair() -> Iterator[tuple[postgres.Server, postgres.Server]]:
    """A primary and a standby that follows it."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    primary = postgres.Server.started()
    standby = primary.standby()
    yield primary, standby
    standby.stop()
    primary.stop()


def address_of(pair: tuple[postgres.Server, postgres.Server]) -> str:
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in pair)
    return f"postgresql://postgres:{pair[0].password}@{hosts}/postgres"


def port_asked(engine: Engine) -> int:
    def read() -> int:
        with snapshot(engine) as connection:
            return int(connection.execute(text("SHOW port")).scalar_one())

    return retrying(read)


def written_port(engine: Engine) -> int:
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS x (i int)"))
        return int(connection.execute(text("SHOW port")).scalar_one())


def test_reads_and_writes_find_their_server_and_reads_outlive_either(
    pair: tuple[postgres.Server, postgres.Server],
) -> None:
    primary, standby = pair
    reading, writing = reader(address_of(pair)), writer(address_of(pair))
    assert port_asked(reading) == standby.port
    assert written_port(writing) == primary.port

    standby.kill()
    started = time.monotonic()
    assert port_asked(reading) == primary.port
    assert time.monotonic() - started <= 1.0
    standby.start()

    reading.dispose()
    assert port_asked(reading) == standby.port
    primary.kill()
    assert port_asked(reading) == standby.port
    with pytest.raises(DatabaseUnreachable):
        written_port(writing)

    standby.administer("SELECT pg_promote()")
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while (found := _try_to_write(writing)) is None and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert found == standby.port
    for engine in (reading, writing):
        engine.dispose()


def _try_to_write(engine: Engine) -> int | None:
    try:
        return written_port(engine)
    except (AccessRefused, DatabaseUnreachable):
        return None


def test_a_frozen_standby_costs_a_ping_and_a_connection(pair: tuple[postgres.Server, postgres.Server]) -> None:
    primary, standby = pair
    reading = reader(address_of(pair))
    assert port_asked(reading) == standby.port
    standby.freeze()
    started = time.monotonic()
    assert port_asked(reading) == primary.port
    assert time.monotonic() - started <= 5.0
    standby.thaw()
    reading.dispose()
