"""A primary with two standbys behind one address, somebody who writes to it, and somebody who looks at the screen."""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select, text

from dashboard import door
from data import schema
from data.engine import retrying, snapshot, transaction, writer
from data.errors import DatabaseFault
from data.grants import grant_reader
from data.recording import feeds as recording_feeds
from data.tables import feed
from queries import feeds
from queries.filters import Choice
from tests import postgres

ROLE = "layar"
PATIENCE_SECONDS = 60.0
BEAT_SECONDS = 0.1

FOLLOWING = {
    "wal_retrieve_retry_interval": "200ms",
    "wal_receiver_status_interval": "1s",
    "hot_standby_feedback": "on",
    "max_standby_streaming_delay": "300ms",
}


@dataclass
class Cluster:
    """Three servers; the standbys name all three in `primary_conninfo`, so that they follow whichever is primary."""

    primary: postgres.Server
    standbys: list[postgres.Server]

    @classmethod
    def started(cls) -> "Cluster":
        """Return three servers with our tables and the reading role of `posko db grant`."""
        primary = postgres.Server.started()
        cluster = cls(primary, [primary.copied(), primary.copied()])
        hosts = {"host": ",".join(["127.0.0.1"] * 3), "port": ",".join(str(one.port) for one in cluster.servers)}
        known = hosts | {"user": "postgres", "password": primary.password, "connect_timeout": "2"}
        words = " ".join(f"{name}={value}" for name, value in known.items())
        for standby in cluster.standbys:
            standby.start(FOLLOWING | {"primary_conninfo": f"{words} target_session_attrs=primary"})
        cluster.make_tables()
        return cluster

    def make_tables(self) -> None:
        """Make the tables and the role, as `posko db init` and `posko db grant` do."""
        engine = writer(self.address("postgres"))
        schema.create(engine)
        self.primary.administer(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.primary.password}'")
        with transaction(engine) as connection:
            grant_reader(connection, ROLE)
        engine.dispose()

    @property
    def servers(self) -> list[postgres.Server]:
        return [*self.standbys, self.primary]

    def address(self, role: str = ROLE) -> str:
        """Return the address of all three, standbys first."""
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.servers)
        return f"postgresql://{role}:{self.primary.password}@{hosts}/postgres"

    def at(self, port: int) -> postgres.Server:
        """Return the server of a port."""
        return next(server for server in self.servers if server.port == port)

    def stop(self) -> None:
        """End all servers."""
        for server in self.servers:
            server.thaw() if server.process.poll() is None else None
            server.stop()


def port_of(engine: Engine) -> int:
    """Return the port of the server that a read of this engine reaches."""

    def read() -> int:
        with snapshot(engine) as connection:
            return int(connection.execute(text("SHOW port")).scalar_one())

    return retrying(read)


def eventually(holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until the condition is true and return how many seconds that took; fail when it does not come true."""
    started, pause = time.monotonic(), threading.Event()
    while not holds():
        assert time.monotonic() - started < seconds, "it did not come true in time"
        pause.wait(0.02)
    return time.monotonic() - started


@dataclass
class Beating:
    """Writes to a feed ten times a second, and knows when each sequence number was acknowledged."""

    engine: Engine
    acknowledged: dict[int, float] = field(default_factory=dict)
    errors: int = 0
    is_silent: bool = False

    @property
    def newest(self) -> int:
        return max(self.acknowledged, default=0)

    def beat(self) -> None:
        """Write once, as a recording does."""
        now = int(datetime.now(UTC).timestamp())
        try:
            with transaction(self.engine) as connection:
                recording_feeds.bump(connection, "ais", now, now, changed=True)
                number = connection.execute(select(feed.c.seq).where(feed.c.code == "ais")).scalar_one()
            self.acknowledged[number] = time.monotonic()
        except DatabaseFault:
            self.errors += 1


@dataclass
class Looking:
    """Asks the one door for the feeds twenty times a second, as a page does, and keeps what it was shown."""

    shown: list[tuple[float, str, int]] = field(default_factory=list)

    def look(self) -> None:
        """Ask once."""
        answer = door.answers("cluster", {"feeds": feeds.state}, Choice())["feeds"]
        rows = answer.frame
        number = 0 if rows is None else int(rows.loc[rows["code"] == "ais", "seq"].iloc[0])
        self.shown.append((time.monotonic(), answer.state, number))

    @property
    def newest(self) -> int:
        return self.shown[-1][2] if self.shown else -1

    def not_fresh(self, since: float = 0.0) -> int:
        """Return how many answers since a moment were errors or last good values."""
        return sum(state != "fresh" for at, state, _ in self.shown if at >= since)

    def oldest(self, beating: Beating, since: float) -> float:
        """Return the greatest age of what was shown since a moment: seconds since its successor was acknowledged."""
        acknowledged = dict(beating.acknowledged)
        numbers = sorted(acknowledged)
        ages = [0.0]
        for at, _, number in [one for one in self.shown if one[0] >= since]:
            place = bisect_right(numbers, number)
            ages += [at - acknowledged[numbers[place]]] if place < len(numbers) else []
        return max(ages)


@contextmanager
def repeated(act: Callable[[], None], pause_seconds: float) -> Iterator[None]:
    """Call a function again and again beside the block."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(pause_seconds):
            act()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE_SECONDS)
