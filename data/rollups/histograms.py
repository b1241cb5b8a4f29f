"""Histograms as bytes: what a service has in a stretch of time, eight bytes a place (an outcome and latency, a second).

A row of a table for each place costs ten times as much to read: most of it is its key. Bytes are read as one array.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.rollups.shelves import Numbers

HALF = np.dtype("<i4")
"""A number of requests, then its place: half of eight bytes each."""

Halves = NDArray[np.int32]

DIMENSION_BITS = 16
"""What each dimension of a place but the first takes."""


def places_of(dimensions: Sequence[Numbers]) -> Numbers:
    """Return the place of each row of dimensions in one number that sorts as they do."""
    first, *others = dimensions
    for each in others:
        first = first << DIMENSION_BITS | each
    return first


def dimensions_of(places: Halves, number: int) -> list[Halves]:
    """Return so many dimensions of places."""
    found: list[Halves] = []
    for _ in range(number - 1):
        found.insert(0, places & (1 << DIMENSION_BITS) - 1)
        places = places >> DIMENSION_BITS
    return [places, *found]


def packed(places: Numbers, n: Numbers) -> bytes:
    """Return the bytes of the numbers at places; raise `OverflowError` from 2^31 on."""
    pairs = np.column_stack([n, places])
    if pairs.size and np.abs(pairs).max() > np.iinfo(HALF).max:
        raise OverflowError("more at one place than a histogram can hold")
    return pairs.astype(HALF).tobytes()


def apart(rows: Sequence[Sequence[Any]]) -> tuple[list[Numbers], Halves, Halves]:
    """Return the columns of the keys of histograms, places and numbers; each row, at least one, is a key and bytes."""
    *keys, histograms = zip(*rows, strict=True)
    n, places = np.frombuffer(b"".join(histograms), dtype=HALF).reshape(-1, 2).T
    sizes = [len(each) // (2 * HALF.itemsize) for each in histograms]
    return [np.repeat(each, sizes) for each in keys], places, n
