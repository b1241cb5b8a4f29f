"""Histograms as bytes: what a service has in a stretch of time, eight bytes a place (an outcome and latency, a second).

A row of a table for each place costs ten times as much to read: most of it is its key. Bytes are read as one array.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from data.rollups.shelves import Numbers

WORD = np.dtype("<i8")
"""A place, 31 bits, and how many are there, 32 bits."""

COUNT_BITS = 32
MOST = 1 << COUNT_BITS - 1

DIMENSION_BITS = 16
"""What each dimension of a place but the first takes."""


def places_of(dimensions: Sequence[Numbers]) -> Numbers:
    """Return the place of each row of dimensions in one number that sorts as they do."""
    first, *others = dimensions
    for each in others:
        first = first << DIMENSION_BITS | each
    return first


def dimensions_of(places: Numbers, number: int) -> list[Numbers]:
    """Return so many dimensions of places."""
    found: list[Numbers] = []
    for _ in range(number - 1):
        found.insert(0, places & (1 << DIMENSION_BITS) - 1)
        places = places >> DIMENSION_BITS
    return [places, *found]


def packed(places: Numbers, n: Numbers) -> bytes:
    """Return the bytes of the numbers at places; raise `OverflowError` beyond 2^31."""
    if n.size and np.abs(n).max() >= MOST:
        raise OverflowError("more at one place than a histogram can hold")
    return ((places << COUNT_BITS) + n).astype(WORD, copy=False).tobytes()


def apart(rows: Sequence[Sequence[Any]]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the keys of histograms, shape (places, columns), places and numbers; each row is a key, then the bytes."""
    if not rows:
        return np.empty((0, 0), dtype=np.int64), *np.empty((2, 0), dtype=np.int64)
    *keys, histograms = zip(*rows, strict=True)
    words = np.frombuffer(b"".join(histograms), dtype=WORD).astype(np.int64, copy=False)
    places = words + MOST >> COUNT_BITS
    sizes = [len(each) // WORD.itemsize for each in histograms]
    return np.repeat(np.array(keys, dtype=np.int64).T, sizes, axis=0), places, words - (places << COUNT_BITS)
