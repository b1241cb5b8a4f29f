"""A fixed link keeps what was known when stops, checks, outcomes and further requests are told after its moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from data import recording
from data.rollups.clocks import LABELLED, OPEN, REMOVED
from data.tables import request_event
from queries import contents, durations
from tests.queries.factories import NOW, ago, asked, pinned


@pytest.mark.parametrize(
    ("clock", "known", "told_later", "seconds"),
    [
        ("received", {"stopped_at": ago(hours=4)}, {"stopped_seconds": 7_200, "clear": ["stopped_at"]}, 3_600),
        ("received_confirmed", {"outcome_id": 1, "actioned_at": ago(hours=4)},
         {"confirmed_down_at": ago(hours=3)}, 18_000),
    ],
    ids=["stop", "check"],
)  # fmt: skip
def test_what_is_told_later_was_not_known(
    connection: Connection, clock: str, known: dict[str, Any], told_later: dict[str, Any], seconds: int
) -> None:
    link = pinned(asked(clock=clock))
    request = {"content_key": "k", "service_id": 3, "received_at": ago(hours=5)}
    recording.takedown_requests(connection, "ais", [request | known], now=NOW)
    for later in ({}, told_later):
        recording.takedown_requests(
            connection, "ais", [{"content_key": "k"} | later], now=NOW + timedelta(hours=3 if later else 0)
        )
        frame = durations.durations(connection, link)
        assert frame[["end", "seconds", "n"]].values.tolist() == [["open", seconds, 1]]


def _figures(connection: Connection, moment: datetime) -> tuple[int, int, int]:
    row = contents.totals(connection, replace(pinned(asked(window="24h")), as_of=moment)).iloc[0]
    return row["n_open"], row["n_removed"], row["n_labelled"]


def test_content_shows_the_outcome_of_the_highest_request_known_at_each_moment(connection: Connection) -> None:
    """Requested, removed, seen again and requested anew, labelled: a link of each hour between keeps its answer."""
    key, found = {"content_key": "k"}, ago(hours=9)
    recording.contents(connection, "ais", [{"natural_key": "k", "detected_at": found}], now=found)
    told: list[tuple[int, dict[str, Any], tuple[int, int, int]]] = [
        (8, {"request_no": 1, "notified_at": ago(hours=8)}, (1, 0, 0)),
        (7, {"request_no": 1, "outcome_id": REMOVED, "actioned_at": ago(hours=7)}, (0, 1, 0)),
        (6, {"request_no": 2, "notified_at": ago(hours=6)}, (1, 0, 0)),
        (5, {"request_no": 2, "outcome_id": LABELLED, "actioned_at": ago(hours=5)}, (0, 0, 1)),
        (4, {"request_no": 2, "outcome_id": OPEN}, (1, 0, 0)),
    ]
    for hours, row, _ in told:
        recording.takedown_requests(connection, "ais", [key | row], now=ago(hours=hours))
    for hours, _, expected in [(9, {}, (1, 0, 0)), *told]:
        assert _figures(connection, ago(hours=hours - 0.5)) == expected


def test_of_two_words_in_one_second_the_value_before_the_first_was_known(connection: Connection) -> None:
    request = {"content_key": "k", "service_id": 3, "received_at": ago(hours=5)}
    recording.takedown_requests(connection, "ais", [request], now=ago(hours=5))
    for outcome in (LABELLED, REMOVED):
        ended = {"content_key": "k", "outcome_id": outcome, "actioned_at": ago(hours=4)}
        recording.takedown_requests(connection, "ais", [ended], now=NOW + timedelta(hours=1))
    (told,) = connection.execute(select(request_event).where(request_event.c.kind == "outcome_id")).all()
    assert (told.value_before, told.value) == (str(OPEN), str(REMOVED))
    frame = durations.durations(connection, pinned(asked()))
    assert frame[["end", "seconds"]].values.tolist() == [["open", 18_000]]
