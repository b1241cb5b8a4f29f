"""Shares with their uncertainty."""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def share(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole, 0–1; NaN where the whole is 0."""
    parts, wholes = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    shares: Floats = np.divide(parts, wholes, out=np.full(np.broadcast(parts, wholes).shape, np.nan), where=wholes > 0)
    return shares


def wilson(part: ArrayLike, whole: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the limits (low, high) of the share part / whole, 0–1; NaN where the whole is 0.

    Source: Wilson 1927: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    n = np.asarray(whole, dtype=np.float64)
    p = share(part, whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        width = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.clip(middle - width, 0, 1), np.clip(middle + width, 0, 1)


def relative_change(now: Any, before: Any) -> float:
    """Return (now − before) / before; NaN when before is 0."""
    return float(share(now - before, before))
