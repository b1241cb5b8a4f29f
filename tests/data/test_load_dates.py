"""Times as offices write them; the order of day and month is decided once a file."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.loaders.problems import RowProblem
from data.loaders.values.date_orders import OrderEvidence
from data.loaders.values.dates import DateStyle, Moment, moment, on_clock
from tests.loading import utc

AS_OF = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
STYLE = DateStyle(as_of=AS_OF)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20/11/2026 08.15 WIB", "2026-11-20T08:15+07:00"),
        ("20/11/2026 09.15 WITA", "2026-11-20T09:15+08:00"),
        ("20/11/2026 10:20 WIT", "2026-11-20T10:20+09:00"),
        ("20-11-2026 07:05", "2026-11-20T07:05+07:00"),
        ("20 Nov 2026 23.50 WIB", "2026-11-20T23:50+07:00"),
        ("2026-11-20T01:10:00+07:00", "2026-11-20T01:10+07:00"),
        ("2026-11-20T01:10:30.250Z", "2026-11-20T01:10:30+00:00"),
        ("2026-11-20 01:10:00 UTC", "2026-11-20T01:10+00:00"),
        ("05/02/2024 15:30:00 +08:00", "2024-02-05T15:30+08:00"),
        ("5/2/2024 7.05 GMT+9", "2024-02-05T07:05+09:00"),
        ("Rabu, 4 Januari 2023 09:27 WIB", "2023-01-04T09:27+07:00"),
        ("Jum'at, 5 Jan 2024 | 08:15", "2024-01-05T08:15+07:00"),
        ("Kompas.com - 04/01/2023, 10:50 WIB", "2023-01-04T10:50+07:00"),
        ("14 Agustus 2024 pukul 13.05 WITA", "2024-08-14T13:05+08:00"),
        ("14 Februari 2024 - 20:12", "2024-02-14T20:12+07:00"),
        ("Jan 4, 2024 3:05 PM", "2024-01-04T15:05+07:00"),
        ("3 Mei 2024 24.00 WIB", "2024-05-04T00:00+07:00"),
        ("20240214T083000", "2024-02-14T08:30+07:00"),
        ("1707868800", "2024-02-14T00:00+00:00"),
        ("1707868800000", "2024-02-14T00:00+00:00"),
        ("45336.5", "2024-02-14T12:00+07:00"),
    ],
)
def test_a_time_with_its_zone_is_known_to_the_second(text: str, at: str) -> None:
    assert moment(text, STYLE) == Moment(utc(at), "second")


@pytest.mark.parametrize(
    "text",
    ["14 Feb 2024", "14/02/2024", "14-2-24", "14.02.2024", "2024-02-14", "2024/2/14", "20240214", "Februari 14, 2024",
     "14-Feb-24", "14 Pebruari 2024", "Sabtu (14/2/2024)", "45336", 45336, date(2024, 2, 14)],
)  # fmt: skip
def test_a_date_alone_is_known_to_the_day_at_midnight_wib(text: object) -> None:
    assert moment(text, STYLE) == Moment(utc("2024-02-14T00:00+07:00"), "day")


@pytest.mark.parametrize(
    "text", ["", "-", "--", "n/a", "N/A", "NaN", "null", "tidak ada", "Belum", "?", "0000-00-00", "\u200b"]
)
def test_a_cell_that_says_nothing_is_no_time(text: str) -> None:
    assert moment(text, STYLE) is None


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("15 jam lalu", "2026-11-19T14:00+00:00", "day"),
        ("sejam yang lalu", "2026-11-20T04:00+00:00", "day"),
        ("20 menit lalu", "2026-11-20T04:40+00:00", "second"),
        ("2 hari lalu", "2026-11-18T05:00+00:00", "day"),
        ("3 days ago", "2026-11-17T05:00+00:00", "day"),
        ("kemarin", "2026-11-19T00:00+07:00", "day"),
        ("hari ini", "2026-11-20T00:00+07:00", "day"),
        ("Kemarin pukul 08.15 WITA", "2026-11-19T08:15+08:00", "second"),
        ("hari ini, 07:00", "2026-11-20T07:00+07:00", "second"),
        ("15 jam yg lalu.", "2026-11-19T14:00+00:00", "day"),
        ("2 bln lalu", "2026-09-21T05:00+00:00", "day"),
        ("2 hr lalu", "2026-11-18T05:00+00:00", "day"),
        ("2 hr ago", "2026-11-20T03:00+00:00", "day"),
    ],
)
def test_a_relative_time_counts_back_from_the_files_as_of(text: str, at: str, precision: str) -> None:
    read = moment(text, STYLE)
    assert read is not None
    assert (read.at, read.precision) == (utc(at), precision)


def test_a_relative_time_without_an_as_of_names_the_option() -> None:
    with pytest.raises(RowProblem, match="--as-of"):
        moment("15 jam lalu", DateStyle())


@pytest.mark.parametrize(
    "text",
    [
        "besok",
        "13/13/2024",
        "2024-02-30",
        "20/11/2026 25.61",
        "kemarin 25.61",
        "1 Jan 1970",
        "Mei 2024",
        "99999999999",
        "9999 tahun lalu",
        "x" * 500,
    ],
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RowProblem):
        moment(text, STYLE)


def test_the_order_of_the_file_decides_and_never_the_row() -> None:
    assert moment("03/04/2024", DateStyle(order="dmy")) == Moment(utc("2024-04-03T00:00+07:00"), "day")
    assert moment("03/04/2024", DateStyle(order="mdy")) == Moment(utc("2024-03-04T00:00+07:00"), "day")
    with pytest.raises(RowProblem):
        moment("03/14/2024", DateStyle(order="dmy"))


def test_a_clock_in_a_second_column_joins_its_date() -> None:
    day = moment("14/02/2024", STYLE)
    assert day is not None
    assert on_clock(day, "08.15 WITA", STYLE) == Moment(utc("2024-02-14T08:15+08:00"), "second")
    assert on_clock(day, "pagi", STYLE) == day


def evidence(*texts: str, today: date = date(2026, 11, 21)) -> OrderEvidence:
    found = OrderEvidence()
    for text in texts:
        found.add(text, today)
    return found


def test_one_date_that_can_only_be_day_first_decides_for_all() -> None:
    decided = evidence("03/04/2024", "05/06/2024", "25/12/2023").decide()
    assert decided.order == "dmy"
    assert (decided.evidence.day_first, decided.evidence.either) == (1, 2)


def test_one_date_that_can_only_be_month_first_decides_for_all() -> None:
    assert evidence("03/04/2024", "12/25/2023 10:00").decide().order == "mdy"


def test_where_dates_disagree_the_greater_number_decides() -> None:
    assert evidence("25/12/2023", "26/12/2023", "12/27/2023").decide().order == "dmy"


def test_where_as_many_dates_insist_on_either_order_that_is_said() -> None:
    decided = evidence("25/12/2023", "12/25/2023", "03/04/2024").decide()
    assert decided.order == "dmy"
    assert decided.reason == (
        "assumed day first: 1 dates can only be day first, 1 only month first, 1 can be read both ways"
    )


def test_dashes_of_a_word_processor_are_hyphens() -> None:
    assert evidence("25\u201312\u20132023").decide().order == "dmy"
    assert moment("25\u201112\u20112023", STYLE) == moment("25-12-2023", STYLE)


def test_a_day_number_of_a_spreadsheet_may_have_a_decimal_comma() -> None:
    assert moment("45000,5", STYLE) == moment("45000.5", STYLE) == moment(45_000.5, STYLE)


def test_where_all_can_be_read_both_ways_the_future_decides() -> None:
    decided = evidence("03/12/2024", "04/12/2024", today=date(2024, 4, 20)).decide()
    assert decided.order == "mdy"
    assert "future" in decided.reason


def test_where_nothing_decides_the_day_comes_first_and_that_is_said() -> None:
    decided = evidence("03/04/2024").decide()
    assert (decided.order, decided.reason) == ("dmy", "assumed day first: all 1 dates can be read both ways")


def test_dates_that_need_no_order_leave_it_open() -> None:
    assert evidence("2024-01-02", "2 Jan 2024", "05/05/2024").decide().order is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_times(text: str) -> None:
    try:
        read = moment(text, STYLE)
    except RowProblem:
        return
    assert read is None or read.at.tzinfo is UTC


@given(
    st.one_of(st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.none(), st.binary(max_size=5))
)
def test_no_cell_breaks_the_reader_of_times(cell: object) -> None:
    try:
        read = moment(cell, STYLE)
    except RowProblem:
        return
    assert read is None or 1999 <= read.at.year <= 2101


@given(st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2099, 12, 30)))  # noqa: DTZ001
def test_a_time_written_in_any_usual_way_is_read_back(wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    expected = Moment(utc(f"{wall.isoformat()}+07:00"), "second")
    for pattern in ("%d/%m/%Y %H.%M.%S WIB", "%Y-%m-%d %H:%M:%S", "%d %B %Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S+07:00"):
        assert moment(wall.strftime(pattern), STYLE) == expected
