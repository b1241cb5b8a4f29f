"""The live simulator: appends to the season as time passes, through the recording functions alone.

It keeps nothing that is not in the database: what will happen to a row follows from the row's id
(`data.season.lifecycle`), so it may be killed at any moment and goes on where it was.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import Connection, Engine

from data.engine import retrying, transaction
from data.errors import DatabaseFault
from data.season import memory, surroundings
from data.season.arrivals import Arrivals, Span, arrive
from data.season.followed import Followed, begin, follow

logger = logging.getLogger(__name__)

RATE_PER_MINUTE = 1.0
"""Content items a minute, in line with the last weeks of a season of 100,000 requests: far more would make every hour a
spike against that baseline. Each item brings about eight more changes: its request, its end, complaints."""

INTERVAL_SECONDS = 2.0
LONGEST_GAP = 120
"""After a longer absence nothing is invented for the time before: at most so many seconds are made up for."""

OVERLAP_SECONDS = 900
"""After a start what fell due so shortly before the newest content is told again; what is recorded changes nothing."""


@dataclass(frozen=True)
class Since:
    """From when on a step works: what falls due, and what comes in."""

    due: int
    new: int

    @classmethod
    def last(cls, moment: int) -> "Since":
        """Return the end of the last step."""
        return cls(moment, moment)

    @classmethod
    def stored(cls, connection: Connection, now: int) -> "Since":
        """Return where an earlier simulator, or the season, ended."""
        newest = min(memory.newest(connection) or now - 60, now - 1)
        return cls(newest - OVERLAP_SECONDS, max(newest, now - LONGEST_GAP))


class Simulator:
    """One writer of invented rows; `step` records what is due at a moment."""

    def __init__(self, engine: Engine, rate_per_minute: float = RATE_PER_MINUTE, seed: int = 2024) -> None:
        """Take a writer engine and how many content items shall come in per minute of ordinary activity."""
        self.engine, self.rate, self.seed = engine, rate_per_minute, seed
        self._last: int | None = None
        self._followed: Followed | None = None

    def step(self, now: datetime) -> Counter[str]:
        """Record everything since the last step in one transaction; return rows new or changed by table."""
        moment = int(now.timestamp())
        if self._last is not None and moment <= self._last:
            return Counter()
        followed, new, counts = retrying(lambda: self._recorded(now, moment))
        followed.add(new)
        self._followed, self._last = followed, moment
        return counts

    def _recorded(self, now: datetime, moment: int) -> tuple[Followed, Arrivals, Counter[str]]:
        with transaction(self.engine) as connection:
            since = Since.stored(connection, moment) if self._last is None else Since.last(self._last)
            followed = self._followed
            if followed is None or followed.is_old(moment):
                followed = Followed.read(connection, moment)
            new = arrive(followed.stories, Span(max(since.new, moment - LONGEST_GAP), moment, self.seed), self.rate)
            counts = follow(connection, followed, since.due, now)
            counts.update(begin(connection, new, now))
            counts.update(surroundings.record(connection, since.new, now))
        return followed, new, counts


def run(
    engine: Engine,
    rate_per_minute: float = RATE_PER_MINUTE,
    stop: Event | None = None,
    seed: int = 2024,
    *,
    interval_seconds: float = INTERVAL_SECONDS,
) -> None:
    """Simulate until `stop` is set; a database that is away is waited for.

    Only one simulator should write to a database: two are harmless, but together twice as fast.
    """
    stop, simulator = stop or Event(), Simulator(engine, rate_per_minute, seed)
    while not stop.is_set():
        try:
            simulator.step(datetime.now(UTC))
        except DatabaseFault:
            logger.warning("the database did not answer; trying again in %.0f s", interval_seconds, exc_info=True)
        stop.wait(interval_seconds)
