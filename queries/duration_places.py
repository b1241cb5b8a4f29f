"""Where a duration lies: the service, the end and the bucket of the histogram in one number, added up in one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.rollups.clocks import LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from data.rollups.latency import FINE_WIDTH, N_BUCKETS, upper_bounds

NAMES = ("open", "removed", "restricted", "labelled", "rejected", "withdrawn")
"""How a clock ends, in the order of outcome ids; `open` still runs. All but removed are competing ends."""

END_PLACES = (OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, WITHDRAWN)
"""Outcome id -> place in `NAMES`: what the uploader deleted counts as withdrawn, as does an outcome nobody lists."""

Whole = NDArray[np.signedinteger[Any]]
"""Whole numbers, one a duration."""

Placed = tuple[Whole, Whole]
"""Places of durations (`at`), and how many lie there; less than 0 takes away."""

_BOUNDS = upper_bounds()
MIDDLES = np.concatenate([[0], (_BOUNDS[:-2] + _BOUNDS[1:-1] + 1) // 2, [_BOUNDS[-2]]])
"""The duration that stands for a histogram bucket: its middle, so that what lies within a deadline stays within it."""

LOOKED_UP = 32 * 86_400
"""Seconds below which the bucket is looked up in a list, rather than searched for: four times as fast."""

_STEPS = np.searchsorted(_BOUNDS, np.arange(0, LOOKED_UP + 1, FINE_WIDTH))
"""The bucket of each fifth second: every bound is one of them."""

_ENDS = np.array(END_PLACES, dtype=np.int32) * N_BUCKETS


def end_of(outcome: Whole) -> Whole:
    """Return the place in `NAMES` of each outcome id."""
    return np.array(END_PLACES)[np.clip(outcome, 0, len(END_PLACES) - 1)]


def bucket_of(seconds: Whole) -> Whole:
    """Return the histogram bucket of each duration, not negative."""
    step = (seconds + FINE_WIDTH - 1) // FINE_WIDTH
    found: Whole = _STEPS[np.minimum(step, len(_STEPS) - 1)]
    long = np.flatnonzero(seconds > LOOKED_UP)
    found[long] = np.searchsorted(_BOUNDS, seconds[long])
    return found


def at(service: Whole, outcome: Whole, bucket: Whole) -> Whole:
    """Return the place of each duration; `service` is one of a list, by its number there."""
    place: Whole = service * (len(NAMES) * N_BUCKETS) + _ENDS[np.clip(outcome, 0, len(_ENDS) - 1)] + bucket
    return place


def number_in(services: Sequence[int], ids: Whole) -> Whole:
    """Return where each service id stands in a list of all that occur."""
    order = np.argsort(services)
    found: Whole = order[np.searchsorted(np.array(services)[order], ids)]
    return found


def added_up(parts: Sequence[Placed], services: int) -> NDArray[np.int64]:
    """Return the sums of so many services, shape (services, ends, buckets)."""
    places, n = (np.concatenate(each) for each in zip(*parts, strict=True))
    shape = (services, len(NAMES), N_BUCKETS)
    return np.bincount(places, weights=n, minlength=int(np.prod(shape))).astype(np.int64).reshape(shape)
