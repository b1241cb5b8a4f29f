"""What a page costs: all its questions together, asked as a page asks them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine

from data.engine import snapshot
from queries.benchmark_questions import PAGES, QUESTIONS
from queries.benchmarks import OURS_A_ROUND, Cost, measured
from queries.filters import Choice


def pages(engine: Engine, window: str, now: datetime, rounds: int) -> Iterator[tuple[str, Cost]]:
    """Give each page and its cost, one number a run: each run in a snapshot of its own, as for the first viewer.

    What several questions need is read once in it, and what every snapshot reads first is part of the cost. The first
    run is not counted: it makes the statements ready.
    """
    filters = Choice(window=window).resolve(now)
    for page, names in PAGES.items():
        cost, first = Cost(), Cost()
        for number in range(rounds * OURS_A_ROUND + 1):
            with snapshot(engine) as connection:
                measured(
                    connection,
                    lambda: [QUESTIONS[name](connection, filters) for name in names],  # noqa: B023  asked at once
                    cost if number else first,
                )
        yield page, cost
