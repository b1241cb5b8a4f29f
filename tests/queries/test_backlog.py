"""The backlog by age and the countdown: every open request in one class, the next to reach its hour first."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups.clocks import REMOVED
from queries import backlog, takedowns
from queries.limits import JUST_OVER_ROWS, QUEUE_ROWS, TEXT_LENGTH
from tests.queries import factories
from tests.queries.factories import LOGISTICS, NOW, TIKTOK, WEST_JAVA, ago, asked, pinned


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def classes(frame: pd.DataFrame, service: str = "") -> dict[str, int]:
    own = frame[frame["service"] == service]
    return {age: n for age, n in zip(own["age"], own["n"], strict=True) if n}


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (0, "0-15"), (15 * 60, "0-15"), (15 * 60 + 1, "15-30"), (30 * 60 + 1, "30-45"), (45 * 60, "30-45"),
        (45 * 60 + 1, "45-60"), (3_600, "45-60"), (3_601, "60-240"), (4 * 3_600 + 1, "240-1440"),
        (86_401, "1440+"), (300 * 86_400, "1440+"),
    ],
)  # fmt: skip
def test_an_open_request_is_in_the_class_of_its_age(connection: Connection, seconds: int, age: str) -> None:
    factories.request(connection, NOW - timedelta(seconds=seconds))
    assert classes(backlog.by_age(connection, asked(window="1h"))) == {age: 1}


def test_a_stopped_clock_is_as_old_as_it_ran(connection: Connection) -> None:
    factories.request(connection, ago(days=3), stopped_at=ago(days=3) + timedelta(minutes=20))
    factories.request(connection, ago(hours=2), stopped_seconds=7_200 - 60)
    assert classes(backlog.by_age(connection, asked())) == {"15-30": 1, "0-15": 1}


def test_classes_add_up_to_what_is_open_by_service_and_in_total(connection: Connection) -> None:
    for hours in (0.2, 0.8, 3, 30, 300):
        factories.request(connection, ago(hours=hours))
        factories.request(connection, ago(hours=hours), service_id=TIKTOK)
    factories.ended(connection, ago(hours=3), 5, REMOVED)
    frame = backlog.by_age(connection, asked())
    whole = takedowns.now_open(connection, asked()).iloc[-1]
    assert sum(classes(frame).values()) == whole["n_open"] == 10
    assert sum(sum(classes(frame, service).values()) for service in ("facebook", "tiktok")) == 10
    late = sum(n for age, n in classes(frame).items() if age in ("60-240", "240-1440", "1440+"))
    assert late == whole["n_overdue"]


def test_the_countdown_names_the_next_first_and_calls_at_45_minutes(connection: Connection) -> None:
    for minutes in (10, 59, 44, 46, 61):
        factories.request(connection, ago(minutes=minutes))
    frame = backlog.queue(connection, asked())
    assert frame["minutes_left"].tolist() == [1, 14, 16, 50]
    assert frame["state"].tolist() == ["nearing", "nearing", "calm", "calm"]


def test_the_countdown_follows_the_filters_and_cuts_titles(connection: Connection) -> None:
    content_id = factories.content(connection, ago(hours=1), title="x" * 900)
    factories.request(connection, ago(minutes=50), content_id=content_id, province_code=WEST_JAVA)
    factories.request(connection, ago(minutes=50), service_id=TIKTOK)
    (row,) = backlog.queue(connection, asked(provinces=(WEST_JAVA,))).to_dict("records")
    assert (row["service"], row["province"], len(row["title"])) == ("facebook", WEST_JAVA, TEXT_LENGTH)


def test_the_countdown_is_as_long_as_a_shift_can_act_on(connection: Connection) -> None:
    batch = factories.Batch()
    for _ in range(QUEUE_ROWS + 5):
        factories.request(batch, ago(minutes=30))
    batch.write(connection)
    assert len(backlog.queue(connection, asked())) == QUEUE_ROWS


def test_nothing_open_is_nothing(connection: Connection) -> None:
    assert classes(backlog.by_age(connection, asked())) == {}
    assert backlog.queue(connection, asked()).empty


def test_the_oldest_are_in_the_backlog_of_a_choice_that_no_sum_holds(connection: Connection) -> None:
    """A region and a theme together are read from the rows: those of months ago too, not those of a window only."""
    for days in (1, 2, 40, 100):
        factories.request(connection, ago(days=days, minutes=5), theme_id=LOGISTICS)
    factories.request(connection, ago(minutes=20), theme_id=LOGISTICS)
    factories.request(connection, ago(days=100))
    chosen = asked(provinces=("tanpa",), themes=("logistics",))
    assert classes(backlog.by_age(connection, chosen)) == {"15-30": 1, "1440+": 4}
    whole = takedowns.now_open(connection, chosen).iloc[-1]
    assert (whole["n_open"], whole["n_overdue"]) == (5, 4)


def test_who_has_just_broken_the_hour_stays_in_sight_for_a_while(connection: Connection) -> None:
    for minutes in (59, 61, 70, 74, 76, 300):
        factories.request(connection, ago(minutes=minutes))
    frame = backlog.just_over(connection, asked())
    assert frame["minutes_left"].tolist() == [-1, -10, -14]
    assert set(frame["state"]) == {"breached"}
    for _ in range(JUST_OVER_ROWS):
        factories.request(connection, ago(minutes=62))
    assert len(backlog.just_over(connection, asked())) == JUST_OVER_ROWS


def test_a_clock_that_starts_in_the_future_is_nobodys_turn(connection: Connection) -> None:
    factories.request(connection, NOW + timedelta(hours=2))
    factories.request(connection, NOW + timedelta(seconds=30))
    assert len(backlog.queue(connection, asked())) == 1


@pytest.mark.parametrize("choice", [{}, {"provinces": ("tanpa",)}], ids=["sums", "rows"])
def test_a_clock_that_starts_in_the_future_has_no_age(connection: Connection, choice: dict[str, Any]) -> None:
    """It is open, and a bad time (`bad_times.counts`): it stands among those without a measurable time."""
    factories.request(connection, NOW + timedelta(hours=2))
    now = takedowns.now_open(connection, asked(**choice)).iloc[-1]
    assert (now["n_open"], now["n_undated"], now["n_not_yet_due"], now["oldest_minutes"] > 0) == (1, 1, 0, False)
    factories.request(connection, NOW + timedelta(seconds=30))
    assert classes(backlog.by_age(connection, asked(**choice))) == {"0-15": 1}
    now = takedowns.now_open(connection, asked(**choice)).iloc[-1]
    assert (now["n_open"], now["n_undated"], now["n_not_yet_due"]) == (2, 1, 1)


def test_a_fixed_link_shows_the_backlog_as_it_was_known_then(connection: Connection) -> None:
    """At 12.34.50: one of 50 minutes, one of 30 known as open, one of 3 hours; a fourth was told only later."""
    factories.request(connection, ago(minutes=50))
    since_ended = factories.request(
        connection, ago(minutes=30), outcome_id=REMOVED, actioned_at=NOW + timedelta(hours=1),
        updated_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    factories.event(connection, since_ended, NOW + timedelta(hours=1), REMOVED)
    factories.request(connection, ago(hours=3))
    factories.request(
        connection, ago(hours=2), **dict.fromkeys(("recorded_at", "updated_at"), NOW + timedelta(hours=2))
    )
    factories.request(connection, ago(minutes=65), time_precision="day")
    then = pinned(asked())
    assert classes(backlog.by_age(connection, then)) == {"15-30": 1, "45-60": 1, "60-240": 1}
    assert backlog.queue(connection, then)["minutes_left"].tolist() == [10, 30]
    assert sum(classes(backlog.by_age(connection, then)).values()) == (
        takedowns.now_open(connection, then).iloc[-1]["n_open"] - 1  # the one of day precision has no age
    )
    assert backlog.just_over(connection, then).empty


def test_what_broke_its_hour_just_before_a_fixed_link_is_in_it(connection: Connection) -> None:
    factories.request(connection, ago(minutes=63))
    assert backlog.just_over(connection, pinned(asked()))["minutes_left"].tolist() == [-3]
