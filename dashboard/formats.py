"""Numbers, durations, ages, dates and changes as people read them, in Indonesian and English.

Unknown prints "–", never 0; a unit never parts from its number (no-break spaces). Files write ISO instead (design.md).
"""

import math
from datetime import datetime, timedelta, timezone
from typing import Literal

import pandas as pd

Language = str  # "id" or "en"
Zone = Literal["WIB", "WITA", "WIT"]

UNKNOWN = "–"
GLUE = "\N{NO-BREAK SPACE}"
SMALL = 20
"""Below this a change is told in items, not in per cent, and nobody is called first (domain.md §1.15, §3)."""

ZONES: dict[Zone, timezone] = {
    "WIB": timezone(timedelta(hours=7), "WIB"),
    "WITA": timezone(timedelta(hours=8), "WITA"),
    "WIT": timezone(timedelta(hours=9), "WIT"),
}
WIB = ZONES["WIB"]

DAYS = {
    "id": ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
FULL_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_MARKS = {"id": (".", ","), "en": (",", ".")}
_STEPS = {"id": ((1e9, "mlr"), (1e6, "jt"), (1e3, "rb")), "en": ((1e9, "bn"), (1e6, "M"), (1e3, "k"))}
_UNITS = {"id": ("hr", "j", "m", "dtk", "mnt"), "en": ("d", "h", "m", "s", "min")}


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """Return 2882 as "2.882" or "2,882"; unknown and infinite as "–"."""
    if value is None or _missing(value) or math.isinf(value):
        return UNKNOWN
    thousand, point = _MARKS[language]
    text = f"{value:,.{decimals}f}".translate({44: thousand, 46: point})
    return "0" + text[2:] if text.startswith("-0") and not text.strip("-0.,") else text.replace("-", "−")


def percent(share: float | None, language: Language, decimals: int = 1) -> str:
    """Return a share of 0 to 1 as "44,6 %" or "44.6 %"."""
    if share is None or _missing(share) or math.isinf(share):
        return UNKNOWN
    return number(share * 100, language, decimals) + GLUE + "%"


def whole_percent(share: float | None, language: Language) -> str:
    """Return a share in whole per cents; what rounding would call none or all reads "< 1 %" or "> 99 %"."""
    if share is None or _missing(share) or math.isinf(share):
        return UNKNOWN
    if 0 < share < 0.005:
        return f"<{GLUE}{percent(0.01, language, 0)}"
    return f">{GLUE}{percent(0.99, language, 0)}" if 0.995 <= share < 1 else percent(share, language, 0)


def percent_range(low: float | None, high: float | None, language: Language) -> str:
    """Return an interval of shares as "57–64 %", rounded to whole per cents."""
    if _missing(low) or _missing(high):
        return UNKNOWN
    return f"{number(100 * (low or 0), language)}–{percent(high, language, 0)}"


def compact(value: float | None, language: Language) -> str:
    """Return a large number in two or three digits: 6630 as "6,6 rb" or "6.6 k", 12 300 000 as "12 jt" or "12 M"."""
    if value is None or _missing(value) or math.isinf(value):
        return UNKNOWN
    for size, name in _STEPS[language]:
        if abs(value) >= size * 0.99995:
            return number(value / size, language, 1 if abs(value) < 9.95 * size else 0) + GLUE + name
    return number(value, language)


def compact_range(low: float | None, high: float | None, language: Language) -> str:
    """Return a range of large numbers as "1,2–3,4 jt"; the unit stands once where both share it."""
    first, second = compact(low, language), compact(high, language)
    if first == second or UNKNOWN in (first, second):
        return first if first == second else UNKNOWN
    one, two = first.split(GLUE), second.split(GLUE)
    return f"{one[0]}–{second}" if one[1:] == two[1:] else f"{first} – {second}"


def duration(seconds: float | None, language: Language) -> str:
    """Return a span as "38 m", "3 j 12 m" or "2 hr 4 j" ("3 h 12 m", "2 d 4 h"); under a minute as "42 dtk"."""
    if seconds is None or _missing(seconds):
        return UNKNOWN
    day, hour, minute, second, _ = _UNITS[language]
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}{GLUE}{second}"
    if whole < 3_600:
        return f"{whole // 60}{GLUE}{minute}"
    if whole < 48 * 3_600:
        return _two(whole // 3_600, hour, whole % 3_600 // 60, minute)
    return _two(whole // 86_400, day, whole % 86_400 // 3_600, hour)


def _two(large: int, unit: str, small: int, part: str) -> str:
    return f"{large}{GLUE}{unit}" + (f"{GLUE}{small}{GLUE}{part}" if small else "")


def age(seconds: float | None, language: Language) -> str:
    """Return the age of data as "4 dtk", "6 mnt", "3 j" or "2 hr"; ahead of our clock counts as 0."""
    if seconds is None or _missing(seconds):
        return UNKNOWN
    day, hour, _, second, minute = _UNITS[language]
    whole = max(0, int(seconds))
    for size, unit, until in ((1, second, 60), (60, minute, 3_600), (3_600, hour, 48 * 3_600)):
        if whole < until:
            return f"{whole // size}{GLUE}{unit}"
    return f"{number(whole // 86_400, language)}{GLUE}{day}"


def local(moment: datetime, zone: Zone = "WIB") -> datetime:
    """Return an aware time in an Indonesian zone; raise `ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return moment.astimezone(ZONES[zone])


def clock(moment: datetime | None, language: Language, zone: Zone = "WIB", *, seconds: bool = False) -> str:
    """Return the time of day as "07.12" or "07:12", with seconds when asked."""
    if moment is None or _missing(moment):
        return UNKNOWN
    text = local(moment, zone).strftime("%H:%M:%S" if seconds else "%H:%M")
    return text.replace(":", ".") if language == "id" else text


def day(moment: datetime | None, language: Language, *, weekday: bool = True, year: bool = True) -> str:
    """Return the WIB date as "Jum 21 Nov 2026", without weekday or year when not wanted."""
    if moment is None or _missing(moment):
        return UNKNOWN
    here = local(moment)
    words = [str(here.day), MONTHS[language][here.month - 1]]
    return " ".join(([DAYS[language][here.weekday()]] if weekday else []) + words + ([str(here.year)] if year else []))


def moment(at: datetime | None, language: Language, zone: Zone = "WIB", *, year: bool = True) -> str:
    """Return "Jum 21 Nov 2026 07.12 WIB"."""
    if at is None or _missing(at):
        return UNKNOWN
    here = local(at, zone).replace(tzinfo=WIB)  # the date of that zone, printed by the WIB printer
    return f"{day(here, language, year=year)} {clock(at, language, zone)}{GLUE}{zone}"


def window(since: datetime, until: datetime, language: Language) -> str:
    """Return a half-open window: "20–27 Nov 2024" for whole days, "Jum 21 Nov 06.00–12.00 WIB" within one."""
    first, end = local(since), local(until)
    if first.time() == end.time() == datetime.min.time() and end > first:
        return _days(first, end - timedelta(days=1), language)
    if first.date() == end.date():
        return f"{day(first, language)} {clock(first, language)}–{clock(end, language)}{GLUE}WIB"
    start = f"{day(first, language, year=first.year != end.year)} {clock(first, language)}"
    return f"{start} – {moment(end, language)}"


def _days(first: datetime, last: datetime, language: Language) -> str:
    if first.date() == last.date():
        return day(first, language)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, language, weekday=False)}"
    start = day(first, language, weekday=False, year=first.year != last.year)
    return f"{start} – {day(last, language, weekday=False)}"


def same_hours_last_week(since: datetime, until: datetime, language: Language, weeks: int = 1) -> str:
    """Return in words the earlier hours a change compares with: "Jumat lalu, 06–07", or "pekan lalu, jam yang sama".

    `since` and `until` are the earlier hours themselves, `weeks` how far back they lie.
    """
    first, end = local(since), local(until)
    if weeks != 1:
        return f"{weeks} pekan lalu, jam yang sama" if language == "id" else f"{weeks} weeks ago, same hours"
    if first.date() != (end - timedelta(seconds=1)).date():
        return "pekan lalu, jam yang sama" if language == "id" else "last week, same hours"
    name = FULL_DAYS[language][first.weekday()]
    hours = f"{_hour(first, language)}–{'24' if end.date() > first.date() else _hour(end, language)}"
    return f"{name} lalu, {hours}" if language == "id" else f"last {name}, {hours}"


def _hour(at: datetime, language: Language) -> str:
    return f"{at:%H}" if at.minute == 0 else f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"


def change(now: float | None, before: float | None, language: Language, basis: str) -> str | None:
    """Return a change of counts in words, "▲ 12 % dari Jumat lalu, 06–07"; None when either side is unknown.

    A base under `SMALL` is told in items ("▲ 2 dari 1 …"), so that no percentage hides a small number.
    """
    if now is None or before is None or _missing(now) or _missing(before):
        return None
    of = "dari" if language == "id" else "from"
    if now == before:
        return f"= {'sama dengan' if language == 'id' else 'same as'} {basis}"
    arrow = "▲" if now > before else "▼"
    if before < SMALL:
        return f"{arrow}{GLUE}{number(abs(now - before), language)} {of} {number(before, language)}, {basis}"
    return f"{arrow}{GLUE}{percent(abs(now - before) / before, language, 0)} {of} {basis}"


def change_of_share(now: float | None, before: float | None, language: Language, basis: str) -> str | None:
    """Return a change of shares in percentage points, "▲ 3 poin dari …"; None when either side is unknown."""
    if now is None or before is None or _missing(now) or _missing(before):
        return None
    points = round(100 * now) - round(100 * before)
    if points == 0:
        return f"= {'sama dengan' if language == 'id' else 'same as'} {basis}"
    words = ("poin", "dari") if language == "id" else ("points", "from")
    return f"{'▲' if points > 0 else '▼'}{GLUE}{abs(points)}{GLUE}{words[0]} {words[1]} {basis}"
