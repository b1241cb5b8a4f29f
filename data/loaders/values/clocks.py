"""The time of day and the zone that stand beside a date."""

import re
from dataclasses import dataclass
from datetime import timedelta, timezone

from data.loaders.problems import RowProblem
from data.loaders.values.calendars import NAMED_ZONES, ZONE

CLOCK = re.compile(r"(?<![\d.:])(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:[.,]\d+)?)?(?!\d)(?:\s*([ap])\.?m\b)?")
WHOLE_HOUR = re.compile(r"(?<![\d.:])(\d{1,2})()()\s*([ap])\.?m\b")
OFFSET_BEHIND = re.compile(r"\s?([+-])(\d{2}):?(\d{2})?(?!\d)")
OFFSET_NAMED = re.compile(r"\b(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)")


@dataclass(frozen=True)
class Clock:
    """A time of day, hour 24 only as the end of a day."""

    hour: int
    minute: int
    second: int

    @property
    def since_midnight(self) -> timedelta:
        """Time passed since midnight."""
        return timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)


def clock_and_zone(text: str, default: timezone) -> tuple[Clock | None, timezone]:
    """Return the time of day in the text, None without one, and its zone; raise `RowProblem` for 25.61."""
    found = CLOCK.search(text) or WHOLE_HOUR.search(text)
    clock = _clock(found) if found else None
    named = ZONE.search(text)
    if named:
        return clock, NAMED_ZONES[(named[1] or "utc").upper()]
    offset = OFFSET_NAMED.search(text) or (OFFSET_BEHIND.match(text, found.end()) if found else None)
    return clock, _offset(offset) if offset else default


def _clock(found: re.Match[str]) -> Clock:
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and minute + second > 0):
        raise RowProblem(f"{hour:02}.{minute:02} is no time of day")
    return Clock(hour, minute, second)


def _offset(found: re.Match[str]) -> timezone:
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        raise RowProblem(f"{found[0].strip()} is no offset of a time zone")
    return timezone(timedelta(minutes=(hours * 60 + minutes) * (-1 if found[1] == "-" else 1)))
