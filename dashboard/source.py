"""The one engine of this process for reading, and what each fault of the database is called on the screen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard import settings
from data import schema
from data.engine import normalise, reader
from data.errors import (
    AccessRefused,
    AddressUnusable,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnreachable,
    QueryTooSlow,
    SchemaMissing,
    SchemaNewer,
    SchemaOlder,
    translated,
)

UNSET = "unset"
"""The problem of a process that was told no database."""

PROBLEMS: dict[type[BaseException], str] = {
    AddressUnusable: "address",
    DatabaseUnreachable: "unreachable",
    DatabaseBusy: "busy",
    QueryTooSlow: "slow",
    DatabaseDamaged: "damaged",
    AccessRefused: "refused",
    SchemaMissing: "schema_missing",
    SchemaOlder: "schema_older",
    SchemaNewer: "schema_newer",
}
"""Fault -> code of its sentences in `language.shell`."""

_lock = threading.Lock()
_engines: dict[str, Any] = {}


def problem_of(error: BaseException) -> str:
    """Return the code of a fault of the database, or of any other error ("broken": our own mistake)."""
    return next((code for kind, code in PROBLEMS.items() if isinstance(error, kind)), "broken")


def is_set() -> bool:
    """Say whether the operator named a database."""
    return bool(settings.current().database_url)


def engine() -> Any:
    """Return the engine for reading, made once; raise `DatabaseUnreachable` when no database was named."""
    url = settings.current().database_url
    if not url:
        raise DatabaseUnreachable
    with _lock:
        if url not in _engines:
            _engines[url] = reader(url)
        return _engines[url]


def forget() -> None:
    """Close every pooled connection: the next question connects anew, to another server or a file put in its place."""
    with _lock:
        for one in _engines.values():
            one.dispose()


def identity() -> tuple[int, int] | None:
    """Return what tells one SQLite file from another put in its place; None where there is no file to look at."""
    url = settings.current().database_url
    address = normalise(url) if url else None
    if address is None or not address.drivername.startswith("sqlite"):
        return None
    try:
        found = Path(address.database or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def watching() -> Iterator[Any]:
    """Give one connection of its own for the watcher, the schema checked; faults come as `data.errors`."""
    with translated(), engine().connect() as connection:
        schema.require(connection)
        connection.rollback()
        yield connection
