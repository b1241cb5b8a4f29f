"""The watcher: one thread that asks the small `feed` table four times a second whether anything has changed."""

import random
import threading
import time
from collections.abc import Sequence

from dashboard import journal, source
from dashboard.hub import EVERYTHING, hub
from data.engine import Standing, follow, ping
from data.errors import translated
from queries import feeds

POLL_SECONDS = 0.25
"""Time between two looks: with it a commit is on the screen within a second."""

PAUSES_SECONDS = (1, 2, 4, 8, 15)
"""Waits before the next try to connect; the last one stays. Up to a fifth is added, so that processes spread."""

TIME_SECONDS = 30.0
"""Ages, windows and overdue counts move without any change of the data: a version for every screen at least this
often, also while some feeds go on and others have stopped."""

POKE_SECONDS = 2.0
"""A person who looks at a lost screen shortens the wait for the next try to this."""


class Watcher(threading.Thread):
    """Publishes a version whenever the feeds have moved; says why when the database cannot be asked."""

    def __init__(self) -> None:
        super().__init__(name="posko-watcher", daemon=True)
        self.looked = threading.Event()
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._tried_at = 0.0
        self._seen: dict[str, int] | None = None
        self._told_at = 0.0
        self._failures = 0
        self._tries_anew = False

    def run(self) -> None:
        """Connect, look, and connect again after a fault, until told to end."""
        while not self._ended.is_set():
            self._tried_at = time.monotonic()
            try:
                self._watch()
            except Exception as error:  # noqa: BLE001  nobody else would notice: a dead watcher is a frozen screen
                self._lose(error)

    def end(self) -> None:
        """Stop looking; the thread ends within one poll."""
        self._ended.set()
        self._woken.set()

    def poke(self) -> None:
        """Try again now rather than after the pause, if the last try is a moment ago."""
        if time.monotonic() - self._tried_at > POKE_SECONDS:
            self._woken.set()

    def _watch(self) -> None:
        file = source.identity()
        with source.watching() as connection:
            while not self._ended.is_set():
                with translated():
                    ping(connection)
                    self._look(feeds.version(connection))
                    standing = follow(connection)
                    connection.rollback()
                hub.set_stopped(standing is Standing.STOPPED)
                if standing is Standing.LEFT:
                    self._move()
                    return
                self._ended.wait(POLL_SECONDS)
                if source.identity() != file:
                    source.forget()
                    return

    def _look(self, version: Sequence[tuple[str, int]]) -> None:
        found = dict(version)
        is_due = self._seen is None or time.monotonic() - self._told_at > TIME_SECONDS
        changed = [EVERYTHING] if is_due else _changed(self._seen or {}, found)
        self._failures, self._tries_anew = 0, False
        hub.set_problem(None)
        if changed:
            self._seen = found
            self._told_at = time.monotonic() if is_due else self._told_at
            hub.publish(changed)
        self.looked.set()

    def _move(self) -> None:
        """Read everything anew from another server: what was read from the old one may be older than it said."""
        journal.event("moved")
        self._seen = None

    def _lose(self, error: Exception) -> None:
        """Say what is wrong and wait; a fault that may have passed is first tried once more, at once."""
        self._seen = None
        source.forget()
        if not self._tries_anew and hub.health.is_good and getattr(error, "passing", False):
            self._tries_anew = True
            return
        self._failures += 1
        problem = source.problem_of(error) if source.is_set() else source.UNSET
        if problem != hub.health.problem:
            journal.failure("database", error, problem=problem)
        hub.set_problem(problem)
        self.looked.set()
        self._woken.wait(pause_seconds(self._failures))
        self._woken.clear()


def pause_seconds(failures: int) -> float:
    """Return the wait after that many failures in a row: 1, 2, 4, 8, 15 seconds and up to a fifth more."""
    base = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS)) - 1]
    return base * (1 + random.random() / 5)  # noqa: S311  spreads processes, guards nothing


def _changed(before: dict[str, int], after: dict[str, int]) -> list[str]:
    return sorted(topic for topic in before.keys() | after.keys() if before.get(topic) != after.get(topic))


_lock = threading.Lock()
_running: list[Watcher] = []


def ensure(patience_seconds: float = 5.0) -> None:
    """Start the watcher of this process if there is none, and wait for its first look."""
    with _lock:
        if not _running:
            _running.append(Watcher())
            _running[0].start()
        watcher = _running[0]
    watcher.looked.wait(patience_seconds)


def poke() -> None:
    """Ask the watcher to try again soon: somebody is looking."""
    for watcher in _running:
        watcher.poke()


def end() -> None:
    """End the watcher and wait for it."""
    with _lock:
        while _running:
            watcher = _running.pop()
            watcher.end()
            watcher.join(10)
