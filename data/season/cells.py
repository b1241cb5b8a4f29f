"""Columns of a batch: what is not yet known at `now` is masked."""

from typing import Any

import numpy as np

from data.season.arrays import Ints, Seconds, Texts

Columns = dict[str, Any]
Batch = tuple[str, Columns]
"""A table's name and its columns, as `data.recording.bulk` takes them."""


def known(times: Seconds, now: int) -> np.ma.MaskedArray[Any, Any]:
    """Return times with those after `now` masked."""
    return np.ma.masked_greater(times, now)


def counted(numbers: Ints) -> np.ma.MaskedArray[Any, Any]:
    """Return numbers with the negative ones, which mean "not known", masked."""
    return np.ma.masked_less(numbers, 0)


def latest(now: int, *times: Seconds) -> Seconds:
    """Return the latest of several times that is not after `now`; the first of them never is."""
    found = times[0]
    for more in times[1:]:
        found = np.maximum(found, np.where(more > now, 0, more))
    return found


def written(feed: Texts | str, recorded: Seconds, updated: Seconds) -> Columns:
    """Return the provenance columns of rows that were first recorded and last changed at these times."""
    size = recorded.size
    feeds = np.full(size, feed, dtype=object) if isinstance(feed, str) else feed
    return {
        "feed_code": feeds,
        "is_simulated": np.ones(size, dtype=np.bool_),
        "recorded_at": recorded,
        "updated_at": updated,
    }
