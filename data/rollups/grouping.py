"""Rows of whole numbers put in order and added up by their keys: what GROUP BY does, on arrays."""

import numpy as np

from data.rollups.shelves import Numbers

MOST_PACKED = 1 << 62


def order_of(keys: Numbers) -> Numbers:
    """Return the places of rows, shape (rows, key columns), in the order of their keys."""
    if not len(keys):
        return np.empty(0, dtype=np.int64)
    low = keys.min(axis=0)
    spans = (keys.max(axis=0) - low + 1).tolist()
    place, packed = 1, np.zeros(len(keys), dtype=np.int64)
    for column in reversed(range(keys.shape[1])):
        if place * spans[column] > MOST_PACKED:
            return np.lexsort(keys.T[::-1])
        packed += (keys[:, column] - low[column]) * place
        place *= spans[column]
    return np.argsort(packed, kind="stable")


def summed(keys: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct keys in order and the sums of the values, shape (rows, values), of each."""
    order = order_of(keys)
    keys = keys[order]
    if not len(keys):
        return keys, values
    is_first = np.concatenate([[True], (keys[1:] != keys[:-1]).any(axis=1)])
    first = np.flatnonzero(is_first)
    return keys[first], np.add.reduceat(values[order], first, axis=0)
