"""A fixed link keeps its durations when stops and checks are told after its moment."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from data import recording
from queries import durations
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
