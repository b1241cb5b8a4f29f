"""The issues with most content are those of a full count, however few of them are counted."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, event, func, select

from data.tables import content
from queries.filters import Filters
from queries.most_found import most_found, views_of
from tests.queries import factories
from tests.queries.factories import NOW

WINDOWS = (
    (timedelta(0), timedelta(hours=6)),
    (timedelta(0), timedelta(hours=25)),
    (timedelta(days=2, minutes=7), timedelta(days=5)),
    (timedelta(days=1, seconds=3), timedelta(days=12)),
    (timedelta(0), timedelta(days=40)),
    (timedelta(days=30), timedelta(days=92)),
)
"""How long before NOW a window ends, and how long it is."""


def scatter(connection: Connection) -> None:
    """Write content of 60 issues, most of it around a day of their own, some of it months away."""
    chance = np.random.default_rng(3)
    batch = factories.Batch()
    for number in range(60):
        issue = factories.issue(batch, NOW - timedelta(days=120))
        middle = 20 * 86_400 * chance.random() ** 2 if number % 2 else 100 * 86_400 * chance.random()
        for _ in range(int(chance.pareto(1) * 3) % 40 + 1):
            seconds = abs(
                int(chance.normal(middle, 90_000)) if chance.random() < 0.8 else int(chance.integers(9_000_000))
            )
            factories.content(batch, NOW - timedelta(seconds=seconds), issue_id=issue, views=int(chance.integers(0, 9)))
    batch.write(connection)


@pytest.mark.parametrize("most", [1, 5, 100])
def test_they_are_those_of_a_full_count(connection: Connection, most: int) -> None:
    scatter(connection)
    row = content.c
    for back, length in WINDOWS:
        window = Filters(as_of=NOW, since=NOW - back - length, until=NOW - back)
        within = (row.detected_at >= window.since, row.detected_at < window.until)
        sums = (func.count().label("n"), func.sum(row.views))
        every = connection.execute(select(row.issue_id, *sums).where(*within).group_by(row.issue_id)).all()
        for least in (1, 4):
            full = sorted((-n, issue, int(views)) for issue, n, views in every if n >= least)[:most]
            found = most_found(connection, window, most, least)
            views = views_of(connection, window, [one.issue_id for one in found])
            assert [(-one.n_found, one.issue_id, views[one.issue_id]) for one in found] == full


def test_an_issue_that_is_first_in_no_day_is_found_by_what_it_can_reach(connection: Connection) -> None:
    batch = factories.Batch()
    steady = factories.issue(batch, NOW - timedelta(days=9))
    for day in range(1, 8):
        loud = factories.issue(batch, NOW - timedelta(days=9))
        for issue, times in ((loud, 3), (steady, 2)):
            for _ in range(times):
                factories.content(batch, NOW - timedelta(days=day), issue_id=issue)
    batch.write(connection)
    found = most_found(connection, Filters(as_of=NOW, since=NOW - timedelta(days=8), until=NOW), 1)
    assert [(one.issue_id, one.n_found) for one in found] == [(steady, 14)]


def test_days_are_read_from_sums_and_not_from_content(connection: Connection) -> None:
    scatter(connection)
    asked_for: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: asked_for.append(given[2]))
    start = NOW.replace(hour=17, minute=0, second=0) - timedelta(days=40)
    window = Filters(as_of=NOW, since=start, until=start + timedelta(days=30))
    views_of(connection, window, [one.issue_id for one in most_found(connection, window, 5)])
    assert len(asked_for) <= 5
    assert not [statement for statement in asked_for if "FROM content" in statement]
