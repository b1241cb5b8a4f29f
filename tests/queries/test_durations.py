"""How long requests last, on every clock: known rows give known seconds, from the sums as from the rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups import clocks
from data.rollups.clocks import LABELLED, OPEN, REMOVED
from queries import durations, latency, takedowns
from queries.filters import CLOCKS
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, WHATSAPP, ago, asked

RECEIVED = ago(hours=5)
TIMES: dict[str, datetime] = {
    "posted_at": RECEIVED - timedelta(minutes=100), "detected_at": RECEIVED - timedelta(minutes=40),
    "notified_at": RECEIVED - timedelta(minutes=10), "actioned_at": RECEIVED + timedelta(minutes=50),
    "confirmed_down_at": RECEIVED + timedelta(minutes=70),
}  # fmt: skip
STOPPED = 7 * 60
MINUTES = {
    "received": 43, "notified": 53, "detected": 83, "posted": 143,
    "received_confirmed": 63, "notified_confirmed": 73, "detected_confirmed": 103, "posted_confirmed": 163,
}  # fmt: skip
"""Clock -> minutes of the one request above: 50 after receipt, 70 to checked down, less 7 of a stop."""


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


@pytest.fixture
def as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the requests of a test are: sums are read."""
    monkeypatch.setattr(durations, "FEW_REQUESTS", 0)
    monkeypatch.setattr(durations, "FEW_OF_A_SERVICE", 0)


