"""Where no sum holds the filters or the clock only the newest requests are read, the same for all, and it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from data.rollups.clocks import REMOVED
from queries import appeals, newest, request_sources, takedowns
from queries.dimensions import ids
from tests.queries import factories
from tests.queries.factories import FACEBOOK, JAKARTA, TIKTOK, WEST_JAVA, ago, asked, at, pinned

SINCE = at("2026-03-04 08:00")
"""The hour of the third newest of `REQUESTS` hours ago, seen from NOW."""

OTHERS: list[dict[str, Any]] = [
    {"clock": "detected"},
    {"clock": "received_confirmed"},
    {"provinces": ("32",), "themes": ("sara",)},
]


@pytest.fixture(autouse=True)
def few(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five requests of West Java, removed after 20 minutes, of which the newest three are read."""
    monkeypatch.setattr(newest, "JUDGED_REQUESTS", 3)
    for hours in (2, 3, 3, 5, 9):
        start = ago(hours=hours)
        down = {"detected_at": start, "confirmed_down_at": start + timedelta(minutes=20)}
        factories.ended(connection, start, 20, REMOVED, province_code=WEST_JAVA, **down)


@pytest.mark.parametrize("choice", OTHERS)
def test_every_figure_speaks_of_the_same_newest_part_and_says_since_when(
    connection: Connection, choice: dict[str, Any]
) -> None:
    filters = asked(window="24h", **choice)
    shares, curve = (
        takedowns.within_promise(connection, filters),
        takedowns.within_promise_over_time(connection, filters),
    )
    mix = request_sources.mix(connection, filters)
    assert shares[shares["is_total"]]["n_due"].tolist() == [3]
    assert (curve["n_due"].sum(), curve["n_within_60"].sum(), mix["n"].sum()) == (3, 3, 3)
    assert curve["started_at"].iloc[0] == filters.since
    assert {frame.attrs["bounded_since"] for frame in (shares, curve, mix)} == {SINCE}


def test_the_same_hours_are_those_of_the_part_that_is_judged(connection: Connection) -> None:
    for hours in (3, 9):
        factories.ended(connection, ago(days=7, hours=hours), 90, REMOVED, detected_at=ago(days=7, hours=hours))
    (row,) = takedowns.same_hours_last_week(connection, asked(window="24h", clock="detected")).to_dict("records")
    assert (row["n_due"], row["n_due_before"], row["since"]) == (3, 1, SINCE)
    assert row["since"] - row["since_before"] == timedelta(days=7)


def test_sums_and_fixed_links_are_not_cut(connection: Connection) -> None:
    for filters in (asked(window="24h"), pinned(asked(window="24h", clock="detected"))):
        frame = takedowns.within_promise(connection, filters)
        assert (frame["n_due"].max(), frame.attrs["bounded_since"]) == (5, None)
        assert request_sources.mix(connection, filters)["n"].sum() == 5


def test_what_is_read_is_counted_whatever_passes(connection: Connection) -> None:
    filters = asked(window="24h", provinces=("31",), themes=("sara",))
    assert newest.newest(connection, filters, ids(connection), 3) == replace(filters, since=SINCE)
    factories.request(connection, ago(hours=5), province_code=JAKARTA, service_id=TIKTOK)
    frame = takedowns.within_promise(connection, filters)
    assert (frame["n_due"].max(), frame.attrs["bounded_since"]) == (0, SINCE)


def test_a_stopped_clock_that_shows_less_than_an_hour_is_not_due_on_any_clock(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "JUDGED_REQUESTS", 99)
    factories.request(connection, ago(minutes=90), detected_at=ago(minutes=90), stopped_seconds=40 * 60)
    factories.request(connection, ago(minutes=90), detected_at=ago(minutes=90), stopped_seconds=20 * 60)
    for clock in ("received", "detected", "detected_confirmed"):
        frame = takedowns.within_promise(connection, asked(window="24h", clock=clock))
        (row,) = frame[frame["is_total"]].to_dict("records")
        assert (row["n_due"], row["n_not_yet_due"], row["n_within_60"]) == (6, 1, 5)


def test_of_removals_of_a_province_the_newest_old_enough_are_watched(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeals, "MATURED_REMOVALS", 2)
    for hours, province in ((1, WEST_JAVA), (3, JAKARTA), (30, WEST_JAVA)):
        gone = ago(days=7, hours=hours)
        back = {"reappeared_at": gone + timedelta(days=1)}
        factories.ended(connection, gone - timedelta(minutes=9), 9, REMOVED, province_code=province, **back)
    (row,) = appeals.errors(connection, asked(window="24h", provinces=(WEST_JAVA,))).to_dict("records")
    assert (row["n_matured_7"], row["n_reappeared_7"]) == (1, 1)
    assert row["removed_since_7"] > ago(days=7, hours=30)
    (row,) = appeals.errors(connection, asked(window="24h")).to_dict("records")
    assert (row["n_matured_7"], row["n_reappeared_7"]) == (3, 3)


def test_of_appeals_of_a_province_the_newest_are_looked_up_and_it_is_said(connection: Connection) -> None:
    for place, hours in enumerate((1, 2, 2, 4)):
        content_id = factories.ended(connection, ago(days=3), 5, REMOVED, province_code=WEST_JAVA)
        filed = {"filed_at": ago(hours=hours), "decided_at": None, "reinstated_at": None}
        given = {
            "content_id": content_id,
            "request_no": 1,
            "appeal_no": place,
            "service_id": FACEBOOK,
            "result": "open",
        }
        factories.row(connection, "appeal", **given, **filed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appeals, "_BEYOND", appeals._beyond(2))
        narrow = appeals.errors(connection, asked(window="24h", provinces=(WEST_JAVA,)))
        whole = appeals.errors(connection, asked(window="24h"))
    assert (narrow["n_received"].item(), narrow["n_waiting"].item()) == (1, 4)
    assert narrow.attrs["bounded_since"] == ago(hours=2) + timedelta(seconds=1)
    assert (whole["n_received"].item(), whole.attrs) == (4, {})
    assert appeals.errors(connection, asked(window="24h", provinces=(WEST_JAVA,)))["n_received"].item() == 4
