"""A time limit that holds on our side: a frozen server defeats every limit it was itself asked to keep."""

import sqlite3
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg import generators
from psycopg.errors import _WaitTimeout
from psycopg.pq import ExecStatus

T = TypeVar("T")

PING_SECONDS = 1.0
"""Longest wait for a sign of life of a pooled connection before another server is tried."""

QUERY_SECONDS = 3.0
"""Longest time a question may run; the engine stops it."""

GRACE_SECONDS = 1.0
"""How much longer we wait before we decide that the server is frozen and cut the line."""

BULK_SECONDS = 3_600.0
"""Longest wait of a writer for one answer: no statement of a load or a rebuild takes an hour."""

SILENCE_SECONDS = 20.0
"""A writer that has waited so long asks beside it whether the server still lets anybody in, and again each time."""

LETTING_IN_SECONDS = 10
"""Longest wait for that; a server that does not answer `SILENT_TRIES` of them in a row is frozen or unreachable."""

SILENT_TRIES = 2

HANDLER_STEPS = 10_000
"""Instructions of SQLite between two looks at the clock (a few tenths of a millisecond)."""


class GuardedConnection(psycopg.Connection[Any]):
    """A psycopg connection that waits for any answer at most `limit_seconds`, then cuts the line.

    Every wait of psycopg passes `wait`: statements, fetches, COMMIT and ROLLBACK. So nothing hangs on a frozen server
    or a dead line, and no timer thread is needed.
    """

    limit_seconds: float | None = None
    when_silent: Callable[[], None] = staticmethod(lambda: None)
    """Called when the limit has passed: whoever chose this server may choose another."""
    is_wanted: Callable[[], bool] = staticmethod(lambda: True)
    """Says whether the pool shall go on using this server."""

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Return the result of the generator; raise `OperationalError` and close when the limit passes first."""
        try:
            return super().wait(gen, interval, self.limit_seconds if timeout is None else timeout)
        except _WaitTimeout:
            self.cut()
            raise psycopg.OperationalError("no answer within the time limit of the client") from None

    def __del__(self, *_: Any) -> None:
        """End quietly: a pool that is given up drops the connections that are in use then."""
        if hasattr(self, "pgconn"):
            self.pgconn.finish()

    def cut(self) -> None:
        """Close the line without a word to the other side, which would not hear it."""
        self.pgconn.finish()
        self.when_silent()

    def ping(self, seconds: float) -> None:
        """Return once the server answered an empty statement; raise `OperationalError` after that many seconds."""
        self.pgconn.send_query(b"")
        results = self.wait(generators.execute(self.pgconn), timeout=seconds)
        if [result.status for result in results] != [ExecStatus.EMPTY_QUERY]:
            raise psycopg.OperationalError("the server does not answer an empty statement")


class PatientConnection(GuardedConnection):
    """A connection that waits long for a server that works, and not for one that is frozen.

    A frozen server's kernel still acknowledges what we send, so that no setting of TCP notices. Therefore a second
    connection knocks from time to time while an answer is awaited; being refused is an answer too.
    """

    settings: dict[str, Any]

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Return the result of the generator; raise `OperationalError` and close when the server has fallen silent."""
        return super().wait(self._attended(gen), interval, timeout)

    def _attended(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """Pass on what the generator waits for; psycopg wakes it every `interval` also while nothing comes."""
        heard_at, ready = time.monotonic(), None
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            ready = yield wanted
            if ready:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > SILENCE_SECONDS:
                self._knock()
                heard_at = time.monotonic()

    def _knock(self) -> None:
        here = {"host": self.info.host, "port": self.info.port, "connect_timeout": LETTING_IN_SECONDS}
        here |= {"hostaddr": self.info.hostaddr} if self.info.hostaddr else {}
        for _ in range(SILENT_TRIES):
            try:
                psycopg.connect(**self.settings | here | {"target_session_attrs": "any"}).close()
            except psycopg.errors.ConnectionTimeout:
                continue
            except psycopg.OperationalError:
                return
            return
        self.cut()
        raise psycopg.OperationalError("the server has fallen silent")


class SqliteDeadline:
    """The progress handler of one SQLite connection: stops the statement that runs when its time is over."""

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        """Watch the connection; each statement may run that many seconds from `start`."""
        self.seconds = seconds
        self.ends_at = float("inf")
        connection.set_progress_handler(self._is_over, HANDLER_STEPS)

    def start(self) -> None:
        """Give the statement that starts now its full time."""
        self.ends_at = time.monotonic() + self.seconds

    def _is_over(self) -> bool:
        return time.monotonic() > self.ends_at
