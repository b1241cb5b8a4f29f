"""Numbers, durations, ages, dates and changes as people read them."""

import math
import re
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats

GLUE = formats.GLUE
LANGUAGES = ("id", "en")
MOMENT = datetime(2026, 11, 21, 0, 12, 35, tzinfo=UTC)
"""Saturday 21 November 2026, 07.12.35 WIB."""

moments = st.integers(946_684_800, 4_102_444_799).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def said(text: str | None) -> str:
    """Return a text with plain blanks, so that a test reads as the screen does."""
    return (text or "").replace(GLUE, " ")


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (2882, 0, "2.882", "2,882"),
        (1234567.891, 1, "1.234.567,9", "1,234,567.9"),
        (-1500, 0, "−1.500", "−1,500"),
        (-0.2, 0, "0", "0"),
        (0, 0, "0", "0"),
        (None, 0, "–", "–"),
        (math.nan, 0, "–", "–"),
        (math.inf, 0, "–", "–"),
        (pd.NA, 0, "–", "–"),
    ],
)
def test_number(value: float | None, decimals: int, indonesian: str, english: str) -> None:
    assert formats.number(value, "id", decimals) == indonesian
    assert formats.number(value, "en", decimals) == english


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_can_be_read_back_in_both_languages(value: int) -> None:
    assert int(formats.number(value, "id").replace(".", "").replace("−", "-")) == value
    assert int(formats.number(value, "en").replace(",", "").replace("−", "-")) == value


@given(st.one_of(st.none(), st.floats()), st.integers(0, 3))
def test_a_number_never_prints_a_missing_value_as_a_number(value: float | None, decimals: int) -> None:
    for language in LANGUAGES:
        text = formats.number(value, language, decimals)
        assert "nan" not in text.lower()
        assert "inf" not in text.lower()
        is_known = value is not None and math.isfinite(value)
        assert (text == "–") is not is_known


def test_percent() -> None:
    assert said(formats.percent(0.446, "id")) == "44,6 %"
    assert said(formats.percent(0.446, "en")) == "44.6 %"
    assert said(formats.percent(0.61, "id", 0)) == "61 %"
    assert formats.percent(None, "id") == formats.percent(math.nan, "en") == "–"


def test_one_of_many_is_not_rounded_to_none_and_all_but_one_not_to_all() -> None:
    shares = (0, 1 / 261, 0.006, 0.5, 0.994, 260 / 261, 1)
    assert [said(formats.whole_percent(share, "id")) for share in shares] == [
        "0 %", "< 1 %", "1 %", "50 %", "99 %", "> 99 %", "100 %",
    ]  # fmt: skip
    assert formats.whole_percent(None, "id") == formats.whole_percent(math.nan, "en") == "–"


def test_an_interval_of_shares() -> None:
    assert said(formats.percent_range(0.5688, 0.6412, "id")) == "57–64 %"
    assert said(formats.percent_range(0.6097, 1.0, "en")) == "61–100 %"
    assert formats.percent_range(math.nan, 0.5, "id") == "–"


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [(999, "999", "999"), (6630, "6,6 rb", "6.6 k"), (66_300, "66 rb", "66 k"), (1_200_000, "1,2 jt", "1.2 M"),
     (203_056_748, "203 jt", "203 M"), (2_500_000_000, "2,5 mlr", "2.5 bn"), (999_999, "1,0 jt", "1.0 M"),
     (None, "–", "–")],
)  # fmt: skip
def test_compact(value: float | None, indonesian: str, english: str) -> None:
    assert said(formats.compact(value, "id")) == indonesian
    assert said(formats.compact(value, "en")) == english


def test_a_range_says_its_unit_once() -> None:
    assert said(formats.compact_range(1_200_000, 3_400_000, "id")) == "1,2–3,4 jt"
    assert said(formats.compact_range(900_000, 3_400_000, "en")) == "900 k – 3.4 M"
    assert said(formats.compact_range(3_400_000, 3_400_000, "id")) == "3,4 jt"
    assert formats.compact_range(None, 5, "id") == "–"
    assert formats.compact_range(None, None, "id") == "–"


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [(0, "0 dtk", "0 s"), (59, "59 dtk", "59 s"), (60, "1 m", "1 m"), (38 * 60, "38 m", "38 m"),
     (3 * 3600 + 12 * 60, "3 j 12 m", "3 h 12 m"), (27 * 3600 + 240, "27 j 4 m", "27 h 4 m"), (7200, "2 j", "2 h"),
     (52 * 3600, "2 hr 4 j", "2 d 4 h"), (None, "–", "–"), (math.nan, "–", "–")],
)  # fmt: skip
def test_duration(seconds: float | None, indonesian: str, english: str) -> None:
    assert said(formats.duration(seconds, "id")) == indonesian
    assert said(formats.duration(seconds, "en")) == english


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [(4, "4 dtk", "4 s"), (59.9, "59 dtk", "59 s"), (6 * 60, "6 mnt", "6 min"), (3 * 3600 + 1800, "3 j", "3 h"),
     (3 * 86400, "3 hr", "3 d"), (-30, "0 dtk", "0 s"), (None, "–", "–")],
)  # fmt: skip
def test_age(seconds: float | None, indonesian: str, english: str) -> None:
    assert said(formats.age(seconds, "id")) == indonesian
    assert said(formats.age(seconds, "en")) == english