def rows(frame: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    return list(frame[["service", "end", "seconds", "n"]].itertuples(index=False, name=None))


def test_each_clock_has_words_and_a_definition() -> None:
    assert list(CLOCKS) == list(clocks.CLOCKS) == list(MINUTES)


@pytest.mark.parametrize("clock", MINUTES)
def test_one_request_lasts_what_its_times_say_on_each_clock(connection: Connection, clock: str) -> None:
    factories.request(connection, RECEIVED, outcome_id=REMOVED, stopped_seconds=STOPPED, **TIMES)
    frame = durations.durations(connection, asked(clock=clock, provinces=("tanpa",)))
    assert rows(frame) == [("facebook", "removed", MINUTES[clock] * 60, 1)]
    assert frame.attrs["is_exact"]


@pytest.mark.parametrize("clock", MINUTES)
def test_an_open_request_counts_until_now_less_its_stop(connection: Connection, clock: str) -> None:
    begun = {name: TIMES[name] for name in ("posted_at", "detected_at", "notified_at")}
    factories.request(connection, RECEIVED, stopped_seconds=STOPPED, **begun)
    ((_, end, seconds, n),) = rows(durations.durations(connection, asked(clock=clock, provinces=("tanpa",))))
    start = {"received": 0, "notified": 10, "detected": 40, "posted": 100}[clock.removesuffix("_confirmed")]
    assert (end, seconds, n) == ("open", 5 * 3_600 + start * 60 - STOPPED, 1)


def test_a_clock_that_stands_still_does_not_grow(connection: Connection) -> None:
    factories.request(connection, ago(hours=9), stopped_at=ago(hours=8))
    assert rows(durations.durations(connection, asked())) == [("facebook", "open", 3_600, 1)]


def test_a_stop_counts_to_the_second_however_old_the_request(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durations, "FEW_REQUESTS", 0)
    factories.request(connection, ago(hours=30), stopped_seconds=6 * 3_600)
    factories.request(connection, ago(hours=31), stopped_at=ago(hours=1))
    factories.request(connection, ago(days=6), stopped_at=ago(days=6) + timedelta(seconds=77), stopped_seconds=7)
    factories.request(connection, ago(days=6), time_precision="day", stopped_seconds=7)
    factories.request(connection, ago(days=6), stopped_seconds=5, service_id=TIKTOK)
    frame = durations.durations(connection, asked(window="7d", services=("facebook",)))
    assert not frame.attrs["is_exact"]
    assert rows(frame) == [("facebook", "open", seconds, 1) for seconds in (70, 24 * 3_600, 30 * 3_600)]


def test_a_removal_not_yet_checked_still_runs_on_a_clock_to_checked_down(connection: Connection) -> None:
    factories.ended(connection, ago(hours=2), 30, REMOVED)
    frame = durations.durations(connection, asked(clock="received_confirmed"))
    assert rows(frame) == [("facebook", "open", 7_200, 1)]


@pytest.mark.parametrize(
    "odd",
    [{"time_precision": "day"}, {"actioned_at": ago(hours=6)}, {"actioned_at": None}],
    ids=["date only", "ends before it starts", "ended without an end"],
)
def test_times_that_measure_nothing_are_left_out(connection: Connection, odd: dict[str, Any]) -> None:
    factories.request(connection, RECEIVED, **{"outcome_id": REMOVED, "actioned_at": ago(hours=4)} | odd)
    assert durations.durations(connection, asked()).empty
    assert takedowns.within_promise(connection, asked())["n_unmeasurable"].iloc[-1] == 1


def some_requests(connection: Connection, n: int) -> None:
    random, batch = np.random.default_rng(7), factories.Batch()
    for place in range(n):
        service = (factories.FACEBOOK, TIKTOK, factories.X)[place % 3]
        begun = NOW - timedelta(seconds=int(random.integers(600, 6 * 86_400)))
        lasting = float(random.lognormal(5, 1.5))
        is_over = begun + timedelta(minutes=lasting) < NOW and place % 4
        if is_over:
            factories.ended(batch, begun, lasting, (REMOVED, LABELLED)[place % 8 == 1], service_id=service)
        else:
            factories.request(batch, begun, service_id=service)
    batch.write(connection)


def test_minutes_are_read_back_as_they_were_written_where_requests_are_few(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.ended(connection, ago(days=200), 10, REMOVED)
    factories.ended(connection, ago(days=1), 60, REMOVED, service_id=TIKTOK)
    minutes = []
    for few in (1, 2):
        monkeypatch.setattr(durations, "FEW_REQUESTS", few)
        frame = durations.durations(connection, asked(window="365d", services=("facebook",)))
        assert frame.attrs == {"uses_facts": few == 2, "bounded_since": None, "is_exact": few == 2}
        minutes.append(latency.summary(frame).iloc[-1]["median_minutes"])
    assert minutes == [pytest.approx(10, rel=0.01), 10]


def test_sums_equal_rows_within_the_width_of_a_bucket(connection: Connection, as_many: None) -> None:
    some_requests(connection, 300)
    sums = durations.durations(connection, asked(window="7d"))
    exact = durations.durations(connection, asked(window="7d", provinces=("tanpa",)))
    assert not sums.attrs["is_exact"]
    assert exact.attrs["is_exact"]
    counts = [frame.groupby(["service", "end"])["n"].sum().to_dict() for frame in (sums, exact)]
    assert counts[0] == counts[1]
    known, true = latency.summary(sums).iloc[-1], latency.summary(exact).iloc[-1]
    assert known["median_minutes"] == pytest.approx(true["median_minutes"], rel=0.07)
    assert known["removed_60"] == pytest.approx(true["removed_60"], abs=0.005)


def test_the_open_ones_of_a_small_service_are_exact_beside_those_of_a_large_one(
    connection: Connection, as_many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durations, "FEW_OF_A_SERVICE", 2)
    begun = ago(days=10, minutes=17)
    for service, n in ((TIKTOK, 2), (factories.FACEBOOK, 3)):
        for place in range(n):
            stood = {"stopped_seconds": 3_600} if place == 0 else {}
            factories.request(connection, begun, service_id=service, **stood)
    frame = durations.durations(connection, asked(window="30d"))
    running = int((asked().as_of - begun).total_seconds())
    lasted = {service: list(zip(part["seconds"], part["n"], strict=True)) for service, part in frame.groupby("service")}
    assert lasted["tiktok"] == [(running - 3_600, 1), (running, 1)]
    assert sum(n for _, n in lasted["facebook"]) == 3
    assert [seconds for seconds, _ in lasted["facebook"]] == [pytest.approx(running, rel=0.01)]


def test_the_reference_vector_gives_ten(connection: Connection) -> None:
    begun = ago(minutes=12)
    for minutes, ended in zip((3, 5, 6, 7, 8, 10, 12, 12), (1, 0, 1, 1, 0, 1, 1, 0), strict=True):
        if ended:
            factories.ended(connection, begun, minutes, REMOVED)
        else:
            factories.request(connection, ago(minutes=minutes))
    whole = latency.summary(durations.durations(connection, asked(provinces=("tanpa",)))).iloc[-1]
    assert (whole["n"], whole["n_open"], whole["median_minutes"]) == (8, 3, 10)


def test_a_median_that_is_not_reached_is_above_what_was_watched(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 1, REMOVED)
    for _ in range(2):
        factories.request(connection, ago(minutes=192))
    whole = latency.summary(durations.durations(connection, asked())).iloc[-1]
    assert pd.isna(whole["median_minutes"])
    assert whole["longest_minutes"] == 192


def test_closed_messaging_has_no_latency(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 1, REMOVED, service_id=WHATSAPP)
    frame = durations.durations(connection, asked())
    summary = latency.summary(frame).set_index("service")
    assert not summary.loc["whatsapp", "is_applicable"]
    assert pd.isna(summary.loc["whatsapp", "median_minutes"])
    assert summary.loc["", "n"] == 0
    assert latency.curves(frame).empty


def test_other_ends_are_no_removals_and_all_parts_add_up(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 10, REMOVED)
    factories.ended(connection, ago(hours=3), 20, LABELLED)
    factories.request(connection, ago(hours=3), outcome_id=OPEN)
    frame = latency.incidence(durations.durations(connection, asked(provinces=("tanpa",))))
    hour = frame[(frame["service"] == "") & (frame["minutes"] == 60)].set_index("end")["share"]
    assert hour["removed"] == pytest.approx(1 / 3)
    assert hour["labelled"] == pytest.approx(1 / 3)
    assert hour.sum() == pytest.approx(2 / 3)


def test_ends_beyond_the_longest_wait_are_unknown_until_all_have_ended(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 10, REMOVED)
    frame = durations.durations(connection, asked(provinces=("tanpa",)))
    assert latency.incidence(frame)["share"].notna().all(), "whatever had to end has ended"
    factories.request(connection, ago(hours=3), outcome_id=OPEN)
    frame = durations.durations(connection, asked(provinces=("tanpa",)))
    ends = latency.incidence(frame)
    known = ends[ends["service"] == ""].groupby("minutes")["share"].agg(lambda shares: bool(shares.notna().all()))
    assert known.to_dict() == {60: True, 240: False, 1_440: False, 10_080: False}


@pytest.mark.parametrize("clock", MINUTES)
def test_the_share_within_the_hour_follows_the_clock(connection: Connection, clock: str) -> None:
    factories.request(connection, RECEIVED, outcome_id=REMOVED, stopped_seconds=STOPPED, **TIMES)
    whole = takedowns.within_promise(connection, asked(clock=clock)).iloc[-1]
    assert (whole["n_due"], whole["n_within_60"]) == (1, int(MINUTES[clock] <= 60))
    series = takedowns.within_promise_over_time(connection, asked(clock=clock))
    assert (series["n_due"].sum(), series["n_within_60"].sum()) == (1, int(MINUTES[clock] <= 60))


def test_a_stop_spares_from_being_due_on_every_clock(connection: Connection) -> None:
    found = ago(minutes=100)
    factories.request(connection, ago(minutes=90), detected_at=found, stopped_seconds=45 * 60)
    for clock in ("received", "detected", "detected_confirmed"):
        whole = takedowns.within_promise(connection, asked(clock=clock)).iloc[-1]
        assert (whole["n_due"], whole["n_not_yet_due"]) == (0, 1)
        assert takedowns.within_promise_over_time(connection, asked(clock=clock))["n_due"].sum() == 0
