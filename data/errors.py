"""What can go wrong with the database, in words that name the mend and never an address, a path or a statement."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class DatabaseFault(Exception):
    """A fault of the database. `passing` says that the same read or write may succeed when tried once more."""

    sentence = "The database refused a statement. The log of this program names it."
    passing = False

    def __init__(self, sentence: str | None = None, *, passing: bool | None = None) -> None:
        """Keep the sentence shown to people; without one, the sentence of the class."""
        super().__init__(sentence or self.sentence)
        if passing is not None:
            self.passing = passing


class AddressUnusable(DatabaseFault):
    """The address of the database cannot be used as it is written."""

    sentence = "The database address cannot be used."


class DatabaseUnreachable(DatabaseFault):
    """No server answers, or the file is not there."""

    sentence = "The database cannot be reached. Check that it runs and that POSKO_DATABASE_URL names it and its role."
    passing = True


class DatabaseBusy(DatabaseFault):
    """Another writer holds the database, or every connection is in use."""

    sentence = "The database is busy with other work. Try again in a moment."
    passing = True


class QueryTooSlow(DatabaseFault):
    """A question ran into its time limit and was stopped."""

    sentence = "The question took too long and was stopped. Choose a shorter window or fewer groups."


class DatabaseFull(DatabaseFault):
    """No room is left on the disk; nothing of the refused write was kept."""

    sentence = "The disk of the database is full. Nothing of this write was kept; make room and repeat it."


class DatabaseDamaged(DatabaseFault):
    """The file is not a database, or parts of it are lost."""

    sentence = "The database file is damaged or is not a database. Keep it, and put back the newest backup."


class AccessRefused(DatabaseFault):
    """The role may not do this, or its password is wrong."""

    sentence = "The database refuses this role. Ask its administrator for the rights that this task needs."


class SchemaMissing(DatabaseFault):
    """The database has none of our tables."""

    sentence = "The database has no tables of Posko yet. Make them with `posko db init`."


class SchemaOlder(DatabaseFault):
    """The tables are older than this program."""

    sentence = "The tables are older than this program. Bring them up to date with `posko db upgrade`."


class SchemaNewer(DatabaseFault):
    """The tables are of a newer major version than this program."""

    sentence = "The tables are newer than this program. Install the newer Posko, then start it again."


SQLITE_FAULTS: dict[int, type[DatabaseFault]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_INTERRUPT: QueryTooSlow,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_IOERR: DatabaseDamaged,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
    sqlite3.SQLITE_READONLY: AccessRefused,
    sqlite3.SQLITE_PERM: AccessRefused,
}
"""Primary result codes of SQLite and what they mean here."""

POSTGRESQL_FAULTS: dict[str, type[DatabaseFault]] = {
    "08": DatabaseUnreachable,
    "57P": DatabaseUnreachable,
    "25006": AccessRefused,
    "28": AccessRefused,
    "3D000": DatabaseUnreachable,
    "40001": DatabaseBusy,
    "40P01": DatabaseBusy,
    "42501": AccessRefused,
    "42P01": SchemaMissing,
    "53100": DatabaseFull,
    "53": DatabaseBusy,
    "55P03": DatabaseBusy,
    "57014": QueryTooSlow,
    "58": DatabaseDamaged,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}
"""SQLSTATE codes, or the beginnings of them, and what they mean here; the longest fitting one counts."""


def translate(error: BaseException) -> DatabaseFault:
    """Return our own fault for an exception of SQLAlchemy or of a driver; one of ours comes back as it is."""
    if isinstance(error, DatabaseFault):
        return error
    if isinstance(error, PoolTimeoutError):
        return DatabaseBusy()
    if isinstance(error, PendingRollbackError):  # the connection was lost within a savepoint, whose end comes too late
        return DatabaseUnreachable()
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(original, sqlite3.Error):
        return _sqlite_fault(original)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return _postgresql_fault(original, lost)


def _sqlite_fault(error: sqlite3.Error) -> DatabaseFault:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return DatabaseFault()
    if "no such table" in str(error):
        return SchemaMissing()
    return SQLITE_FAULTS.get(code & 0xFF, DatabaseFault)()


def _postgresql_fault(error: BaseException, lost: bool) -> DatabaseFault:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return DatabaseUnreachable() if lost or isinstance(error, psycopg.OperationalError) else DatabaseFault()
    fits = [known for known in POSTGRESQL_FAULTS if state.startswith(known)]
    fault = POSTGRESQL_FAULTS[max(fits, key=len)] if fits else DatabaseFault
    return fault()


@contextmanager
def translated() -> Iterator[None]:
    """Turn every database exception of the block into our own; other exceptions pass as they are."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, PendingRollbackError, sqlite3.Error, psycopg.Error) as error:
        raise translate(error) from error
