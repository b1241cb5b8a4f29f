"""How the program reaches the database: engines for reading and writing, one snapshot, one transaction, one retry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from data import postgresql_engines, sqlite_engines
from data.addresses import normalise
from data.deadlines import QUERY_SECONDS
from data.errors import DatabaseFault, translate, translated
from data.hosts import Hosts, heartbeat

__all__ = [
    "Standing",
    "check",
    "checkpoint",
    "follow",
    "is_postgres",
    "normalise",
    "ping",
    "reader",
    "retrying",
    "snapshot",
    "transaction",
    "writer",
]

T = TypeVar("T")


class Standing(Enum):
    """What a server that is read is among those of its address."""

    CURRENT = "as new as any other, or the only one"
    LEFT = "another one is read from now on"
    STOPPED = "old, and nothing newer can be read"


def reader(address: str | URL, *, query_seconds: float = QUERY_SECONDS) -> Engine:
    """Return an engine that cannot write; a question that runs longer than `query_seconds` is stopped.

    Nothing is connected and no file is made; the first use raises `DatabaseUnreachable` when nothing is there.
    """
    url = normalise(address)
    make = sqlite_engines.reader if url.drivername.startswith("sqlite") else postgresql_engines.reader
    return make(url, query_seconds)


def writer(address: str | URL) -> Engine:
    """Return an engine for writing. It makes no file: `data.schema.create` does."""
    url = normalise(address)
    make = sqlite_engines.writer if url.drivername.startswith("sqlite") else postgresql_engines.writer
    return make(url)


def is_postgres(connection: Connection | Engine) -> bool:
    """Return whether the engine behind the connection speaks PostgreSQL."""
    return connection.dialect.name == "postgresql"


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give one read-only transaction: everything read in it is of one moment. Faults come as `data.errors`."""
    with translated(), engine.connect() as connection:
        connection.execution_options(posko_reads=True)
        if not is_postgres(engine):
            connection.begin()  # what reads past SQLAlchemy would begin nothing
            yield connection
            return
        limit = engine.get_execution_options().get("posko_query_seconds")
        if limit is None:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
            connection.execute(text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": f"{limit:.3f}s"})
        yield connection


@contextmanager
def transaction(engine: Engine, *, is_large: bool = False) -> Iterator[Connection]:
    """Give one transaction for writing, committed at the end of the block. Faults come as `data.errors`.

    A large one sorts whole tables, or records more than ten thousand rows in one call: what SQLite puts aside meanwhile
    goes into a file, elsewhere into memory.
    """
    with translated():
        with (engine.execution_options(**{sqlite_engines.LARGE: True}) if is_large else engine).begin() as connection:
            yield connection
        if not is_postgres(engine):
            sqlite_engines.require_file(engine)
            sqlite_engines.shorten_log(engine)


def ping(connection: Connection) -> None:
    """Pass when the server answers within a second, else raise `DatabaseUnreachable`; a SQLite file needs no asking."""
    if is_postgres(connection):
        with translated():
            postgresql_engines.ping(connection)


def follow(connection: Connection) -> Standing:
    """Compare what this connection shows with the other servers of its address, if any; call it often, it never waits.

    STOPPED is only said of several servers: of one nobody can tell silent writers from a copy that has stopped.
    """
    servers: Hosts | None = connection.get_execution_options().get("posko_hosts")
    if servers is None:
        return Standing.CURRENT
    written_at = heartbeat(connection)
    servers.follow(written_at)
    guarded: Any = connection.connection.driver_connection
    if not guarded.is_wanted():
        return Standing.LEFT
    return Standing.STOPPED if servers.is_cut_off else Standing.CURRENT


def checkpoint(engine: Engine) -> None:
    """Copy SQLite's write-ahead log into the file and empty it; on PostgreSQL the server does so by itself."""
    if not is_postgres(engine):
        with translated():
            sqlite_engines.checkpoint(engine)


def check(engine: Engine) -> None:
    """Pass when the structure of a SQLite file is whole, else raise `DatabaseDamaged`; PostgreSQL checks its own pages.

    A reading engine needs a `query_seconds` that lasts for the whole file. A changed value inside a whole structure
    goes unseen: for that there are backups and `data.rollups.recount.verify`.
    """
    if not is_postgres(engine):
        with translated():
            sqlite_engines.check(engine)


def retrying(function: Callable[[], T]) -> T:
    """Return what the function returns; call the whole of it exactly once more after a fault that may have passed.

    Such faults: lost connections (08xxx, 57P01), serialisation and deadlock (40001, 40P01), SQLITE_BUSY.
    """
    try:
        with translated():
            return function()
    except DatabaseFault as fault:
        if not translate(fault).passing:
            raise
    with translated():
        return function()
