"""Latency histogram buckets: integer arithmetic alone, so that every engine and numpy agree to the second.

Below 900 s a bucket is 5 s wide. From 900 s on each doubling is cut into 60 buckets, so a bucket is at most 1.7 %
wide and its middle at most 0.9 % off. Buckets are (low, high]: every deadline in use (15, 30, 60, 120, 240 minutes,
24 hours) is the upper bound of a bucket, so the share within it is exact.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, case

FINE_SECONDS = 900
FINE_WIDTH = 5
PER_DOUBLING = 60
DOUBLINGS = 16
N_BUCKETS = FINE_SECONDS // FINE_WIDTH + PER_DOUBLING * DOUBLINGS + 2
"""Buckets 0 (0 seconds) to N_BUCKETS - 1; the last holds everything beyond 900 s * 2^16 (682 days)."""

LIMIT_MINUTES = (15, 30, 60, 120, 240, 1_440)
"""Deadlines that are bounds of buckets, and up to which removals are also counted by class of urgency."""


def bucket_of(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """Return the SQL bucket number of a latency in whole seconds, not negative; the doubling is found by halves."""
    fine = (seconds + FINE_WIDTH - 1) // FINE_WIDTH
    beyond = case((seconds <= FINE_SECONDS << DOUBLINGS, _doubled(seconds, 0, DOUBLINGS)), else_=N_BUCKETS - 1)
    return case((seconds <= FINE_SECONDS, fine), else_=beyond).cast(Integer)


def _doubled(seconds: ColumnElement[int], first: int, after: int) -> ColumnElement[int]:
    """Return the bucket of seconds that lie in one of the doublings from `first` to before `after`."""
    if after - first > 1:
        half = (first + after) // 2
        lower, upper = _doubled(seconds, first, half), _doubled(seconds, half, after)
        return case((seconds <= FINE_SECONDS << half, lower), else_=upper)
    low, width = FINE_SECONDS << first, (FINE_SECONDS << first) // PER_DOUBLING
    return FINE_SECONDS // FINE_WIDTH + PER_DOUBLING * first + (seconds - low + width - 1) // width


def upper_bounds() -> NDArray[np.int64]:
    """Return the upper bound in seconds of each bucket, shape (N_BUCKETS,); a bucket holds (previous bound, bound]."""
    fine = np.arange(0, FINE_SECONDS + 1, FINE_WIDTH, dtype=np.int64)
    parts = [fine]
    for k in range(DOUBLINGS):
        low, width = FINE_SECONDS << k, (FINE_SECONDS << k) // PER_DOUBLING
        parts.append(low + width * np.arange(1, PER_DOUBLING + 1, dtype=np.int64))
    parts.append(np.array([np.iinfo(np.int64).max]))
    return np.concatenate(parts)
