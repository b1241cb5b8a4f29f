"""What changed since the shift began."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from data.rollups.clocks import REJECTED, REMOVED
from queries import changes
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, X, ago, asked, at, pinned

SHIFT = at("2026-03-04 06:00")


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-03-04 06:00", "2026-03-04 06:00"),
        ("2026-03-04 13:59:59", "2026-03-04 06:00"),
        ("2026-03-04 14:00", "2026-03-04 14:00"),
        ("2026-03-04 22:30", "2026-03-04 22:00"),
        ("2026-03-05 05:59", "2026-03-04 22:00"),
    ],
)
def test_shifts_start_at_6_14_and_22_wib(moment: str, start: str) -> None:
    assert changes.shift_start(at(moment)) == at(start)


def counted(connection: Connection, **choice: object) -> dict[str, int]:
    frame = changes.since_shift(connection, asked(**choice))
    assert frame["kind"].tolist() == list(changes.KINDS)
    assert set(frame["since"]) == {SHIFT}
    return dict(zip(frame["kind"], frame["n"], strict=True))


def correction(connection: Connection, corrected_at: object, number: int) -> None:
    row = {"record_id": number, "correction_id": number, "table_name": "content", "column_name": "service_id",
           "old_value": "3", "new_value": None, "reason": "salah layanan", "corrected_at": corrected_at}  # fmt: skip
    factories.row(connection, "correction", **row)


def appeal(connection: Connection, number: int, result: str, filed: object, decided: object) -> None:
    factories.row(
        connection, "appeal", content_id=number, request_no=1, appeal_no=1, service_id=TIKTOK, result=result,
        filed_at=filed, decided_at=decided,
    )  # fmt: skip


def test_what_happened_in_the_shift_is_counted_and_what_came_before_is_not(connection: Connection) -> None:
    before = SHIFT - timedelta(seconds=1)
    for moment in (SHIFT, before):
        factories.content(connection, moment)
        factories.issue(connection, moment)
        factories.issue(connection, ago(days=9), clarified_at=moment)
        factories.ended(connection, moment - timedelta(minutes=9), 9, REMOVED)
        factories.ended(connection, moment - timedelta(minutes=9), 9, REJECTED)
    correction(connection, SHIFT, 1)
    correction(connection, before, 2)
    appeal(connection, 1, "upheld", ago(days=30), SHIFT)
    appeal(connection, 2, "upheld", ago(days=30), before)
    appeal(connection, 3, "dismissed", ago(days=30), SHIFT)
    assert counted(connection) == dict.fromkeys(changes.KINDS, 1) | {"newly_overdue": 0}


def test_newly_overdue_are_those_whose_hour_was_up_since_the_shift_began_and_that_still_wait(
    connection: Connection,
) -> None:
    factories.request(connection, SHIFT - timedelta(minutes=60, seconds=1))
    factories.request(connection, SHIFT - timedelta(minutes=60))
    factories.request(connection, ago(minutes=61))
    factories.request(connection, ago(minutes=60))
    factories.request(connection, ago(hours=3), stopped_seconds=3 * 3600)
    factories.ended(connection, ago(hours=3), 90, REMOVED)
    assert counted(connection)["newly_overdue"] == 2


def test_counts_follow_the_filters_and_not_the_window(connection: Connection) -> None:
    for service in (X, TIKTOK):
        factories.content(connection, ago(hours=5), service_id=service)
        factories.request(connection, ago(hours=5), service_id=service)
        factories.ended(connection, ago(hours=5), 9, REMOVED, service_id=service)
        claim = factories.issue(connection, ago(hours=5), clarified_at=ago(hours=1))
        factories.content(connection, ago(days=2), service_id=service, issue_id=claim)
    expected = {"found": 1, "new_issues": 1, "clarified": 1, "removed": 1, "newly_overdue": 1}
    for window in ("1h", "30d"):
        found = counted(connection, services=("x",), window=window)
        assert {kind: found[kind] for kind in expected} == expected


def test_a_fixed_link_keeps_the_shift_of_its_moment(connection: Connection) -> None:
    factories.content(connection, ago(hours=1))
    later = NOW + timedelta(hours=1)
    factories.content(connection, ago(hours=1), recorded_at=later, updated_at=later)
    frame = changes.since_shift(connection, pinned(asked())).set_index("kind")
    assert (frame.loc["found", "n"], frame.loc["found", "since"]) == (1, SHIFT)


def test_single_changes_are_named_newest_first_without_a_person_or_an_address(connection: Connection) -> None:
    factories.issue(connection, ago(hours=2), title="Klaim baru", clarified_at=ago(hours=1))
    correction(connection, ago(minutes=30), 1)
    appeal(connection, 1, "upheld", ago(days=3), ago(minutes=20))
    factories.issue(connection, ago(days=2))
    frame = changes.items(connection, asked())
    assert [tuple(row) for row in frame[["kind", "title", "detail"]].itertuples(index=False)] == [
        ("appeal_upheld", "tiktok", ""), ("correction", "content.service_id", "3 → –"), ("clarified", "Klaim baru", ""),
        ("new_issue", "Klaim baru", ""),
    ]  # fmt: skip
