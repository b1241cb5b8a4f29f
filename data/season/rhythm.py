"""When things happen: the hours of a day, the days of a week, and the calendar of the elections."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from data import tables
from data.reference.files import rows
from data.season.arrays import Flags, Floats, Seconds

HOUR, DAY, WIB = 3_600, 86_400, 25_200
FIRST_DAY, LAST_DAY = 18_993, 25_567
"""1 January 2022 and 2040: outside, the calendar says what it says at that edge."""

HOURS = np.array(
    [35, 25, 18, 15, 18, 35, 65, 95, 120, 140, 150, 140, 125, 130, 125, 120, 115, 110, 115, 135, 150, 140, 105, 65]
)
"""Activity by hour of the local day, from midnight."""

WEEKDAYS = np.array([108, 108, 105, 105, 108, 88, 78])
"""Activity by day of the week, from Monday."""

WEEK = np.outer(WEEKDAYS / WEEKDAYS.mean(), HOURS / HOURS.mean()).ravel()

PERIODS = {
    "pemilu_2024_before": 0.35,
    "pemilu_2024_during": 1.0,
    "pemilu_2024_after": 0.12,
    "pilkada_2024_before": 0.08,
    "pilkada_2024_during": 0.4,
    "pilkada_2024_after": 0.2,
}
"""How many hoaxes a day, against the days of the Pemilu campaign."""

EVENTS = {"debate": 1.7, "quiet": 2.2, "vote": 6.0, "declaration": 1.3}
"""What an event multiplies that by, on its days."""


def hour_of_week(times: Seconds) -> Seconds:
    """Return 0 (Monday, midnight WIB) to 167 for UTC seconds; 1 January 1970 was a Thursday."""
    return ((times + WIB) // HOUR + 3 * 24) % 168


def wib_day(times: Seconds) -> Seconds:
    """Return the WIB day of UTC seconds, days since 1970-01-01."""
    return (times + WIB) // DAY


def midnight(times: Seconds) -> Seconds:
    """Return the midnight WIB at or before UTC seconds."""
    return wib_day(times) * DAY - WIB


def activity(times: Seconds) -> Floats:
    """Return how busy people are at these moments by the clock on the wall; 1 on average."""
    return WEEK[hour_of_week(times)]


def calendar(days: Seconds) -> Floats:
    """Return how busy the elections make these WIB days; 1 is an ordinary day of the Pemilu campaign."""
    levels: Floats = _levels()[np.clip(days, FIRST_DAY, LAST_DAY) - FIRST_DAY]
    return levels


@cache
def _levels() -> Floats:
    starts = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int64) * DAY - WIB
    level = np.full(starts.shape, 0.1)
    for period in rows(tables.period):
        level = np.where(_within(starts, period), np.maximum(level, PERIODS.get(period["code"], 0.2)), level)
    for event in rows(tables.calendar_event):
        level = level * _pull(starts, event)
    return level


def _within(starts: Seconds, span: Mapping[str, Any]) -> Flags:
    end = span["ends_at"].timestamp() if span["ends_at"] else np.inf
    inside: Flags = (starts >= span["starts_at"].timestamp()) & (starts < end)
    return inside


def _pull(starts: Seconds, event: Mapping[str, Any]) -> Floats:
    """Return what one event multiplies each day by: campaigns ramp up, counts fade, debates echo for a day."""
    inside = _within(starts, event)
    since = (starts - event["starts_at"].timestamp()) / DAY
    if event["kind"] == "campaign":
        return np.where(inside, 1 + since / 100, 1.0)
    if event["kind"] == "count":
        return np.where(inside, 1 + 3 * np.exp(-np.maximum(since, 0) / 6), 1.0)
    factor = EVENTS.get(event["kind"], 1.0)
    echo = (since >= 1) & (since < 2) & (event["kind"] == "debate")
    return np.where(inside | echo, factor, 1.0)


@dataclass(frozen=True)
class Pace:
    """Time as the crowd lives it: it passes quickly at noon and nearly stands still before dawn."""

    hours: Seconds
    lived: Floats

    @classmethod
    def between(cls, since: int, until: int) -> "Pace":
        """Return the pace from one UTC second to another, in lived hours since the first."""
        hours = np.arange(since // HOUR, until // HOUR + 2, dtype=np.int64) * HOUR
        return cls(hours, np.concatenate([[0.0], np.cumsum(activity(hours[:-1]))]))

    def lived_at(self, times: Seconds) -> Floats:
        """Return the lived hours at UTC seconds."""
        return np.interp(times, self.hours, self.lived)

    def time_of(self, lived: Floats) -> Seconds:
        """Return the UTC seconds at which so many hours are lived; beyond the end, the end."""
        return np.interp(lived, self.lived, self.hours).astype(np.int64)
