"""Fixtures of the dashboard's tests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from dashboard import source, watcher
from dashboard.hub import hub
from data.engine import transaction
from data.errors import DatabaseUnreachable
from data.tables import feed
from tests.screens import Point, point_at

__all__ = ["point_at"]

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def app_engine(engine: Engine, database_url: str, point_at: Point) -> Engine:
    """A writing engine on the database that the dashboard of this process watches."""
    point_at(database_url)
    watcher.ensure()
    return engine


def is_of_the_watcher() -> bool:
    """Say whether this runs in the watcher's own thread, four times a second and beside every test."""
    return isinstance(threading.current_thread(), watcher.Watcher)


@pytest.fixture
def statements(app_engine: Engine) -> Counting:
    """A context that lists the statements which the dashboard's questions send (the watcher's own polls left out)."""

    @contextmanager
    def listed() -> Iterator[list[str]]:
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("BEGIN", "SET", "SELECT set_config")) and not is_of_the_watcher():
                found.append(statement)

        reading = source.engine()
        event.listen(reading, "before_cursor_execute", note)
        yield found
        event.remove(reading, "before_cursor_execute", note)

    return listed


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function after which the database is lost for the dashboard, as its watcher finds."""

    def unreachable(_: object) -> None:
        raise DatabaseUnreachable

    def lost() -> None:
        monkeypatch.setattr(watcher.feeds, "version", unreachable)
        assert eventually(lambda: hub.health.problem == "unreachable")

    return lost


def eventually(holds: Callable[[], bool], seconds: float = 6.0) -> bool:
    """Return whether the condition comes true in time."""
    ends_at, pause = time.monotonic() + seconds, threading.Event()
    while not holds() and time.monotonic() < ends_at:
        pause.wait(0.02)
    return holds()


def bump(engine: Engine, code: str = "ais", **values: Any) -> int:
    """Write to a feed as a recording does, and return the new sum of all sequence numbers."""
    with transaction(engine) as connection:
        connection.execute(feed.update().where(feed.c.code == code).values(seq=feed.c.seq + 1, **values))
    with engine.connect() as connection:
        return int(connection.execute(select(func.sum(feed.c.seq))).scalar_one())
