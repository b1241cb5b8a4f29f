"""The hub: which version of the data this process has seen, whether the database answers, and who wants to know.

One watcher thread writes to it; script threads read it; the event loop of the server wakes the tabs.
"""

import asyncio
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

EVERYTHING = "*"
"""The topic of a change that concerns every screen."""

STATE = "state"
"""The topic of a change of the connection itself: tabs run their whole page again."""


@dataclass(frozen=True)
class Health:
    """Whether the database can be used: `problem` is None, or the code of a sentence in `language.shell`."""

    problem: str | None
    since: datetime

    @property
    def is_good(self) -> bool:
        """Say whether questions can be asked."""
        return self.problem is None


@dataclass(eq=False)
class Listener:
    """One tab on the event stream: topics that changed since it last looked."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    topics: set[str] = field(default_factory=set)

    def take(self) -> list[str]:
        """Return the changed topics in order and forget them."""
        taken, self.topics = sorted(self.topics), set()
        self.woken.clear()
        return taken


class Hub:
    """Versions `boot-n`, health and listeners of one process."""

    def __init__(self) -> None:
        self.boot = secrets.token_hex(3)
        self.health = Health("starting", datetime.now(UTC))
        self.has_stopped = False
        self.closing = False
        self._count = 0
        self._changes: deque[tuple[int, float]] = deque(maxlen=2_000)
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def version(self) -> str:
        """Return the version seen last; unique over restarts, so that no browser mistakes it for an old one."""
        return f"{self.boot}-{self._count}"

    @property
    def tabs(self) -> int:
        """Return how many tabs listen."""
        return len(self._listeners)

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake listeners on this event loop from now on."""
        self._loop = loop

    def publish(self, topics: Iterable[str]) -> None:
        """Count one new version and tell every listener its topics. Any thread may call this."""
        with self._lock:
            self._count += 1
            self._changes.append((self._count, time.monotonic()))
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, set(topics))

    def set_problem(self, problem: str | None) -> None:
        """Note that the database answers (None) or why not; a change is a new version for every screen."""
        if problem == self.health.problem:
            return
        self.health = Health(problem, datetime.now(UTC))
        self.publish([EVERYTHING, STATE])

    def set_stopped(self, has_stopped: bool) -> None:
        """Note whether what is read is old while nothing newer can be read; a change is a new version."""
        if has_stopped != self.has_stopped:
            self.has_stopped = has_stopped
            self.publish([EVERYTHING])

    def behind_seconds(self, version: str) -> float:
        """Return for how long a screen that shows this version has been out of date; 0 when it is not."""
        boot, _, count = version.rpartition("-")
        if boot != self.boot:
            return float("inf")
        with self._lock:
            later = [at for number, at in self._changes if number > int(count)]
        return time.monotonic() - later[0] if later else 0.0

    def listen(self) -> Listener:
        """Add a tab; called on the event loop."""
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove a tab; called on the event loop."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End every event stream, so that the server can stop."""
        self.closing = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, set())

    def _wake(self, topics: set[str]) -> None:
        for listener in self._listeners:
            listener.topics |= topics
            listener.woken.set()


hub = Hub()
"""The hub of this process."""
