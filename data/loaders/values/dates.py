"""Times as offices and newsrooms write them, turned into aware UTC times with their precision.

The order of day and month is never guessed here: it comes with the `DateStyle`, decided once a file
(`data.loaders.values.date_orders`).
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from data.loaders.problems import RowProblem
from data.loaders.values.calendars import DAYS_AGO, MONTH, MONTHS, RELATIVE, UNIT_SECONDS
from data.loaders.values.clocks import Clock, clock_and_zone
from data.loaders.words import is_unknown, without_hidden

Order = Literal["dmy", "mdy", "ymd"]
Precision = Literal["second", "day"]

WIB = timezone(timedelta(hours=7), "WIB")
LONGEST = 120
"""Characters of a cell that can still be a date; a sentence with a date in it is not one."""

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
"""Years outside are typing errors or empty cells that became dates: no service watched here is older."""

NUMERIC = re.compile(r"(?<!\d)(\d{4}|\d{1,2})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})(?!\d)")
DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]*({MONTH})[\s\-/.,']*(\d{{4}}|\d{{2}})(?!\d|[.:]\d)"
)
MONTH_DAY = re.compile(rf"\b({MONTH})[\s\-/.]*(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]+(\d{{4}})(?!\d)")
YEAR_SECONDS = 365 * 86_400
COMPACT = re.compile(r"((?:19|20)\d{2})(0\d|1[0-2])([0-2]\d|3[01])(?:t?([0-2]\d)([0-5]\d)([0-5]\d)?)?")
NUMBER = re.compile(r"\d{5}(?:[.,]\d+)?|\d{10}(?:\.\d+)?|\d{13}")

EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
EXCEL_DAYS = (32_874, 73_415)
"""Excel day numbers of 1990-01-01 and 2100-12-31."""

UNIX_SECONDS = (631_152_000, 4_133_980_800)
"""Unix seconds of 1990-01-01 and 2101-01-01."""

HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
"""Dashes that a word processor puts in the place of hyphens."""

CLOCK_CODES = ("%H", "%I", "%c", "%X", "%T", "%R")


@dataclass(frozen=True)
class DateStyle:
    """How one file writes its times: order of day and month, zone of times without one, "now" of "15 jam lalu".

    `pattern` is a `strptime` pattern from a mapping file; with one, nothing else is tried.
    """

    order: Order = "dmy"
    zone: timezone = WIB
    as_of: datetime | None = None
    pattern: str | None = None


def with_hyphens(text: str) -> str:
    """Return the text with plain hyphens in the place of dashes."""
    return text if text.isascii() else text.translate(HYPHENS)


@dataclass(frozen=True)
class Moment:
    """An aware UTC time and whether it is known to the second or only to the day."""

    at: datetime
    precision: Precision


def moment(cell: object, style: DateStyle) -> Moment | None:
    """Return the time a cell names, or None where the cell says nothing; raise `RowProblem` for anything else."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _of_text(without_hidden(cell).strip(), style)
    if isinstance(cell, datetime):
        return _of_datetime(cell, style.zone)
    if isinstance(cell, date):
        return _midnight(cell.year, cell.month, cell.day, style.zone)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _of_number(float(cell), style.zone)
    raise RowProblem(f"a cell of type {type(cell).__name__} is no time")


@lru_cache(maxsize=16_384)
def _of_text(text: str, style: DateStyle) -> Moment | None:
    if is_unknown(text) or text.startswith("0000"):
        return None
    if len(text) > LONGEST:
        raise RowProblem("a long text stands where a time should")
    if style.pattern:
        return _by_pattern(text, style.pattern, style.zone)
    lowered = with_hyphens(text.casefold())
    found = _compact_or_number(lowered, style.zone) or _relative(lowered, style) or _written(lowered, style)
    if found is None:
        raise RowProblem(f"'{text}' is no time that is understood")
    return found


def _of_datetime(value: datetime, zone: timezone) -> Moment:
    aware = value if value.tzinfo else value.replace(tzinfo=zone)
    _check_year(aware.year)
    return Moment(aware.astimezone(UTC).replace(microsecond=0), "second")


def _of_number(value: float, zone: timezone) -> Moment:
    """Return the time of an Excel day number, or of Unix seconds or milliseconds."""
    if EXCEL_DAYS[0] <= value <= EXCEL_DAYS[1]:
        wall = EXCEL_EPOCH + timedelta(seconds=round(value * 86_400))
        whole = value == int(value)
        return (
            _midnight(wall.year, wall.month, wall.day, zone) if whole else _of_datetime(wall.replace(tzinfo=zone), zone)
        )
    seconds = value / 1000 if value >= 1e12 else value
    if not UNIX_SECONDS[0] <= seconds < UNIX_SECONDS[1]:
        raise RowProblem(f"the number {value:g} is no time")
    return Moment(datetime.fromtimestamp(int(seconds), UTC), "second")


