"""Latency worked out a second time, from plain rows: scipy for the curve, sums over single items for the ways to end.

Nothing of queries or of the declared clocks is used here. Rows are those of takedown_request with UTC seconds.
"""

import warnings
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import CensoredData, binomtest, ecdf

Row = Mapping[str, Any]
ENDS = ("open", "removed", "restricted", "labelled", "rejected", "withdrawn", "withdrawn")
HOUR, DAY, WIB = 3_600, 86_400, 7 * 3_600


@dataclass(frozen=True)
class Item:
    """One request on a clock: its service, how it ended, seconds on its clock, when that started, whether it stood."""

    service: int
    end: str
    seconds: int
    start: int
    has_stood: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the clock still runs."""
        return self.end == "open"


def start_of(row: Row, clock: str) -> int | None:
    """Return when a clock started, UTC seconds; None where that is not known."""
    name = clock.removesuffix("_confirmed")
    start: int | None = row[f"{name}_at"]
    return row["notified_at"] if start is None and name == "received" else start


def item(row: Row, clock: str, as_of: int) -> Item | None:
    """Return a request on a clock; None when its times measure nothing."""
    start, to_checked = start_of(row, clock), clock.endswith("_confirmed")
    if start is None or row["time_precision"] != "second":
        return None
    checked = row["confirmed_down_at"] if to_checked and row["outcome_id"] == 1 else row["actioned_at"]
    if row["outcome_id"] == 0 or (to_checked and row["outcome_id"] == 1 and checked is None):
        has_stood = row["stopped_at"] is not None or row["stopped_seconds"] > 0
        now = as_of if row["stopped_at"] is None else row["stopped_at"]
        return Item(row["service_id"], "open", max(now - start - row["stopped_seconds"], 0), start, has_stood)
    seconds = -1 if checked is None else checked - start - row["stopped_seconds"]
    return Item(row["service_id"], ENDS[row["outcome_id"]], seconds, start) if seconds >= 0 else None


def items(rows: Iterable[Row], clock: str, since: int, until: int, as_of: int) -> list[Item]:
    """Return the requests whose clock started in `[since, until)` and measures something."""
    found = (item(row, clock, as_of) for row in rows)
    return [one for one in found if one is not None and since <= one.start < until]


def as_stored(one: Item, since: int, until: int, as_of: int) -> Item:
    """Return an item as the sums know it: ended ones to their bucket, older open ones to the hour or
    day of their start unless their clock stood still."""
    if not one.is_open:
        return replace(one, seconds=_middle(one.seconds))
    for width, offset, first, last in (
        (DAY, WIB, since, as_of - 50 * DAY), (HOUR, 0, as_of - 50 * DAY, as_of - 50 * HOUR)
    ):  # fmt: skip
        if first <= one.start < last and not one.has_stood:
            begin = one.start - (one.start + offset) % width
            low, high = max(begin, first, since), min(begin + width, last, until)
            return replace(one, seconds=as_of - (low + high) // 2)
    return one


def _bounds() -> list[int]:
    fine = [*range(0, 900, 5)]
    for doubling in range(16):
        low = 900 * 2**doubling
        fine += [low + low * step // 60 for step in range(60)]
    return [*fine, 900 * 2**16]


BOUNDS = _bounds()


def _middle(seconds: int) -> int:
    """Return the middle of the bucket that holds a duration, none more than 1 % or 2.5 s away."""
    place = bisect_left(BOUNDS, seconds)
    if place in (0, len(BOUNDS)):
        return BOUNDS[min(place, len(BOUNDS) - 1)]
    return (BOUNDS[place - 1] + BOUNDS[place] + 1) // 2


@dataclass(frozen=True)
class Curve:
    """A curve of removal as scipy gives it, with its pointwise band at 95 % (log of minus log)."""

    times: Any
    survival: Any
    low: Any
    high: Any

    def quantile(self, share: float) -> float:
        """Return the first time by which that share came down, seconds; NaN when it is not reached."""
        reached = np.flatnonzero(self.survival <= 1 - share + 1e-9)
        return float(self.times[reached[0]]) if len(reached) else np.nan

    def at(self, seconds: float) -> float:
        """Return the share still up at a time."""
        place = int(np.searchsorted(self.times, seconds, side="right")) - 1
        return float(self.survival[place]) if place >= 0 else 1.0


def curve(found: Sequence[Item]) -> Curve:
    """Return scipy's curve of removal: every other end takes the request out of sight."""
    ended = np.array([one.seconds for one in found if one.end == "removed"], dtype=float)
    others = np.array([one.seconds for one in found if one.end != "removed"], dtype=float)
    surviving = ecdf(CensoredData(uncensored=ended, right=others)).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        band = surviving.confidence_interval(0.95, method="log-log")
    return Curve(surviving.quantiles, surviving.probabilities, band.low.probabilities, band.high.probabilities)


def incidence(found: Sequence[Item], until: int) -> dict[str, float]:
    """Return the share that had ended in each way by a time: one sum over the single items (Aalen and Johansen)."""
    shares = dict.fromkeys(ENDS[1:], 0.0)
    left = 1.0
    for moment in sorted({one.seconds for one in found if one.seconds <= until}):
        watched = sum(one.seconds >= moment for one in found)
        ended = Counter(one.end for one in found if one.seconds == moment and not one.is_open)
        for end, n in ended.items():
            shares[end] += left * n / watched
        left *= 1 - sum(ended.values()) / watched
    return shares


def keeps_order(true: Sequence[Item], stored: Sequence[Item]) -> bool:
    """Return whether as many are out of sight before each removal in the sums as in truth: only times are coarse."""
    others = [sorted(one.seconds for one in found if one.end != "removed") for found in (true, stored)]
    return all(
        bisect_left(others[0], one.seconds) == bisect_left(others[1], known.seconds)
        for one, known in zip(true, stored, strict=True)
        if one.end == "removed"
    )


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return scipy's Wilson interval at 95 %."""
    found = binomtest(part, whole).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
