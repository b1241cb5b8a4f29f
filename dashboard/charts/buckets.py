"""Buckets of time on charts: their width, their words, and wider ones where there would be too many to see."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.charts.chart import wall_clock
from dashboard.formats import WIB, Language, clock, day, window

HOUR, DAY = 3_600_000, 86_400_000
"""Milliseconds."""

WIDTHS = (HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 28 * DAY)
"""Widths of buckets that a reader knows, milliseconds."""

MONDAY = 4 * DAY
"""1970-01-05 was a Monday: weeks start there."""


def bucket_width(starts: "pd.Series[Any]") -> int:
    """Return the width of the buckets in milliseconds; a lone bucket is an hour (queries: days only beyond 31)."""
    moments = wall_clock(starts)
    return int(moments[1] - moments[0]) if len(moments) > 1 else HOUR


def bucket_words(starts: "pd.Series[Any]", width: int, language: Language) -> list[str]:
    """Return each bucket in words: "Jum 21 Nov 01.00–02.00", the day, or the days."""
    length = timedelta(milliseconds=width)
    seconds = starts.astype("datetime64[s, UTC]").astype("int64").tolist()
    moments = [datetime.fromtimestamp(second, WIB) for second in seconds]  # plain ones: five times faster to print
    if width > DAY:
        return [window(at, at + length, language) for at in moments]
    if width == DAY:
        return [day(at, language) for at in moments]
    return [f"{day(at, language, year=False)} {clock(at, language)}–{clock(at + length, language)}" for at in moments]


def wide_enough(starts: "pd.Series[Any]", most: int) -> int:
    """Return the smallest known width of buckets that covers these starts with at most so many buckets."""
    moments = starts.drop_duplicates()
    width = bucket_width(moments)
    return next((w for w in WIDTHS if w >= width and len(moments) * width <= most * w), max(width, WIDTHS[-1]))


def together(frame: pd.DataFrame, width: int) -> pd.DataFrame:
    """Return the frame (started_at, series, n, is_filling) with its buckets taken together into wider ones, in WIB."""
    offset = MONDAY if width > DAY else 0
    wall = wall_clock(frame["started_at"])
    starts = (wall - offset) // width * width + offset
    back = pd.to_timedelta(wall - starts, unit="ms").astype("timedelta64[ms]")
    wider = frame.assign(started_at=frame["started_at"] - back)
    summed = wider.groupby(["series", "started_at"], sort=False, as_index=False)
    return summed.agg({"n": "sum", "is_filling": "any"})
