"""The promise of the hour: who waits, who is late, what share was kept; exact at the second."""

import re
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection

from data.rollups.clocks import DELETED_BY_UPLOADER, LABELLED, OPEN, REJECTED, REMOVED, WITHDRAWN
from queries import open_ages, takedowns, waiting_statements
from queries.narrowing import Narrowed
from tests.queries import factories
from tests.queries.factories import (
    JAKARTA,
    LOGISTICS,
    NOW,
    PUBLIC,
    TIKTOK,
    WEST_JAVA,
    WHATSAPP,
    X,
    ago,
    asked,
    pinned,
)  # fmt: skip


def of(frame: pd.DataFrame, service: str = "") -> dict[str, object]:
    return dict(frame[frame["service"] == service].iloc[0])


def sixty(**more: float) -> timedelta:
    return timedelta(minutes=60, **more)


@pytest.mark.parametrize(
    ("age", "counted"),
    [
        (sixty(seconds=1), {"n_overdue": 1}),
        (sixty(), {"n_not_yet_due": 1, "n_nearing": 1}),
        (timedelta(minutes=45, seconds=1), {"n_not_yet_due": 1, "n_nearing": 1}),
        (timedelta(minutes=45), {"n_not_yet_due": 1}),
        (timedelta(0), {"n_not_yet_due": 1}),
        (timedelta(days=500), {"n_overdue": 1}),
    ],
)
def test_an_open_request_is_late_from_the_second_after_its_hour(
    connection: Connection, age: timedelta, counted: dict[str, int]
) -> None:
    factories.request(connection, NOW - age)
    expected = {"n_open": 1, "n_overdue": 0, "n_nearing": 0, "n_not_yet_due": 0, "n_undated": 0} | counted
    row = of(takedowns.now_open(connection, asked(window="1h")))
    assert {name: row[name] for name in expected} == expected


def test_ended_requests_do_not_wait(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 30, REMOVED)
    factories.ended(connection, ago(minutes=20), 5, REJECTED)
    assert of(takedowns.now_open(connection, asked()))["n_open"] == 0


def test_a_request_never_received_is_on_the_clock_of_its_sending(connection: Connection) -> None:
    factories.request(connection, None, notified_at=ago(minutes=61))
    factories.request(connection, ago(minutes=59), notified_at=ago(minutes=70))
    row = of(takedowns.now_open(connection, asked()))
    assert (row["n_overdue"], row["n_not_yet_due"]) == (1, 1)
    assert row["oldest_started_at"] == ago(minutes=61)


def test_a_stopped_clock_does_not_run(connection: Connection) -> None:
    factories.request(connection, ago(minutes=90), stopped_at=ago(minutes=40))
    factories.request(connection, ago(minutes=90), stopped_seconds=31 * 60)
    factories.request(connection, ago(minutes=90), stopped_seconds=29 * 60)
    row = of(takedowns.now_open(connection, asked()))
    assert (row["n_open"], row["n_overdue"], row["n_not_yet_due"], row["n_nearing"]) == (3, 1, 2, 2)
    assert row["oldest_minutes"] in (50, 59, 61)


def test_requests_without_a_usable_start_are_counted_apart_and_never_late(connection: Connection) -> None:
    factories.request(connection, ago(days=3), time_precision="day")
    factories.request(connection, None)
    row = of(takedowns.now_open(connection, asked()))
    assert (row["n_open"], row["n_undated"], row["n_overdue"]) == (2, 2, 0)
    assert pd.isna(row["oldest_minutes"])


def test_the_oldest_is_named_with_the_age_of_its_clock(connection: Connection) -> None:
    factories.request(connection, ago(minutes=100), stopped_seconds=600)
    factories.request(connection, ago(minutes=95))
    frame = takedowns.now_open(connection, asked())
    assert (of(frame)["oldest_started_at"], of(frame)["oldest_minutes"]) == (ago(minutes=100), 90)
    assert frame.loc[~frame["is_total"], "oldest_started_at"].isna().all()


