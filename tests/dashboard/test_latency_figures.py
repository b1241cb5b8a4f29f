"""The figures of domain.md section 3, from recorded requests to the words that stand on the page."""

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from dashboard import formats
from dashboard.charts import survival
from data import recording
from data.engine import transaction
from data.rollups.clocks import OPEN, REMOVED
from queries import durations, latency, takedowns
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, ago, asked

MINUTES = (3, 5, 6, 7, 8, 10, 12, 12)
CAME_DOWN = (1, 0, 1, 1, 0, 1, 1, 0)
ROUTES = [{}, {"provinces": ("tanpa",)}, {"clock": "notified"}]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def record_vector(connection: Connection) -> None:
    """Record eight requests the way a feed tells them: sent and received, five of them removed later."""
    told = [
        {"content_key": f"k{number}", "service_id": TIKTOK, "notified_at": ago(minutes=lasts)}
        | ({"outcome_id": REMOVED, "actioned_at": NOW} if down else {})
        for number, (lasts, down) in enumerate(zip(MINUTES, CAME_DOWN, strict=True))
    ]
    assert recording.takedown_requests(connection, "ais", told, now=NOW).new == 8


@pytest.mark.parametrize("choice", ROUTES, ids=["all", "a region", "another clock"])
def test_the_reference_vector_reads_ten_minutes(connection: Connection, choice: dict[str, str]) -> None:
    record_vector(connection)
    frame = durations.durations(connection, asked(**choice))
    whole = latency.summary(frame).iloc[-1]
    assert (whole["n"], whole["n_open"], survival.half(whole, "id"), survival.half(whole, "en")) == (
        8, 3, "10\xa0m", "10\xa0m",
    )  # fmt: skip
    curve = latency.survival(latency.of_service(frame, ""))
    shares = [formats.percent(curve.at(minutes * 60)[0], "en", 2) for minutes in (3, 6, 7, 10)]
    assert shares == ["87.50\xa0%", "72.92\xa0%", "58.33\xa0%", "38.89\xa0%"]
    watched = latency.at_risk(frame).set_index("minutes")["at_risk"]
    assert (watched[1], watched[15]) == (8, 0)


@pytest.mark.parametrize(
    ("kept", "due", "shown"), [(6, 6, "61–100"), (0, 11, "0–26"), (10, 17, "36–78"), (332, 455, "69–77")]
)
def test_the_interval_counts_only_requests_whose_hour_has_passed(
    connection: Connection, kept: int, due: int, shown: str
) -> None:
    batch = factories.Batch()
    for place in range(due):
        if place < kept:
            factories.ended(batch, ago(minutes=100), 60, REMOVED)
        elif place % 2:
            factories.ended(batch, ago(minutes=100), 60 + 1 / 60, REMOVED)
        else:
            factories.request(batch, ago(minutes=60 + place))
    factories.ended(batch, ago(minutes=59), 5, REMOVED)
    factories.request(batch, ago(minutes=59))
    batch.write(connection)
    whole = takedowns.within_promise(connection, asked()).iloc[-1]
    assert (whole["n_due"], whole["n_within_60"], whole["n_not_yet_due"], whole["n_ended_early"]) == (due, kept, 1, 1)
    assert formats.percent_range(whole["low"], whole["high"], "id") == f"{shown}\xa0%"


def test_a_median_that_is_not_reached_says_how_long_was_watched(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 1, REMOVED)
    for _ in range(2):
        factories.request(connection, ago(minutes=192))
    whole = latency.summary(durations.durations(connection, asked())).iloc[-1]
    assert survival.half(whole, "id") == "> 3\xa0j\xa012\xa0m"
    assert survival.half(whole, "en") == "> 3\xa0h\xa012\xa0m"


def test_a_curve_is_drawn_to_the_moment_that_ends_it_and_its_band_does_not_close_there(connection: Connection) -> None:
    """Six are all down at minute 20: the picture falls to nothing there, and no step before it gave a band."""
    for _ in range(6):
        factories.ended(connection, ago(hours=3), 20, REMOVED)
    drawn = latency.curves(durations.durations(connection, asked()))
    assert drawn.iloc[0][["minutes", "still_up"]].tolist() == [1, 1]
    assert drawn.iloc[-1][["minutes", "still_up", "low", "high"]].tolist() == [20, 0, 0, 1]


def test_the_upper_limit_of_a_curve_that_fell_to_nothing_is_the_last_one_known(connection: Connection) -> None:
    for minutes in (10, 20, 30, 40):
        factories.ended(connection, ago(hours=3), minutes, REMOVED)
    drawn = latency.curves(durations.durations(connection, asked())).set_index("minutes")
    before, last = drawn[drawn["still_up"] > 0].iloc[-1], drawn.iloc[-1]
    assert (last["still_up"], last["low"]) == (0, 0)
    assert last["high"] == before["high"] > 0.25


def test_an_open_request_never_lowers_the_median(connection: Connection) -> None:
    medians = []
    for minutes in (10, 20, 30, 40):
        factories.ended(connection, ago(hours=2), minutes, REMOVED)
    for age in (5, 25, 31, 35, 90, 200):
        factories.request(connection, ago(minutes=age), outcome_id=OPEN)
        medians.append(latency.summary(durations.durations(connection, asked())).iloc[-1]["median_minutes"])
    assert pd.Series(medians).is_monotonic_increasing
    assert (medians[0], medians[-1]) == (20, 40)


def test_buckets_fill_until_the_hour_of_their_last_request_is_up(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 60, REMOVED)
    series = takedowns.within_promise_over_time(connection, asked())
    ends = series["started_at"] + pd.Timedelta(hours=1)
    assert series["is_filling"].tolist() == (ends > NOW - timedelta(hours=1)).tolist()
    assert 1 <= series["is_filling"].sum() < len(series)
