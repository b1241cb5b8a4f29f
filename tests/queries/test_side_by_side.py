"""Sums asked in one statement are those asked one by one, each with its own window and filters."""

from sqlalchemy import Connection, Engine, event, literal, select

from data.engine import snapshot
from data.rollups.declarations import CONTENT, ISSUE, REQUEST
from queries.cubes import Asked
from queries.dimensions import ids
from queries.once import once
from queries.side_by_side import Beside, Part, in_one_row, with_beside
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


def test_what_is_beside_is_read_with_the_parts_and_only_once(engine: Engine) -> None:
    numbers = {n: Part(select(literal(n).label("n")), {}) for n in (1, 2)}
    beside, statements = Beside("two", numbers[2], lambda rows: int(rows[0, 0])), []
    with snapshot(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
        event.listen(connection, "before_cursor_execute", lambda *found: statements.append(found[2]))
        for _ in range(2):
            (one,) = with_beside(connection, [numbers[1]], [beside])
            assert one.tolist() == [[1]]
        assert once(connection, "two", lambda: 0) == 2
    assert ["UNION" in words for words in statements] == [True, False]
