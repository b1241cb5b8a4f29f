"""Where the database is: one address in, in any usual spelling; one SQLAlchemy URL out."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from data.errors import AddressUnusable

SERVER = re.compile(
    r"postgres(?:ql)?(?:\+psycopg)?://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?"
    r"(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)
"""An address of one or several PostgreSQL servers: postgresql://user:password@host:port,host:port/database?option=value."""

HOST = re.compile(r"(?P<name>[^:,@\[\]]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d+))?")

SESSION_TARGETS = ("any", "primary", "standby", "prefer-standby")
"""`read-only` and `read-write` are refused: they look at a setting of the role, not at the role of the server."""


def normalise(address: str | URL) -> URL:
    """Return the URL of a SQLite file or of one or more PostgreSQL servers; raise `AddressUnusable` for anything else.

    Accepts a bare path, sqlite:///path, postgres://, postgresql:// and postgresql+psycopg://, with hosts separated
    by commas or given as repeated `host=name:port` options. A path becomes absolute.
    """
    text = address.render_as_string(hide_password=False) if isinstance(address, URL) else address.strip()
    if text.startswith("postgres"):
        return _servers(text)
    if text.startswith("sqlite"):
        return _file(_parsed(text).database)
    if "://" in text:
        raise AddressUnusable("The database address names an engine that is neither SQLite nor PostgreSQL.")
    return _file(text)


def _parsed(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise AddressUnusable() from None


def _file(path: str | None) -> URL:
    if not path or path == ":memory:" or path.startswith("file:"):
        raise AddressUnusable("The database address names no file; write sqlite:////folder/posko.db or just its path.")
    return URL.create("sqlite+pysqlite", database=str(Path(path).expanduser().absolute()))


def _servers(text: str) -> URL:
    parts = SERVER.fullmatch(text)
    if parts is None:
        raise AddressUnusable
    host, port, query = _hosts(parts["hosts"], parse_qsl(parts["query"] or "", keep_blank_values=True))
    user, password, database = (unquote(part) if part else None for part in parts.group("user", "password", "database"))
    return URL.create("postgresql+psycopg", user, password, host, port, database, query)


def _hosts(
    listed: str, options: list[tuple[str, str]]
) -> tuple[str | None, int | None, dict[str, str | tuple[str, ...]]]:
    """Return host and port of a single server, and the options, which hold the hosts when there are several."""
    query: dict[str, str | tuple[str, ...]] = dict(options)
    _check_target(query.get("target_session_attrs"))
    named = [_host_and_port(host) for host in listed.split(",") if host]
    hosts = [host for name, value in options if name == "host" for host in value.split(",")]
    if len(named) > 1:
        hosts = [*listed.split(","), *hosts]
    if len(hosts) > 1:
        query["host"] = _with_ports(hosts, str(query.pop("port", "")).split(","))
    elif hosts:
        query["host"] = hosts[0]
    host, port = named[0] if len(named) == 1 else (None, None)
    return host, port, query


def _with_ports(hosts: list[str], ports: list[str]) -> tuple[str, ...]:
    """Return several hosts, each with its port; one `port` option stands for all of them, several are in order."""
    if len(ports) not in (1, len(hosts)):
        raise AddressUnusable("The database address has several hosts and another number of ports.")
    every = ports if len(ports) > 1 else ports * len(hosts)
    is_bare = [":" not in host.rpartition("]")[2] for host in hosts]
    return tuple(
        f"{host}:{port}" if bare and port else host for host, port, bare in zip(hosts, every, is_bare, strict=True)
    )


def _host_and_port(text: str) -> tuple[str, int | None]:
    parts = HOST.fullmatch(text)
    if parts is None:
        raise AddressUnusable("The database address has a host that is not written name:port.")
    return unquote(parts["name"]).strip("[]"), int(parts["port"]) if parts["port"] else None


def _check_target(target: object) -> None:
    if target is not None and target not in SESSION_TARGETS:
        raise AddressUnusable(f"target_session_attrs must be one of {', '.join(SESSION_TARGETS)}.")


def has_several_hosts(url: URL) -> bool:
    """Return whether the address names more than one server."""
    hosts = url.query.get("host", ())
    return not isinstance(hosts, str) and len(hosts) > 1
