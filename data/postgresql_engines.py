"""Engines on one or more PostgreSQL servers, each connection guarded by a time limit of our own."""

from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DisconnectionError

from data.addresses import has_several_hosts
from data.deadlines import GRACE_SECONDS, PING_SECONDS, GuardedConnection

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

POOL = {"pool_size": 5, "max_overflow": 2, "pool_timeout": 3.0, "pool_recycle": 600}


def reader(url: URL, query_seconds: float) -> Engine:
    """Return an engine for reading: a standby where there is one, each wait at most `query_seconds` plus a grace."""
    options = {"posko_query_seconds": query_seconds}
    return _engine(url, "prefer-standby", query_seconds + GRACE_SECONDS, execution_options=options)


def writer(url: URL) -> Engine:
    """Return an engine for writing: the primary, READ COMMITTED, without a limit on statements."""
    query = dict(url.query)
    query.pop("target_session_attrs", None)
    return _engine(url.set(query=query), "primary", None, isolation_level="READ COMMITTED")


def _engine(url: URL, target: str, limit_seconds: float | None, **options: Any) -> Engine:
    defaults = CONNECT | ({"target_session_attrs": target} if has_several_hosts(url) else {})
    settings = {name: value for name, value in defaults.items() if name not in url.query}
    engine = create_engine(url, connect_args=settings, hide_parameters=True, use_native_hstore=False, **POOL, **options)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, _record: Any, arguments: list[Any], settings: dict[str, Any]) -> GuardedConnection:
        connection = GuardedConnection.connect(*arguments, **settings, prepare_threshold=None)
        connection.limit_seconds = limit_seconds
        return connection

    @event.listens_for(engine, "checkout")
    def ping(connection: GuardedConnection, _record: Any, _proxy: Any) -> None:
        try:
            connection.ping(PING_SECONDS)
        except psycopg.Error as error:
            raise DisconnectionError("the pooled connection is dead") from error

    return engine
