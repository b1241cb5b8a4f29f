"""Engines on a SQLite file: a reader that can never make or change a file, and a writer that queues politely."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from data.deadlines import SqliteDeadline
from data.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnreachable, translate

READ_WAIT_SECONDS = 1.0
"""How long a reader waits for a lock; in WAL mode only recovery after a crash can hold one."""

WRITE_WAIT_SECONDS = 10.0
"""How long a writer waits for another writer before it says that the database is busy."""

CACHE_KIBIBYTES = 16_384
"""Page cache of one connection. SQLite empties it whenever another program has written, so a larger one gains little.

The file is never mapped into memory (mmap_size): a file cut while it is mapped kills the whole process with SIGBUS
(tried), and beside a live writer short questions took up to 2.6 times longer with a mapping than without (measured).
"""

WRITER_CACHE_KIBIBYTES = 65_536
"""Page cache of a connection that writes (64 MiB): mostly it is the only writer, so the pages of all keys that lie in
random order are still there for the next thousand rows. With 16 MiB half as many again were read anew."""

LOG_PAGES = 8_192
"""Pages of the write-ahead log (32 MiB) from which a commit copies it into the file. A thousand rows change thousands
of pages, and the next thousand many of them again: by SQLite's own limit every such commit would copy them all."""

LOG_BYTES = 67_108_864
"""Size of the log (64 MiB) above which the writer waits for readers and empties it. Up to there its place is used
again: to write over a file is cheaper than to let it grow."""

LOG_WAIT_SECONDS = 1.0
"""How long it waits for them after each commit: a writer that outruns a long reader is slowed, the log is not lost."""

KEPT_STATEMENTS = 1_000
"""Statements a connection keeps ready: pages ask a few hundred, and to read one anew takes longer than to run it."""

LARGE = "posko_large"
"""Execution option of a transaction that sorts or changes whole tables: what it puts aside goes into a file."""

FILE = "posko_file"
"""Execution option of a writing engine: which file it writes to."""

GONE = "The database file was removed or replaced while it was written. Put it back, and run the same command again."

POOL: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 5, "max_overflow": 2, "pool_timeout": 3.0}


def reader(url: URL, query_seconds: float) -> Engine:
    """Return an engine whose connections open the file read-only and stop a statement after `query_seconds`."""
    options = {"posko_query_seconds": query_seconds}
    engine = _engine(url, "ro", READ_WAIT_SECONDS, options)

    @event.listens_for(engine, "connect")
    def guard(connection: sqlite3.Connection, record: Any) -> None:
        record.info["deadline"] = SqliteDeadline(connection, query_seconds)

    @event.listens_for(engine, "before_cursor_execute")
    def start(connection: Connection, *_: Any) -> None:
        connection.info["deadline"].start()

    return engine


def writer(url: URL) -> Engine:
    """Return an engine whose transactions take the write lock at once (BEGIN IMMEDIATE) and are on disk at commit.

    synchronous=FULL: a commit is flushed to the disk before it is acknowledged, so that neither kill -9 nor a power
    cut loses it; NORMAL would survive kill -9 alone.
    """
    engine = _engine(url, "rw", WRITE_WAIT_SECONDS, {})

    @event.listens_for(engine, "connect")
    def tune(connection: sqlite3.Connection, _record: Any) -> None:
        if FILE not in engine.get_execution_options():
            engine.update_execution_options(**{FILE: _identity(url.database)})
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIBIBYTES}")

    return engine


def make_file(url: URL) -> None:
    """Make the file if it is missing and switch it to write-ahead logging; the folder must exist."""
    ends_at = time.monotonic() + WRITE_WAIT_SECONDS
    while not _is_made(url):
        if time.monotonic() > ends_at:
            raise DatabaseBusy
        time.sleep(0.01)


def _is_made(url: URL) -> bool:
    """Switch to write-ahead logging; False while another program does: SQLite's own waiting does not cover that."""
    connection = sqlite3.connect(_uri(url, "rwc"), uri=True)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if isinstance(translate(error), DatabaseBusy):
            return False
        raise
    finally:
        connection.close()
    return True


def checkpoint(engine: Engine) -> None:
    """Copy the log into the file and empty it, unless a reader of an older moment stays in the way."""
    with engine.connect() as connection:
        raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        raw.execute(f"PRAGMA busy_timeout = {LOG_WAIT_SECONDS * 1000:.0f}")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        raw.execute(f"PRAGMA busy_timeout = {WRITE_WAIT_SECONDS * 1000:.0f}")


@contextmanager
def unlogged(engine: Engine) -> Iterator[None]:
    """Write straight into a file that nobody else has opened: no log is kept, so a block that fails spoils the file.

    A log as long as ten million rows is searched for every page that is not in memory, and all is written twice.
    """
    engine.dispose()
    _set_journal(engine, "OFF")
    yield
    engine.dispose()
    _set_journal(engine, "WAL")


def _set_journal(engine: Engine, mode: str) -> None:
    with engine.connect() as connection:
        raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        raw.execute(f"PRAGMA journal_mode = {mode}").fetchall()


def check(engine: Engine) -> None:
    """Read through the whole file; raise `DatabaseDamaged` where its structure is broken (16 ms for 21 MB)."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise DatabaseDamaged


def require_file(engine: Engine) -> None:
    """Raise `DatabaseUnreachable` when the file is no longer the one that was opened; the next use opens what is there.

    SQLite goes on writing to a file that was removed or replaced, without a word; nobody would ever read it.
    """
    options = engine.get_execution_options()
    if FILE in options and options[FILE] != _identity(engine.url.database):
        engine.dispose()
        engine.update_execution_options(**{FILE: _identity(engine.url.database)})
        raise DatabaseUnreachable(GONE, passing=False)


def _identity(path: str | None) -> tuple[int, int] | None:
    """Return by what a file is told from another at the same path; None where there is none."""
    try:
        found = Path(path or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def shorten_log(engine: Engine) -> None:
    """Empty the write-ahead log when it has grown beyond `LOG_BYTES`: slow readers keep SQLite from doing so itself."""
    log = Path(f"{engine.url.database}-wal")
    if log.exists() and log.stat().st_size > LOG_BYTES:
        checkpoint(engine)


def _uri(url: URL, mode: str) -> str:
    return f"file:{quote(url.database or '')}?mode={mode}"


def _engine(url: URL, mode: str, wait_seconds: float, options: dict[str, Any]) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            _uri(url, mode), uri=True, timeout=wait_seconds, isolation_level=None, check_same_thread=False,
            cached_statements=KEPT_STATEMENTS,
        )  # fmt: skip
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            connection.execute("PRAGMA mmap_size = 0")
        except UnicodeDecodeError as error:  # it quotes what stands in place of its tables
            connection.close()
            raise DatabaseDamaged from error
        return connection

    engine = create_engine(url, creator=connect, hide_parameters=True, execution_options=options, **POOL)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = mode == "ro" or connection.get_execution_options().get("posko_reads")
        if not reads:
            _choose_aside(connection)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _choose_aside(connection: Connection) -> None:
    """Choose where SQLite puts pages aside, as they were before a savepoint and before each statement with triggers.

    In memory, some 30 MB for a thousand rows and until the recording function ends: in a file, two writes a page, it
    was a quarter of recording. What is sorted goes the same way, so whole tables use a file.
    """
    place = "FILE" if connection.get_execution_options().get(LARGE) else "MEMORY"
    connection.exec_driver_sql(f"PRAGMA temp_store = {place}")