@given(st.integers(0, 10**9))
def test_an_older_age_never_reads_as_younger(seconds: int) -> None:
    sizes = {"dtk": 1, "mnt": 60, "j": 3600, "hr": 86_400}
    count, unit = formats.age(seconds, "id").split(GLUE)
    read = int(count.replace(".", "")) * sizes[unit]
    assert read <= seconds < read + sizes[unit]


def test_moments_are_in_wib_whatever_the_zone_they_came_in() -> None:
    assert said(formats.moment(MOMENT, "id")) == "Sab 21 Nov 2026 07.12 WIB"
    assert said(formats.moment(MOMENT, "en")) == "Sat 21 Nov 2026 07:12 WIB"
    assert said(formats.moment(MOMENT, "id", "WIT")) == "Sab 21 Nov 2026 09.12 WIT"
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert said(formats.moment(late, "id", "WITA")) == "Sab 21 Nov 2026 00.30 WITA"
    assert formats.clock(MOMENT, "id", seconds=True) == "07.12.35"
    assert formats.moment(None, "id") == formats.clock(pd.NaT, "id") == formats.day(None, "en") == "–"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        formats.local(MOMENT.replace(tzinfo=None))


@given(moments)
def test_a_moment_names_its_wib_day_and_hour(at: datetime) -> None:
    local = at.astimezone(formats.WIB)
    text = formats.moment(at, "id")
    assert f" {local.day} {formats.MONTHS['id'][local.month - 1]} {local.year} " in text
    assert f"{local:%H.%M}" in text


@pytest.mark.parametrize(
    ("since", "until", "indonesian"),
    [
        ("2024-11-20 00:00", "2024-11-28 00:00", "20–27 Nov 2024"),
        ("2024-10-28 00:00", "2024-11-04 00:00", "28 Okt – 3 Nov 2024"),
        ("2023-12-31 00:00", "2024-01-02 00:00", "31 Des 2023 – 1 Jan 2024"),
        ("2026-11-21 00:00", "2026-11-22 00:00", "Sab 21 Nov 2026"),
        ("2026-11-20 06:00", "2026-11-20 12:00", "Jum 20 Nov 2026 06.00–12.00 WIB"),
        ("2026-11-19 07:00", "2026-11-20 07:00", "Kam 19 Nov 07.00 – Jum 20 Nov 2026 07.00 WIB"),
    ],
)
def test_windows_are_half_open_and_name_the_last_day(since: str, until: str, indonesian: str) -> None:
    start, end = (datetime.fromisoformat(text).replace(tzinfo=formats.WIB) for text in (since, until))
    assert said(formats.window(start, end, "id")) == indonesian


def test_the_same_hours_last_week() -> None:
    friday = datetime(2026, 11, 13, 6, tzinfo=formats.WIB)
    hours = {"since": friday, "until": friday + timedelta(hours=1)}
    assert formats.same_hours_last_week(**hours, language="id") == "Jumat lalu, 06–07"
    assert formats.same_hours_last_week(**hours, language="en") == "last Friday, 06–07"
    odd = friday + timedelta(hours=1, minutes=12)
    assert formats.same_hours_last_week(friday, odd, "id") == "Jumat lalu, 06–07.12"
    midnight = friday + timedelta(hours=18)
    assert formats.same_hours_last_week(friday, midnight, "id") == "Jumat lalu, 06–24"
    assert formats.same_hours_last_week(friday, friday + timedelta(days=1), "id") == "pekan lalu, jam yang sama"
    assert formats.same_hours_last_week(**hours, language="en", weeks=5) == "5 weeks ago, same hours"


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (112, 100, "▲ 12 % dari Jumat lalu"),
        (88, 100, "▼ 12 % dari Jumat lalu"),
        (100, 100, "= sama dengan Jumat lalu"),
        (3, 1, "▲ 2 dari 1, Jumat lalu"),
        (5, 0, "▲ 5 dari 0, Jumat lalu"),
        (0, 0, "= sama dengan Jumat lalu"),
        (1, 19, "▼ 18 dari 19, Jumat lalu"),
    ],
)
def test_a_change_in_words(now: float, before: float, words: str) -> None:
    assert said(formats.change(now, before, "id", "Jumat lalu")) == words


@given(st.one_of(st.none(), st.floats(0, 1e9)), st.one_of(st.none(), st.floats(0, 1e9)))
def test_a_change_is_in_words_or_not_there(now: float | None, before: float | None) -> None:
    for language in LANGUAGES:
        text = formats.change(now, before, language, "basis")
        assert (text is None) == (now is None or before is None)
        assert not re.search("nan|inf", (text or "").lower())
        if now is not None and before is not None:
            assert text is not None
            assert text[0] == ("=" if now == before else "▲" if now > before else "▼")


def test_a_change_of_shares_is_told_in_points() -> None:
    assert said(formats.change_of_share(0.64, 0.61, "id", "pekan lalu")) == "▲ 3 poin dari pekan lalu"
    assert said(formats.change_of_share(0.58, 0.61, "en", "last week")) == "▼ 3 points from last week"
    assert said(formats.change_of_share(0.614, 0.61, "id", "pekan lalu")) == "= sama dengan pekan lalu"
    assert formats.change_of_share(math.nan, 0.61, "id", "pekan lalu") is None