@pytest.mark.parametrize(
    ("narrowed", "other"),
    [
        ({"services": ("facebook",)}, {"service_id": TIKTOK}),
        ({"provinces": ("32",)}, {"province_code": JAKARTA}),
        ({"themes": ("sara",)}, {"theme_id": LOGISTICS}),
        ({"sources": ("automatic",)}, {"source_id": PUBLIC}),
        ({"themes": ("sara",), "provinces": ("32",)}, {"province_code": None}),
    ],
)
def test_each_filter_leaves_the_others_out(
    connection: Connection, narrowed: dict[str, tuple[str, ...]], other: dict[str, object]
) -> None:
    for kind in ({}, other):
        given = {"province_code": WEST_JAVA} | kind
        factories.request(connection, ago(minutes=50), **given)
        factories.request(connection, ago(hours=5), **given)
        factories.request(connection, ago(hours=5), **given, time_precision="day")
        factories.ended(connection, ago(hours=4), 30, REMOVED, **given)
    filters = asked(window="24h", **narrowed)
    for view in (filters, pinned(filters)):
        row = of(takedowns.now_open(connection, view))
        assert [row[name] for name in ("n_open", "n_overdue", "n_nearing", "n_undated")] == [3, 1, 1, 1]
        assert row["oldest_started_at"] == ago(hours=5)
        row = of(takedowns.within_promise(connection, view))
        assert [row[name] for name in ("n_requests", "n_due", "n_within_60", "n_not_yet_due")] == [4, 2, 1, 1]
        assert takedowns.within_promise_over_time(connection, view)["n_due"].sum() == 2


def test_the_share_is_of_requests_whose_hour_is_up_and_not_withdrawn_in_it(connection: Connection) -> None:
    for minutes, outcome in ((30, REMOVED), (60, REMOVED), (60.5, REMOVED), (10, LABELLED), (10, REJECTED)):
        factories.ended(connection, ago(hours=5), minutes, outcome)
    factories.ended(connection, ago(hours=5), 10, WITHDRAWN)
    factories.ended(connection, ago(hours=5), 60, DELETED_BY_UPLOADER)
    factories.ended(connection, ago(hours=5), 61, DELETED_BY_UPLOADER)
    factories.ended(connection, ago(hours=5), 200, WITHDRAWN)
    factories.request(connection, ago(hours=5))
    factories.ended(connection, ago(hours=5), -5, REMOVED)
    factories.request(connection, ago(hours=5), time_precision="day")
    row = of(takedowns.within_promise(connection, asked()))
    assert (row["n_requests"], row["n_withdrawn"], row["n_unmeasurable"], row["n_due"]) == (12, 2, 2, 8)
    assert (row["n_within_60"], row["share"]) == (2, pytest.approx(2 / 8))


def test_the_last_hour_is_not_due_whatever_became_of_it(connection: Connection) -> None:
    factories.ended(connection, ago(minutes=59, seconds=59), 5, REMOVED)
    factories.request(connection, ago(minutes=59, seconds=59))
    factories.ended(connection, NOW - sixty(), 5, REMOVED)
    factories.request(connection, NOW - sixty())
    row = of(takedowns.within_promise(connection, asked()))
    assert (row["n_due"], row["n_within_60"], row["n_not_yet_due"], row["n_ended_early"]) == (2, 1, 1, 1)


def test_an_open_request_on_a_stopped_clock_is_not_due_before_its_hour_is_up(connection: Connection) -> None:
    factories.request(connection, ago(minutes=90), stopped_seconds=30 * 60 + 1)
    factories.request(connection, ago(minutes=90), stopped_seconds=30 * 60)
    row = of(takedowns.within_promise(connection, asked()))
    assert (row["n_due"], row["n_not_yet_due"]) == (1, 1)
    assert takedowns.within_promise_over_time(connection, asked())["n_due"].sum() == 1


def test_stops_do_not_count_against_the_service(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 100, REMOVED, stopped_seconds=40 * 60)
    assert of(takedowns.within_promise(connection, asked()))["n_within_60"] == 1