def _by_pattern(text: str, pattern: str, zone: timezone) -> Moment:
    try:
        value = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone of the file follows
    except (ValueError, re.error) as error:
        raise RowProblem(f"'{text}' does not follow the format {pattern}") from error
    if any(code in pattern for code in CLOCK_CODES):
        return _of_datetime(value, zone)
    return _midnight(value.year, value.month, value.day, zone)


def _compact_or_number(text: str, zone: timezone) -> Moment | None:
    if found := COMPACT.fullmatch(text):
        midnight = _midnight(int(found[1]), int(found[2]), int(found[3]), zone)
        return _at(midnight, Clock(int(found[4]), int(found[5]), int(found[6] or 0)) if found[4] else None)
    return _of_number(float(text.replace(",", ".")), zone) if NUMBER.fullmatch(text) else None


def _relative(text: str, style: DateStyle) -> Moment | None:
    is_written = text[-1].isdigit() and not text.startswith(tuple(DAYS_AGO))
    parts = None if is_written else RELATIVE.fullmatch(text)
    if parts is None:
        return None
    if style.as_of is None:
        raise RowProblem(f"'{text}' counts back from a moment that this file does not state; give it with --as-of")
    if parts["day"]:
        clock, zone = clock_and_zone(parts["clock"] or "", style.zone)
        wall = style.as_of.astimezone(zone) - timedelta(days=DAYS_AGO[parts["day"]])
        return _at(_midnight(wall.year, wall.month, wall.day, zone), clock)
    is_hari = (parts["unit"], parts["tongue"]) == ("hr", "lalu")
    seconds = UNIT_SECONDS["hari" if is_hari else parts["unit"]] if parts["unit"] else 0
    count = int(parts["count"]) if (parts["count"] or "").isdecimal() else 1
    _check_year(style.as_of.year - seconds * count // YEAR_SECONDS)
    at = (style.as_of - timedelta(seconds=seconds * count)).astimezone(UTC)
    _check_year(at.year)
    return Moment(at.replace(microsecond=0), "second" if seconds <= 60 else "day")


def _written(text: str, style: DateStyle) -> Moment | None:
    found = _written_day(text, style.order)
    if found is None:
        return None
    year, month, day, rest = found
    clock, zone = clock_and_zone(rest, style.zone)
    return _at(_midnight(year, month, day, zone), clock)


def _written_day(text: str, order: Order) -> tuple[int, int, int, str] | None:
    """Return year, month, day and the text around them."""
    if found := NUMERIC.search(text):
        year, month, day = arranged(found[1], found[3], found[4], order)
    elif found := DAY_MONTH.search(text):
        day, month, year = int(found[1]), MONTHS[found[2][:3]], _full_year(found[3])
    elif found := MONTH_DAY.search(text):
        month, day, year = MONTHS[found[1][:3]], int(found[2]), int(found[3])
    else:
        return None
    return year, month, day, f"{text[: found.start()]} {text[found.end() :]}"


def arranged(first: str, second: str, third: str, order: Order) -> tuple[int, int, int]:
    """Return year, month and day of three numbers; a first number of four digits is the year whatever the order."""
    if len(first) == 4 or (order == "ymd" and len(third) < 4):
        return _full_year(first), int(second), int(third)
    if order == "mdy":
        return _full_year(third), int(first), int(second)
    return _full_year(third), int(second), int(first)


def _full_year(digits: str) -> int:
    return int(digits) + 2000 if len(digits) <= 2 else int(digits)


def _at(midnight: Moment, clock: Clock | None) -> Moment:
    return midnight if clock is None else Moment(midnight.at + clock.since_midnight, "second")


def on_clock(day: Moment, clock_text: str, style: DateStyle) -> Moment:
    """Return a day with the time of day that a second column gives; the day itself where that cell gives none."""
    clock, zone = clock_and_zone(clock_text.casefold(), style.zone)
    if clock is None or day.precision == "second":
        return day
    wall = day.at.astimezone(style.zone)
    return _at(_midnight(wall.year, wall.month, wall.day, zone), clock)


def whole_day(moment: Moment) -> Moment:
    """Return the moment marked as known only to the day."""
    return replace(moment, precision="day")


@lru_cache(maxsize=8_192)
def _midnight(year: int, month: int, day: int, zone: timezone) -> Moment:
    _check_year(year)
    try:
        return Moment(datetime(year, month, day, tzinfo=zone).astimezone(UTC), "day")
    except ValueError as error:
        raise RowProblem(
            f"day {day} of month {month} of {year} does not exist, in the date order of this file"
        ) from error


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise RowProblem(f"the year {year} cannot be meant")
