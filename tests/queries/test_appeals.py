"""Errors of takedown: appeals by when they were filed, what came back over removals old enough to tell."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups.clocks import LABELLED, REMOVED
from queries import appeals, comparisons, deadlines, request_sources, takedowns
from tests.queries import factories
from tests.queries.factories import FACEBOOK, PUBLIC, TIKTOK, WEST_JAVA, ago, asked, at, pinned

_numbers = count(1)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def appeal(connection: Connection, filed_at: datetime, result: str = "open", **given: Any) -> None:
    row = {"content_id": next(_numbers) + 10_000, "request_no": 1, "appeal_no": 1, "service_id": FACEBOOK,
           "result": result, "filed_at": filed_at, "recorded_at": filed_at, "updated_at": filed_at}  # fmt: skip
    factories.row(connection, "appeal", **row | given)


def errors(connection: Connection, **choice: Any) -> dict[str, Any]:
    (row,) = appeals.errors(connection, asked(**choice)).to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_appeals_are_cut_into_parts_that_add_up(connection: Connection) -> None:
    for result in ("upheld", "upheld", "dismissed", "open"):
        appeal(connection, ago(hours=5), result, decided_at=None if result == "open" else ago(hours=1))
    appeal(connection, ago(days=9), "upheld", reinstated_at=ago(days=1))
    row = errors(connection)
    assert (row["n_received"], row["n_upheld"], row["n_dismissed"], row["n_open"]) == (4, 2, 1, 1)
    assert row["n_reinstated"] == 0
    assert errors(connection, window="30d")["n_reinstated"] == 1


def test_the_oldest_unanswered_waits_whatever_the_window(connection: Connection) -> None:
    appeal(connection, ago(days=40))
    appeal(connection, ago(days=2))
    row = errors(connection, window="1h")
    assert (row["n_received"], row["n_waiting"], row["oldest_days"]) == (0, 2, 40)


def test_a_decision_that_came_later_was_open_then(connection: Connection) -> None:
    appeal(connection, ago(hours=5), "upheld", decided_at=ago(hours=-3), reinstated_at=ago(hours=-2))
    row = appeals.errors(connection, pinned(asked())).iloc[0]
    assert (row["n_received"], row["n_open"], row["n_upheld"], row["n_reinstated"]) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("choice", "n"),
    [({"services": ("tiktok",)}, 1), ({"services": ("facebook",)}, 1), ({"provinces": (WEST_JAVA,)}, 1), ({}, 2)],
)
def test_appeals_follow_the_filters_through_their_request(
    connection: Connection, choice: dict[str, Any], n: int
) -> None:
    for service, province in ((TIKTOK, WEST_JAVA), (FACEBOOK, None)):
        content_id = factories.ended(connection, ago(days=2), 5, REMOVED, service_id=service, province_code=province)
        appeal(connection, ago(hours=5), content_id=content_id, service_id=service)
    assert errors(connection, **choice)["n_received"] == n


def test_what_came_back_is_counted_over_removals_old_enough(connection: Connection) -> None:
    def removed(days: float, back_after: float | None, outcome: int = REMOVED) -> None:
        gone = ago(days=days)
        again = {} if back_after is None else {"reappeared_at": gone + timedelta(days=back_after)}
        factories.ended(connection, gone - timedelta(minutes=9), 9, outcome, province_code=WEST_JAVA, **again)

    removed(8, 1)
    removed(8, 7.5)
    removed(10, None)
    removed(3, 1)  # too young to tell
    removed(8, 1, LABELLED)  # never down
    removed(32, 20)
    row = errors(connection)
    assert (row["n_matured_7"], row["n_reappeared_7"]) == (4, 1)
    assert row["reappeared_7"] == pytest.approx(1 / 4)
    assert (row["n_matured_30"], row["n_reappeared_30"]) == (1, 1)
    assert row["removed_until_7"] - row["removed_since_7"] == timedelta(days=90)
    narrowed = errors(connection, provinces=(WEST_JAVA,))  # no roll-up knows provinces: a week, without the 32 days old
    assert (narrowed["n_matured_7"], narrowed["n_reappeared_7"]) == (3, 1)


def test_without_appeals_there_is_nothing_and_no_share(connection: Connection) -> None:
    row = errors(connection)
    assert (row["n_received"], row["n_waiting"], row["n_matured_7"]) == (0, 0, 0)
    assert row["reappeared_7"] != row["reappeared_7"]


def test_deadlines_are_those_in_force(connection: Connection) -> None:
    now = deadlines.in_force(connection, asked(clock="detected"))
    assert now["minutes"].tolist() == [60, 240, 1_440]
    assert now["kind"].tolist() == ["promise", "rule", "rule"]
    assert not now["is_of_clock"].any()
    assert deadlines.in_force(connection, asked())["is_of_clock"].all()


def test_before_the_promise_there_was_only_the_rule(connection: Connection) -> None:
    filters = asked(pin=(at("2021-01-01 00:00"), at("2021-01-02 00:00"), at("2021-01-03 00:00")))
    assert deadlines.in_force(connection, filters)["kind"].tolist() == ["rule", "rule"]


def some(connection: Connection, service: int, within: int, late: int, **given: Any) -> None:
    batch = factories.Batch()
    for minutes, n in ((10, within), (200, late)):
        for _ in range(n):
            factories.ended(batch, ago(hours=6), minutes, REMOVED, service_id=service, **given)
    batch.write(connection)


def reasons(connection: Connection) -> list[str]:
    within, mix = takedowns.within_promise(connection, asked()), request_sources.mix(connection, asked())
    return comparisons.reasons(within, mix)


def test_services_far_apart_with_enough_requests_and_like_sources_may_be_ordered(connection: Connection) -> None:
    some(connection, FACEBOOK, 55, 5)
    some(connection, TIKTOK, 5, 55)
    assert reasons(connection) == []


def test_services_are_not_ranked_when_few_overlapping_or_found_otherwise(connection: Connection) -> None:
    some(connection, FACEBOOK, 6, 0)
    assert reasons(connection) == ["few"]
    some(connection, FACEBOOK, 14, 10)
    some(connection, TIKTOK, 14, 12, source_id=PUBLIC)
    assert reasons(connection) == ["overlap", "sources"]