def test_the_cohort_is_that_of_the_start_not_of_the_end(connection: Connection) -> None:
    factories.ended(connection, ago(hours=30), 29 * 60, REMOVED)
    assert of(takedowns.within_promise(connection, asked(window="24h")))["n_requests"] == 0


def test_the_interval_is_wilsons(connection: Connection) -> None:
    for minutes in (10,) * 10 + (90,) * 7:
        factories.ended(connection, ago(hours=5), minutes, REMOVED)
    row = of(takedowns.within_promise(connection, asked()))
    assert (round(row["low"], 2), round(row["high"], 2)) == (0.36, 0.78)


def test_closed_messaging_has_no_share_and_totals_leave_it_out(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 10, REMOVED, service_id=WHATSAPP)
    factories.ended(connection, ago(hours=5), 90, REMOVED, service_id=X)
    frame = takedowns.within_promise(connection, asked())
    closed, whole = of(frame, "whatsapp"), of(frame)
    assert (closed["is_applicable"], closed["n_due"], closed["n_not_applicable"]) == (False, 0, 1)
    assert pd.isna(closed["share"])
    assert (whole["n_requests"], whole["n_not_applicable"], whole["n_due"], whole["share"]) == (2, 1, 1, 0)
    only_closed = takedowns.within_promise_over_time(connection, asked(services=("whatsapp",)))
    assert only_closed["n_due"].sum() == 0
    assert only_closed["share"].isna().all()


def test_what_a_share_leaves_out_is_shown_beside_it_and_sums_to_the_whole(connection: Connection) -> None:
    for number, outcome in enumerate((OPEN, REMOVED, REJECTED, WITHDRAWN) * 6):
        begun = ago(minutes=number * 10)
        service = (TIKTOK, X, WHATSAPP)[number % 3]
        if outcome == OPEN:
            factories.request(connection, begun, service_id=service)
        else:
            factories.ended(connection, begun, 3, outcome, service_id=service)
    frame = takedowns.within_promise(connection, asked())
    parts = ["n_not_applicable", "n_unmeasurable", "n_withdrawn", "n_due", "n_not_yet_due", "n_ended_early"]
    assert (frame[parts].sum(axis=1) == frame["n_requests"]).all()
    services, whole = frame[~frame["is_total"]], of(frame)
    assert all(services[name].sum() == whole[name] for name in takedowns.PROMISE_COUNTS)
    assert whole["n_requests"] == 24


def test_waiting_requests_of_all_services_sum_to_the_whole(connection: Connection) -> None:
    for number in range(30):
        factories.request(connection, ago(minutes=7 * number), service_id=(TIKTOK, X, 0)[number % 3])
    frame = takedowns.now_open(connection, asked())
    services, whole = frame[~frame["is_total"]], of(frame)
    assert all(services[n].sum() == whole[n] for n, kind in takedowns.NOW_OPEN.items() if kind == "count")
    assert whole["n_open"] == whole["n_overdue"] + whole["n_not_yet_due"] + whole["n_undated"] == 30
    assert whole["n_not_yet_due"] == sum(7 * number <= 60 for number in range(30))


def test_the_share_over_time_has_every_bucket_and_says_which_may_still_change(connection: Connection) -> None:
    factories.ended(connection, factories.at("2026-03-04 10:15"), 30, REMOVED)
    factories.ended(connection, factories.at("2026-03-04 10:45"), 90, REMOVED)
    factories.ended(connection, factories.at("2026-03-04 11:20"), 10, REMOVED)
    factories.ended(connection, factories.at("2026-03-04 11:50"), 10, REMOVED)
    frame = takedowns.within_promise_over_time(connection, asked(window="6h"))
    assert list(frame["n_due"]) == [0, 0, 0, 0, 2, 1, 0]
    assert list(frame["n_within_60"]) == [0, 0, 0, 0, 1, 1, 0]
    assert list(frame["share"].dropna()) == [0.5, 1]
    assert list(frame["is_filling"]) == [False] * 5 + [True, True]


