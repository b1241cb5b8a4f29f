"""Sums asked in one statement are those asked one by one, each with its own window and filters."""

from sqlalchemy import Connection

from data.rollups.declarations import CONTENT, ISSUE, REQUEST
from queries.cubes import Asked
from queries.dimensions import ids
from queries.side_by_side import in_one_row
from tests.queries import factories
from tests.queries.factories import ago, asked


def test_each_sum_has_its_own_window_and_filters(connection: Connection) -> None:
    numbered, batch = ids(connection), factories.Batch()
    facebook, tiktok = (numbered.of["service"][code] for code in ("facebook", "tiktok"))
    for hours, service in ((1, facebook), (2, facebook), (30, facebook), (3, tiktok)):
        claim = factories.issue(batch, ago(hours=hours))
        factories.content(batch, ago(hours=hours), issue_id=claim, service_id=service)
        factories.request(batch, ago(hours=hours), service_id=service)
    batch.write(connection)
    day, week, narrow = asked(window="24h"), asked(window="7d"), asked(window="24h", services=("facebook",))
    each = [
        Asked(CONTENT, day, numbered, measures=("n_found",)).sums(),
        Asked(CONTENT, week, numbered, measures=("n_found", "n_open")).sums(),
        Asked(ISSUE, week, numbered, measures=("n_issues",)).sums(),
        Asked(REQUEST, narrow, numbered, measures=("n_requests",)).sums(),
    ]
    apart = [number for sums in each for number in sums.rows(connection)[0]]
    assert in_one_row(connection, *each) == apart
    assert apart == [3, 4, 4, 4, 2]
    assert in_one_row(connection, each[0]) == [3]
