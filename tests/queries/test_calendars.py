"""Events, periods and elections at a moment."""

from datetime import date

from sqlalchemy import Connection

from queries import calendars
from queries.filters import Choice
from tests.queries.factories import asked, at


def between(first: str, last: str) -> Choice:
    return Choice(window="custom", first_day=date.fromisoformat(first), last_day=date.fromisoformat(last))


def test_events_of_a_window_are_those_that_touch_it(connection: Connection) -> None:
    frame = calendars.events(connection, between("2024-02-14", "2024-02-14").resolve(at("2024-02-14 12:00")))
    assert frame["code"].tolist() == ["pemilu_vote"]
    assert frame["is_running"].tolist() == [True]
    frame = calendars.events(connection, between("2024-02-13", "2024-02-15").resolve(at("2024-02-14 12:00")))
    assert frame["code"].tolist() == ["pemilu_quiet", "pemilu_vote", "pemilu_count"]
    assert set(frame["election"]) == {"pemilu_2024"}


def test_upcoming_are_the_next_ones_and_else_the_last_ones(connection: Connection) -> None:
    before = calendars.upcoming(connection, Choice().resolve(at("2024-11-24 10:00")))
    assert before["code"].tolist() == ["pilkada_quiet", "pilkada_vote", "pilkada_count"]
    after = calendars.upcoming(connection, asked())
    assert after["code"].tolist()[:2] == ["pilkada_count", "pilkada_vote"]
    assert len(after) == 5


def test_days_left_count_wib_days_to_voting(connection: Connection) -> None:
    for moment, left in (("2024-11-26 23:59", 1), ("2024-11-27 00:01", 0), ("2024-11-28 00:01", -1)):
        frame = calendars.elections(connection, Choice().resolve(at(moment))).set_index("code")
        assert frame.loc["pilkada_2024", "days_left"] == left


def test_periods_come_as_a_frame_and_as_what_a_choice_resolves_with(connection: Connection) -> None:
    frame = calendars.periods(connection, asked())
    listed = calendars.period_list(connection)
    assert frame["code"].tolist() == [period.code for period in listed]
    assert frame.loc[frame["is_running"], "code"].tolist() == ["pilkada_2024_after"]
    filters = Choice(period="pemilu_2024_during").resolve(at("2026-03-04 12:00"), listed)
    assert (filters.since, filters.until) == (at("2023-11-28 00:00"), at("2024-03-21 00:00"))