def test_the_share_of_last_weeks_same_hours_stands_beside(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 10, REMOVED)
    factories.ended(connection, ago(days=7, hours=5), 10, REMOVED)
    factories.ended(connection, ago(days=7, hours=5), 90, REMOVED)
    row = dict(takedowns.same_hours_last_week(connection, asked()).iloc[0])
    assert (row["share"], row["share_before"], row["change_points"]) == (1, 0.5, 50)
    assert (row["n_due"], row["n_due_before"]) == (1, 2)


def test_a_fixed_link_keeps_the_open_ones_open(connection: Connection) -> None:
    view = asked(window="24h")
    factories.request(connection, ago(hours=5))
    factories.ended(connection, ago(hours=5), 6 * 60, REMOVED)
    factories.request(connection, NOW + timedelta(hours=1))
    late = factories.ended(connection, ago(hours=5), 60, REMOVED)
    factories.event(connection, late, NOW + timedelta(hours=1), REMOVED)
    connection.execute(
        factories.tables.takedown_request.update()
        .where(factories.tables.takedown_request.c.content_id == late)
        .values(updated_at=NOW + timedelta(hours=1))
    )
    row = of(takedowns.within_promise(connection, pinned(view)))
    assert (row["n_requests"], row["n_due"], row["n_within_60"]) == (3, 3, 0)
    row = of(takedowns.now_open(connection, pinned(view)))
    assert (row["n_open"], row["n_overdue"]) == (3, 3)


def test_what_was_told_after_the_moment_of_a_link_is_put_back(connection: Connection) -> None:
    view, later = asked(window="24h"), NOW + timedelta(hours=1)
    reopened = factories.request(connection, ago(hours=5), updated_at=later)
    factories.event(connection, reopened, ago(hours=4), REMOVED)
    factories.event(connection, reopened, later, OPEN, value_before=str(REMOVED))
    acted = str(int(ago(hours=4, minutes=30).timestamp()))
    for moment, before, value in ((ago(hours=4), None, acted), (later, acted, None)):
        given = {"kind": "actioned_at", "value_before": before, "value": value}
        factories.event(connection, reopened, moment, REMOVED, **given)
    moved = factories.request(connection, ago(minutes=30), notified_at=ago(minutes=70), updated_at=later)
    factories.event(connection, moved, later, OPEN, kind="received_at", value="1")
    fixed, live = (of(takedowns.within_promise(connection, filters)) for filters in (pinned(view), view))
    assert [fixed[n] for n in ("n_requests", "n_due", "n_within_60", "n_not_yet_due")] == [2, 2, 1, 0]
    assert [live[n] for n in ("n_requests", "n_due", "n_within_60", "n_not_yet_due")] == [2, 1, 0, 1]


@pytest.mark.parametrize("kind", ["oldest", "young", "odd", "ones", "odd ones"])
def test_open_requests_are_found_by_their_own_small_index(connection: Connection, kind: str) -> None:
    """A new SQLite database knows nothing of how rare they are: unhelped it walked a quarter of all requests."""
    everything = Narrowed(())
    own = {
        "odd ones": open_ages._odd,
        "ones": lambda shape: open_ages._open_ones(shape, 2),
    }  # fmt: skip
    statement = own[kind](everything) if kind in own else waiting_statements.statement_of(kind, everything, False)
    named = {"since", "until", "as_of", "due", "nearing", "whole", "first", "last", "from0", "to0", "from1", "to1"}
    moments = dict.fromkeys(statement.compile().params.keys() & named, 1_700_000_000)
    words = statement.params(moments).compile(connection, compile_kwargs={"literal_binds": True})
    if connection.dialect.name == "sqlite":
        plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
        used = set(re.findall(r"ix_takedown_request_\w+", plan))
        assert used
        assert used <= {"ix_takedown_request_open", "ix_takedown_request_odd_open"}
    else:
        assert connection.exec_driver_sql(str(words).replace("%", "%%")).all() == []
