"""What each question of the two live pages costs, beside the same question without roll-ups and indexes.

The naive form is the same function over the same window: every sum is made from the facts in one scan. Both are
measured in turns within one run, on one connection, so that a busy machine slows both alike.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from types import MappingProxyType
from unittest.mock import patch

import pandas as pd
from sqlalchemy import Connection, Engine, event, func, select, text

from data.engine import is_postgres, snapshot
from data.rollups.clocks import seconds
from data.tables import content, takedown_request
from queries import calendars, changes, contents, feeds, issues, outreach, published, spikes, takedowns
from queries.cubes import Asked
from queries.filters import Choice, Filters

Question = Callable[[Connection, Filters], pd.DataFrame]

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "contents.same_hours_last_week": contents.same_hours_last_week,
        "contents.funnel": contents.funnel,
        "contents.over_time": contents.over_time,
        **{
            f"contents.over_time by {a}": partial(contents.over_time, by=a)
            for a in ("service", "theme", "technique", "source")
        },
        "spikes.series": spikes.series,
        "issues.counts": issues.counts,
        "issues.over_time": issues.over_time,
        "issues.same_hours_last_week": issues.same_hours_last_week,
        "issues.top": issues.top,
        "issues.spread": issues.spread,
        "issues.rising": issues.rising,
        "takedowns.now_open": takedowns.now_open,
        "takedowns.within_promise": takedowns.within_promise,
        "takedowns.within_promise_over_time": takedowns.within_promise_over_time,
        "takedowns.same_hours_last_week": takedowns.same_hours_last_week,
        "changes.since_shift": changes.since_shift,
        "outreach.totals": outreach.totals,
        "outreach.over_time": outreach.over_time,
        "published.figures": published.figures,
        "calendars.events": calendars.events,
        "feeds.state": feeds.state,
    }
)
"""The questions behind the panels of Ringkasan and Isu & Hoaks."""

PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "Ringkasan": (
        "contents.same_hours_last_week", "issues.same_hours_last_week", "takedowns.now_open",
        "takedowns.within_promise", "outreach.totals", "spikes.series", "issues.over_time",
        "takedowns.within_promise_over_time",
        "takedowns.same_hours_last_week", "outreach.over_time", "calendars.events", "issues.rising",
        "changes.since_shift", "feeds.state",
    ),
    "Isu & Hoaks": (
        "contents.funnel", "issues.counts", "spikes.series", "calendars.events", "contents.over_time by service",
        "issues.over_time", "issues.top", "issues.spread", "published.figures",
    ),
})  # fmt: skip
"""What a page asks when it is opened; a second viewer asks nothing."""

FACTS = re.compile(r"\b(FROM|JOIN) (content|takedown_request|issue)( AS \w+)?\b")


@dataclass
class Cost:
    """Milliseconds of one question, one number a run: processor time (client and server), and by the wall clock."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Median processor time."""
        return median(self.cpu)

    @property
    def wall_ms(self) -> float:
        """Median by the wall clock."""
        return median(self.wall)

    @property
    def wall_p95_ms(self) -> float:
        """95th percentile by the wall clock; the largest of fewer than two runs."""
        return quantiles(self.wall, n=20)[-1] if len(self.wall) > 1 else max(self.wall)


@dataclass(frozen=True)
class Measured:
    """One question in one window: ours and naive (None when it was not run)."""

    question: str
    window: str
    ours: Cost
    naive: Cost | None


def size(engine: Engine) -> tuple[int, datetime | None]:
    """Return the number of takedown requests and the time of the newest content."""
    with snapshot(engine) as connection:
        n_requests = connection.execute(select(func.count()).select_from(takedown_request)).scalar_one()
        newest = connection.execute(select(func.max(seconds(content.c.detected_at)))).scalar()
    return n_requests, None if newest is None else datetime.fromtimestamp(newest, UTC)


def measure(engine: Engine, window: str, now: datetime, rounds: int, *, naive: bool = True) -> Iterator[Measured]:
    """Give the cost of each question in one window: five runs of ours and one naive a round, in turns."""
    filters = Choice(window=window).resolve(now)
    for name, question in QUESTIONS.items():
        ours, other = Cost(), Cost()
        with snapshot(engine) as connection:
            question(connection, filters)
            for _ in range(rounds):
                for _ in range(5):
                    _run(connection, partial(question, connection, filters), ours)
                if naive:
                    with without_help(connection):
                        _run(connection, partial(question, connection, filters), other)
        yield Measured(name, window, ours, other if naive else None)


def _run(connection: Connection, question: Callable[[], object], cost: Cost) -> None:
    server = _ServerClock(connection)
    begun = (time.perf_counter(), time.process_time() + server.seconds())
    question()
    cost.wall.append((time.perf_counter() - begun[0]) * 1_000)
    cost.cpu.append((time.process_time() + server.seconds() - begun[1]) * 1_000)


class _ServerClock:
    """Processor time of the server process behind a connection, where this machine can see it."""

    def __init__(self, connection: Connection) -> None:
        known = connection.info
        if "posko_backend" not in known:
            number = (
                connection.execute(select(func.pg_backend_pid())).scalar() if is_postgres(connection) else os.getpid()
            )
            known["posko_backend"] = Path(f"/proc/{number}/schedstat")
        self._path: Path | None = known["posko_backend"] if is_postgres(connection) else None

    def seconds(self) -> float:
        """Return seconds on the processor so far; 0 where it is not known."""
        if self._path is None or not self._path.exists():
            return 0.0
        return int(self._path.read_text().split()[0]) / 1e9


@contextmanager
def without_help(connection: Connection) -> Iterator[None]:
    """Answer the questions of a block from full scans of the facts: no roll-up, no index on facts, no cut windows."""

    def scan(_: object, __: object, statement: str, parameters: object, *___: object) -> tuple[str, object]:
        return FACTS.sub(r"\1 \2\3 NOT INDEXED", statement), parameters

    kinds = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
    if is_postgres(connection):
        for kind in kinds:
            connection.execute(text(f"SET LOCAL {kind} = off"))
    else:
        event.listen(connection, "before_cursor_execute", scan, retval=True)
    try:
        with patch.object(Asked, "held", lambda _: {}), patch.object(Asked, "longest", timedelta(days=9_999)):
            yield
    finally:
        if is_postgres(connection):
            for kind in kinds:
                connection.execute(text(f"SET LOCAL {kind} = on"))
        else:
            event.remove(connection, "before_cursor_execute", scan)
