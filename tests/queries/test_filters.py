"""Choices, windows, links and captions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.rollups.shapes import DAY, HOUR
from queries import links
from queries.filters import UNLOCATED, Choice, Filters
from queries.windows import WIB, WINDOWS, Period
from tests.queries.factories import NOW, asked, at, pinned

PERIODS = (
    Period("during", "Saat", "During", at("2026-02-01 00:00"), at("2026-03-01 00:00")),
    Period("after", "Pasca", "After", at("2026-03-01 00:00"), None),
    Period("next", "Berikut", "Next", at("2027-01-01 00:00"), at("2027-02-01 00:00")),
)
NAMES = {
    "service": {"facebook": ("Facebook", "Facebook")},
    "province": {"32": ("Jawa Barat", "West Java")},
    "period": {"after": ("Pasca", "After")},
}


def test_a_window_holds_its_full_length_and_the_running_hour() -> None:
    filters = asked(window="24h")
    assert (filters.since, filters.until) == (at("2026-03-03 12:00"), at("2026-03-04 13:00"))
    assert filters.as_of == at("2026-03-04 12:34:50")


def test_today_starts_at_midnight_wib() -> None:
    assert asked(window="today").since == at("2026-03-04 00:00")


def test_beyond_31_days_a_window_is_of_whole_wib_days() -> None:
    filters = asked(window="90d")
    assert (filters.since, filters.until) == (at("2025-12-04 00:00"), at("2026-03-05 00:00"))
    assert filters.grain == DAY
    assert asked(window="30d").grain == HOUR


def test_viewers_of_one_refresh_step_share_their_filters() -> None:
    same = {Choice().resolve(NOW + timedelta(seconds=n, microseconds=5)) for n in range(5)}
    assert len(same) == 1
    assert Choice().resolve(NOW + timedelta(seconds=5)) not in same


def test_on_the_hour_the_new_hour_is_the_running_one() -> None:
    assert Choice(window="1h").resolve(at("2026-03-04 12:00")).until == at("2026-03-04 13:00")


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("during", "2026-02-01 00:00", "2026-03-01 00:00"),
        ("after", "2026-03-01 00:00", "2026-03-05 00:00"),
        ("next", "2027-01-01 00:00", "2027-02-01 00:00"),
    ],
)
def test_a_period_runs_from_its_start_to_its_end_or_to_now(period: str, since: str, until: str) -> None:
    filters = Choice(period=period).resolve(NOW, PERIODS)
    assert (filters.since, filters.until, filters.window) == (at(since), at(until), period)


def test_a_period_that_no_longer_exists_means_the_default_window() -> None:
    assert Choice(period="gone").resolve(NOW, PERIODS) == asked()


def test_days_chosen_are_wib_days_and_the_last_one_is_inside() -> None:
    filters = asked(window="custom", first_day=date(2026, 2, 14), last_day=date(2026, 2, 15))
    assert (filters.since, filters.until) == (at("2026-02-14 00:00"), at("2026-02-16 00:00"))


def test_a_fixed_link_gives_the_same_filters_at_any_later_time() -> None:
    live = asked(window="7d", services=("facebook", "tiktok"), provinces=("32", UNLOCATED))
    query = live.pinned_query()
    assert query["sejak"] == "2026-02-25T12:00:00+07:00"
    assert query["per"] == "2026-03-04T12:34:50+07:00"
    fixed = pinned(live)
    assert fixed.pinned
    assert (fixed.since, fixed.until, fixed.as_of) == (live.since, live.until, live.as_of)
    assert (fixed.services, fixed.provinces) == (live.services, live.provinces)
    assert pinned(fixed) == fixed


def test_a_plus_sign_lost_on_the_way_is_found_again() -> None:
    query = {name: text.replace("+", " ") for name, text in asked().pinned_query().items()}
    assert Choice.from_query(query)[0].pin == (asked().since, asked().until, asked().as_of)


@pytest.mark.parametrize(
    ("query", "noted"),
    [
        ({"rentang": "2y"}, "rentang"),
        ({"layanan": "face book"}, "layanan"),
        ({"jam": "guessed"}, "jam"),
        ({"sejak": "2026-02-31", "hingga": "2026-03-01"}, "sejak"),
        ({"sejak": "2026-03-02", "hingga": "2026-03-01"}, "hingga"),
        ({"sejak": "2026-03-01T00:00:00+07:00"}, "per"),
        ({"sejak": "2026-03-01T00:00:00", "hingga": "2026-03-02T00:00:00", "per": "2026-03-02T00:00:00"}, "sejak"),
        ({"provinsi": 32}, "provinsi"),
    ],
)
def test_what_a_link_cannot_mean_is_dropped_and_noted(query: dict[str, object], noted: str) -> None:
    choice, notes = Choice.from_query(query)
    assert choice.resolve(NOW) == asked()
    assert noted in {note.parameter for note in notes}
    assert all(note.text("id") != note.text("en") for note in notes)


def test_codes_that_do_not_exist_are_dropped_when_it_is_known_which_do() -> None:
    choice, notes = Choice.from_query({"layanan": "facebook,friendster"}, {"layanan": {"facebook"}})
    assert choice.services == ("facebook",)
    assert [(note.parameter, note.value, note.reason) for note in notes] == [("layanan", "friendster", "unknown")]


def test_a_window_of_too_many_years_is_shortened_and_noted() -> None:
    choice, notes = Choice.from_query({"sejak": "2010-01-01", "hingga": "2026-03-01"})
    assert (choice.last_day, choice.first_day) == (date(2026, 3, 1), date(2022, 3, 2))
    assert [note.reason for note in notes] == ["too_long"]


texts = st.lists(st.text(max_size=9), max_size=4)
values = st.one_of(st.none(), st.text(max_size=60), st.integers(), texts, st.floats())
likely = st.sampled_from(["24h", "custom", "facebook,tiktok", "2026-02-30", "2026-01-01", "9999-12-31T23:59:59-12:00"])


@given(st.dictionaries(st.sampled_from(links.PARAMETERS) | st.text(max_size=8), values | likely, max_size=8))
def test_no_link_raises_and_what_is_understood_comes_back(query: dict[str, object]) -> None:
    choice, notes = Choice.from_query(query)
    assert isinstance(choice.resolve(NOW, PERIODS), Filters)
    assert Choice.from_query(choice.to_query()) == (choice, [])
    assert all(len(note.value) <= 40 and note.text("en") for note in notes)


lists = st.lists(st.sampled_from(["11", "32", "facebook", "sara", UNLOCATED]), unique=True)
codes = lists.map(lambda chosen: tuple(sorted(chosen)))
choices = st.builds(
    Choice, window=st.sampled_from(list(WINDOWS)), services=codes, provinces=codes, themes=codes, sources=codes
)


@given(choices)
def test_choices_round_trip_through_the_link(choice: Choice) -> None:
    assert Choice.from_query(choice.to_query()) == (choice, [])


@given(choices, st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(WIB)))  # noqa: DTZ001
def test_every_live_window_is_of_whole_hours_or_days_and_holds_now(choice: Choice, now: datetime) -> None:
    filters = choice.resolve(now)
    width = filters.grain.width
    edges = [int(moment.timestamp()) + filters.grain.offset for moment in (filters.since, filters.until)]
    assert [edge % width for edge in edges] == [0, 0]
    assert filters.since <= filters.as_of < filters.until


def test_filters_that_are_not_sound_are_refused() -> None:
    good = asked()
    with pytest.raises(ValueError, match="UTC"):
        Filters(since=good.since.astimezone(WIB), until=good.until, as_of=good.as_of)
    with pytest.raises(ValueError, match="starts before"):
        Filters(since=good.until, until=good.since, as_of=good.as_of)
    with pytest.raises(ValueError, match="codes"):
        Filters(since=good.since, until=good.until, as_of=good.as_of, services=("tiktok", "facebook"))
    with pytest.raises(ValueError, match="clock"):
        Filters(since=good.since, until=good.until, as_of=good.as_of, clock="guessed")


def test_the_caption_says_window_filters_and_clock_in_both_languages() -> None:
    filters = asked(services=("facebook",), provinces=("32", UNLOCATED))
    assert filters.caption("id", NAMES) == (
        "24 jam terakhir, sejak 3 Mar 2026 12.00 WIB · Facebook · Jawa Barat, tanpa wilayah"
        " · jam sejak diterima layanan"
    )
    assert filters.caption("en", NAMES) == (
        "last 24 hours, since 3 Mar 2026 12:00 WIB · Facebook · West Java, without a region"
        " · clock from receipt by the service"
    )


def test_the_caption_of_days_names_the_last_day_not_the_midnight_after() -> None:
    days = asked(window="custom", first_day=date(2026, 2, 14), last_day=date(2026, 2, 15))
    assert days.caption("id", {}).startswith("14 Feb 2026 – 15 Feb 2026 WIB · semua layanan")
    one = asked(window="custom", first_day=date(2026, 5, 1), last_day=date(2026, 5, 1))
    assert one.caption("id", {}).startswith("1 Mei 2026 WIB ·")


def test_the_caption_of_a_fixed_link_says_so_and_a_period_has_its_name() -> None:
    assert pinned(asked()).caption("id", {}).endswith("seperti diketahui saat itu")
    assert Choice(period="after").resolve(NOW, PERIODS).caption("en", NAMES).startswith("After, since 1 Mar 2026")


def test_the_same_hours_earlier_do_not_overlap_and_end_where_now_is() -> None:
    day = asked(window="24h").same_hours_earlier()
    assert (day.since, day.until) == (at("2026-02-24 12:00"), at("2026-02-25 12:34:50"))
    month = asked(window="30d")
    assert month.weeks_back == 5
    assert month.same_hours_earlier().until <= month.since
    assert datetime.now(UTC) > month.since
