"""What each question of the live pages costs, beside the same question without roll-ups and indexes.

The naive form is the same function over the same window: every sum is made from the facts in one scan. Both are
measured in turns within one run, on one connection, so that a busy machine slows both alike, and their answers are
compared.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

import pandas as pd
from sqlalchemy import Connection, Engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from data.engine import is_postgres, snapshot
from data.errors import QueryTooSlow, translate
from data.rollups.clocks import seconds
from data.rollups.declarations import ROLLUPS
from data.tables import content, takedown_request
from queries import appeals, compliance, durations, newest
from queries.benchmark_clocks import ServerClock
from queries.benchmark_questions import QUESTIONS, SINGLES, TO_THE_BUCKET, Question
from queries.cubes import Asked
from queries.filters import Choice, Filters
from queries.limits import MATURED_WINDOW
from queries.once import forget

OURS_A_ROUND = 5
"""Runs of ours for each run of the naive form."""

ONCE_FROM = 1_000_000
"""From so many requests the naive form runs once: it takes up to half a minute."""

AGES = frozenset({"age_seconds", "fact_age_seconds"})
"""Columns that tell the time since something, different at each asking."""

EVER = timedelta(days=9_999)

LIMITS: tuple[tuple[Any, str, Any], ...] = (
    (Asked, "held", lambda _: {}),
    (Asked, "longest", EVER),
    (newest, "FACTS_WINDOW", EVER),
    (durations, "JUDGED_REQUESTS", 1 << 62),
    (durations, "holds", lambda _: False),
    (compliance, "JUDGED_REQUESTS", 1 << 62),
    (newest, "JUDGED_REQUESTS", 1 << 62),
    (appeals, "MATURED_FACTS_WINDOW", MATURED_WINDOW),
    (appeals, "MATURED_REMOVALS", 1 << 62),
)
"""What the naive form goes without: cubes, histograms, and the shorter windows of what is read from facts."""

FACTS = re.compile(r"\b(FROM|JOIN) (content|takedown_request|issue)( AS \w+)?\b")


@dataclass
class Cost:
    """Milliseconds of one question, one number a run: processor time (client and server), and by the wall clock.

    `is_stopped`: it was stopped when the patience of the engine ended, and would have cost more.
    """

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    is_stopped: bool = False

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
    """One question in one window: ours, naive (None when it was not run), and whether both answered the same.

    `percentiles`: the same question as PostgreSQL's percentile_cont, where there is such a form.
    """

    question: str
    window: str
    ours: Cost
    naive: Cost | None = None
    percentiles: Cost | None = None
    is_same: bool | None = None


def size(engine: Engine) -> tuple[int, datetime | None]:
    """Return the number of takedown requests and the time of the newest content."""
    with snapshot(engine) as connection:
        n_requests = connection.execute(select(func.count()).select_from(takedown_request)).scalar_one()
        newest = connection.execute(select(func.max(seconds(content.c.detected_at)))).scalar()
    return n_requests, None if newest is None else datetime.fromtimestamp(newest, UTC)


def rollup_bytes(connection: Connection) -> int | None:
    """Return the size of all roll-up tables with their keys; None where the engine cannot tell."""
    names = [table.name for rollup in ROLLUPS for table in rollup.tables]
    if is_postgres(connection):
        sizes = [func.pg_total_relation_size(name) for name in names]
        return int(connection.execute(select(sum(sizes[1:], sizes[0]))).scalar_one())
    try:
        pages = text("SELECT sum(pgsize) FROM dbstat WHERE name = :name AND aggregate = TRUE")
        return sum(connection.execute(pages, {"name": name}).scalar() or 0 for name in names)
    except OperationalError:
        return None


def measure(engine: Engine, window: str, now: datetime, rounds: int, *, naive: bool = True) -> Iterator[Measured]:
    """Give the cost of each question of the pages in one window: five runs of ours and one naive a round, in turns."""
    filters = Choice(window=window).resolve(now)
    for name, question in QUESTIONS.items():
        with snapshot(engine) as connection:
            ours, other, is_same = _in_turns(connection, question, filters, _turns(connection, rounds, naive=naive))
        yield Measured(name, window, ours, other, is_same=None if name in TO_THE_BUCKET else is_same)


def singles(engine: Engine, now: datetime, rounds: int, *, naive: bool = True) -> Iterator[Measured]:
    """Give the cost of each question that has a target of its own, in its window."""
    for single in SINGLES:
        filters = single.filters(now)
        with snapshot(engine) as connection:
            turns = _turns(connection, rounds, naive=naive)
            ours, other, _ = _in_turns(connection, single.question, filters, turns)
            sorted_there = None
            if naive and single.percentiles and is_postgres(connection):
                sorted_there = Cost()
                _run(connection, partial(single.percentiles, connection, filters), sorted_there)
        yield Measured(single.name, single.window, ours, other, sorted_there)


def _turns(connection: Connection, rounds: int, *, naive: bool) -> list[bool]:
    """Return for each round whether the naive form runs in it."""
    asked = select(func.count()).select_from(takedown_request)
    once = naive and connection.execute(asked).scalar_one() >= ONCE_FROM
    return [naive and (not once or number == 0) for number in range(rounds)]


def _in_turns(
    connection: Connection, question: Question, filters: Filters, turns: list[bool]
) -> tuple[Cost, Cost | None, bool | None]:
    ours, other, is_same = Cost(), Cost(), None
    answer = question(connection, filters)
    for naive in turns:
        for _ in range(OURS_A_ROUND):
            _run(connection, partial(question, connection, filters), ours)
        if naive:
            found = _without_help(connection, partial(question, connection, filters), other)
            is_same = is_same if other.is_stopped else is_same is not False and same(answer, found)
    return ours, other if other.wall else None, is_same


def _without_help(connection: Connection, question: Callable[[], object], cost: Cost) -> object:
    """Return the answer of the naive form; None, and a cost of at least what it took, where it was stopped."""
    begun = time.perf_counter()
    try:
        with without_help(connection), connection.begin_nested():
            return _run(connection, question, cost)
    except DBAPIError as error:
        if not isinstance(translate(error), QueryTooSlow):
            raise
        cost.is_stopped = True
        for kind in (cost.cpu, cost.wall):
            kind.append((time.perf_counter() - begun) * 1_000)
        return None


def same(one: Any, other: Any) -> bool:
    """Return whether two answers are equal, but for ages; rows that count nothing are as good as missing."""
    if not isinstance(one, pd.DataFrame):
        return bool(one == other)
    try:
        pd.testing.assert_frame_equal(_compared(one), _compared(other))
    except AssertionError:
        return False
    return True


def _compared(answer: pd.DataFrame) -> pd.DataFrame:
    counts = [name for name in answer if str(name).startswith("n_")]
    counted = answer[(answer[counts] != 0).any(axis=1)] if counts else answer
    return counted.drop(columns=[*AGES & set(answer)]).reset_index(drop=True)


def _run(connection: Connection, question: Callable[[], object], cost: Cost) -> object:
    forget(connection)
    return measured(connection, question, cost)


def measured(connection: Connection, question: Callable[[], object], cost: Cost) -> object:
    """Return the answer of a question, and note what it cost."""
    server = ServerClock(connection)
    begun = (time.perf_counter(), time.process_time() + server.seconds())
    answer = question()
    cost.wall.append((time.perf_counter() - begun[0]) * 1_000)
    cost.cpu.append((time.process_time() + server.seconds() - begun[1]) * 1_000)
    return answer


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
        with ExitStack() as patches:
            for owner, name, value in LIMITS:
                patches.enter_context(patch.object(owner, name, value))
            yield
    finally:
        if is_postgres(connection):
            for kind in kinds:
                connection.execute(text(f"SET LOCAL {kind} = on"))
        else:
            event.remove(connection, "before_cursor_execute", scan)
