"""Time to removal with open items counted: Kaplan–Meier, its band, and competing ends by Aalen–Johansen.

Every function takes grouped times: sorted distinct `times` (seconds) with the number of ends and of censored items
at each. Items give exact times; a latency histogram gives its bucket bounds, so one body serves both. At equal times
ends come before censoring, as is usual: an item censored at t was still at risk at t.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Survival:
    """A Kaplan–Meier curve, all arrays of shape (distinct times,), times in seconds, shares 0–1.

    `low` and `high` bound `survival` pointwise at the stated confidence (log(−log S) transform, Greenwood variance);
    they are NaN where the transform has no value (S = 0, or before the first end).
    """

    times: Integers
    at_risk: Integers
    ended: Integers
    survival: Floats
    low: Floats
    high: Floats

    @property
    def last_time(self) -> int | None:
        """Return the longest time anything was observed, seconds; None without any item."""
        return int(self.times[-1]) if len(self.times) else None

    def quantile(self, share: float) -> int | None:
        """Return the first time by which at least `share` of items ended, seconds; None when not reached."""
        reached = np.flatnonzero(self.survival <= 1 - share + 1e-12)
        return int(self.times[reached[0]]) if len(reached) else None

    def quantile_band(self, share: float) -> tuple[int | None, int | None]:
        """Return the confidence limits of a quantile, seconds (Brookmeyer and Crowley 1982); None where not reached."""
        first = np.flatnonzero(self.low <= 1 - share + 1e-12)
        last = np.flatnonzero(self.high <= 1 - share + 1e-12)
        return (int(self.times[first[0]]) if len(first) else None, int(self.times[last[0]]) if len(last) else None)

    def at(self, seconds: int) -> tuple[float, float, float]:
        """Return (survival, low, high) at a time; (1, 1, 1) before the first time."""
        index = int(np.searchsorted(self.times, seconds, side="right")) - 1
        if index < 0:
            return 1.0, 1.0, 1.0
        return float(self.survival[index]), float(self.low[index]), float(self.high[index])

    def is_known_at(self, seconds: int) -> bool:
        """Return whether the curve says anything of a time: somebody was watched so long, or all have ended before."""
        return len(self.times) > 0 and (self.times[-1] >= seconds or self.survival[-1] == 0)

    def at_risk_at(self, seconds: int) -> int:
        """Return how many items were still being watched just before a time."""
        index = int(np.searchsorted(self.times, seconds, side="left"))
        return int(self.at_risk[index]) if index < len(self.at_risk) else 0


def grouped(seconds: ArrayLike, ended: ArrayLike) -> tuple[Integers, Integers, Integers]:
    """Return sorted distinct times with the number ended and censored at each, from one row an item."""
    values = np.asarray(seconds, dtype=np.int64)
    flags = np.asarray(ended, dtype=bool)
    times, place = np.unique(values, return_inverse=True)
    n_ended = np.bincount(place, weights=flags, minlength=len(times)).astype(np.int64)
    n_all = np.bincount(place, minlength=len(times)).astype(np.int64)
    return times, n_ended, n_all - n_ended


def _at_risk(leaving: Integers) -> Integers:
    return leaving[::-1].cumsum()[::-1]


def kaplan_meier(times: ArrayLike, ended: ArrayLike, censored: ArrayLike, confidence: float = 0.95) -> Survival:
    """Return S(t) = prod(1 - d_i / n_i) with its band.

    Source: Kaplan and Meier 1958; Greenwood's variance with the log(-log) transform, Kalbfleisch and Prentice 2002,
    section 1.4.
    """
    moments = np.asarray(times, dtype=np.int64)
    d = np.asarray(ended, dtype=np.int64)
    n = _at_risk(d + np.asarray(censored, dtype=np.int64))
    with np.errstate(divide="ignore", invalid="ignore"):
        survival: Floats = np.cumprod(1 - d / n, dtype=np.float64)
        greenwood = np.cumsum(d / (n * (n - d)))
        log_survival = np.log(survival)
        width = NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(greenwood) / np.abs(log_survival)
        low: Floats = survival ** np.exp(width)
        high: Floats = survival ** np.exp(-width)
    return Survival(moments, n, d, survival, low, high)


def cumulative_incidence(times: ArrayLike, ended: ArrayLike, censored: ArrayLike) -> Floats:
    """Return the share that ended in each way by each time, shape (ways, times); ways sum to 1 − S(t).

    `ended` has shape (ways, times). Source: Aalen and Johansen 1978: F_k(t) = sum S(t_i-) d_ki / n_i.
    Raises `ValueError` when the times are not as many as the numbers.
    """
    if np.shape(times) != np.shape(censored):
        raise ValueError("one number of censored items for each time")
    d = np.asarray(ended, dtype=np.int64)
    total = d.sum(axis=0)
    n = _at_risk(total + np.asarray(censored, dtype=np.int64))
    survival = np.cumprod(1 - total / np.maximum(n, 1))
    before = np.concatenate([np.ones(1), survival[:-1]]) if len(survival) else survival
    incidence: Floats = np.cumsum(before * d / np.maximum(n, 1), axis=1)
    return incidence
