"""Odd rows are kept, counted and named."""

from sqlalchemy import Connection

from data.rollups.clocks import REMOVED
from queries import quality
from tests.queries import factories
from tests.queries.factories import JAKARTA, TIKTOK, ago, asked


def counts(connection: Connection, **choice: object) -> dict[str, tuple[int, int]]:
    frame = quality.counts(connection, asked(**choice))
    assert frame["check"].tolist() == list(quality.CHECKS)
    return {row.check: (row.n, row.n_of) for row in frame.itertuples()}


def test_each_check_counts_its_rows_and_says_of_how_many(connection: Connection) -> None:
    good = {"province_code": JAKARTA, "issue_id": 1}
    factories.content(connection, ago(hours=3), **good)
    factories.content(connection, ago(hours=3), **good, service_id=0)
    factories.content(connection, ago(hours=3), **good, theme_id=0)
    factories.content(connection, ago(hours=3), **good, source_id=0)
    factories.content(connection, ago(hours=3), **good | {"province_code": None})
    factories.content(connection, ago(hours=3), **good | {"issue_id": None})
    factories.content(connection, ago(hours=3), **good, time_precision="day")
    factories.content(connection, ago(hours=3), **good, outcome_id=99)
    factories.request(connection, ago(hours=3))
    factories.ended(connection, ago(hours=3), -1, REMOVED)
    factories.request(connection, ago(hours=3), time_precision="day")
    factories.request(connection, None)
    for number, hours in ((1, 3), (2, 30)):
        factories.row(
            connection, "quarantine", reject_id=number, feed_code="ais", file_name="a.csv", line=1, reason="",
            excerpt="", recorded_at=ago(hours=hours),
        )  # fmt: skip
    found = counts(connection)
    content = quality.CHECKS[:7]
    assert {check: found[check] for check in content} == dict.fromkeys(content, (1, 8))
    assert found["request_unmeasurable"] == (2, 3)
    assert found["request_without_clock"] == (2, 0)
    assert (found["quarantined"], found["corrected"]) == ((1, 0), (0, 0))


def test_checks_of_content_follow_the_filters(connection: Connection) -> None:
    factories.content(connection, ago(hours=3), service_id=TIKTOK, theme_id=0)
    factories.content(connection, ago(hours=3), theme_id=0)
    factories.content(connection, ago(hours=30), service_id=TIKTOK, theme_id=0)
    assert counts(connection, services=("tiktok",))["theme_unknown"] == (1, 1)
