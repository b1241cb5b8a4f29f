"""A time limit that holds on our side: a frozen server defeats every limit it was itself asked to keep."""

import sqlite3
import time
from collections.abc import Generator
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

HANDLER_STEPS = 10_000
"""Instructions of SQLite between two looks at the clock (a few tenths of a millisecond)."""


class GuardedConnection(psycopg.Connection[Any]):
    """A psycopg connection that waits for any answer at most `limit_seconds`, then cuts the line.

    Every wait of psycopg passes `wait`: statements, fetches, COMMIT and ROLLBACK. So nothing hangs on a frozen server
    or a dead line, and no timer thread is needed.
    """

    limit_seconds: float | None = None

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Return the result of the generator; raise `OperationalError` and close when the limit passes first."""
        try:
            return super().wait(gen, interval, self.limit_seconds if timeout is None else timeout)
        except _WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer within the time limit of the client") from None

    def ping(self, seconds: float) -> None:
        """Return once the server answered an empty statement; raise `OperationalError` after that many seconds."""
        self.pgconn.send_query(b"")
        results = self.wait(generators.execute(self.pgconn), timeout=seconds)
        if [result.status for result in results] != [ExecStatus.EMPTY_QUERY]:
            raise psycopg.OperationalError("the server does not answer an empty statement")


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
