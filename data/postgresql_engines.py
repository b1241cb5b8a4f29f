"""Engines on one or more PostgreSQL servers, each connection guarded by a time limit of our own."""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import Format
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DisconnectionError

from data.addresses import has_several_hosts
from data.deadlines import BULK_SECONDS, GRACE_SECONDS, PING_SECONDS, GuardedConnection, PatientConnection
from data.hosts import Hosts

CONNECT: dict[str, Any] = {
    "application_name": "posko",
    "connect_timeout": 2,
    "tcp_user_timeout": 2000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""Libpq settings (seconds; tcp_user_timeout in milliseconds) unless the address says otherwise."""

BINARY = "posko_binary"
"""Execution option of a statement whose answer comes as the server holds it: bytes are half as long as their text."""

POOL = {"pool_size": 5, "max_overflow": 2, "pool_timeout": 3.0, "pool_recycle": 600}

Connect = Callable[[dict[str, Any]], GuardedConnection]


def reader(url: URL, query_seconds: float) -> Engine:
    """Return an engine for reading: a standby where there is one, each wait at most `query_seconds` plus a grace.

    Of several servers one is read by all connections of the engine (`data.hosts`).
    """
    servers = Hosts() if has_several_hosts(url) and "hostaddr" not in url.query else None
    limit_seconds = query_seconds + GRACE_SECONDS

    def connect(settings: dict[str, Any]) -> GuardedConnection:
        if servers is None:
            connection = GuardedConnection.connect(**settings, prepare_threshold=None)
        else:
            connection, host = servers.connect(settings)
            connection.when_silent = partial(servers.leave, host)
            connection.is_wanted = partial(servers.is_read, host)
        connection.limit_seconds = limit_seconds
        connection.read_only = True  # for good: SQLAlchemy would set it back to read-write, which a standby refuses
        return connection

    options = {"posko_query_seconds": query_seconds, "posko_hosts": servers}
    engine = _engine(url, "prefer-standby", connect, execution_options=options)
    if servers is not None:
        event.listen(engine, "engine_disposed", lambda _engine: servers.forget())
    return engine


def writer(url: URL) -> Engine:
    """Return an engine for writing: the primary, READ COMMITTED.

    A statement may run for `BULK_SECONDS`: a load is slow, not dead. That the server lives is asked beside it.
    """
    query = dict(url.query)
    query.pop("target_session_attrs", None)

    def connect(settings: dict[str, Any]) -> GuardedConnection:
        connection = PatientConnection.connect(**settings, prepare_threshold=None)
        connection.limit_seconds = BULK_SECONDS
        connection.settings = settings
        return connection

    return _engine(url.set(query=query), "primary", connect, isolation_level="READ COMMITTED")


def ping(connection: Connection) -> None:
    """Pass when the server of this connection answers within `PING_SECONDS` and is still the one to be read."""
    guarded: Any = connection.connection.driver_connection
    try:
        guarded.ping(PING_SECONDS)
    except psycopg.Error:
        connection.invalidate()
        raise


def _engine(url: URL, target: str, connect: Connect, **options: Any) -> Engine:
    defaults = CONNECT | ({"target_session_attrs": target} if has_several_hosts(url) else {})
    settings = {name: value for name, value in defaults.items() if name not in url.query}
    engine = create_engine(url, connect_args=settings, hide_parameters=True, use_native_hstore=False, **POOL, **options)

    @event.listens_for(engine, "do_connect")
    def open_one(_dialect: Dialect, record: Any, _arguments: list[Any], settings: dict[str, Any]) -> GuardedConnection:
        record.info["is_new"] = True
        return connect(settings)

    @event.listens_for(engine, "before_cursor_execute")
    def ask(_connection: Connection, cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        if BINARY in context.execution_options:
            cursor.format = Format.BINARY

    @event.listens_for(engine, "checkout")
    def check(connection: GuardedConnection, record: Any, _proxy: Any) -> None:
        if record.info.pop("is_new", False):
            return
        if not connection.is_wanted():
            raise DisconnectionError("another server is read from now on")
        try:
            connection.ping(PING_SECONDS)
        except psycopg.Error as error:
            raise DisconnectionError("the pooled connection is dead") from error

    return engine
