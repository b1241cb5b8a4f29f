"""Chance that belongs to a row: the same id and label always give the same draw, in any order and after any restart.

The season generator and the live simulator meet on the same rows hours apart; drawing from the id instead of from a
running generator makes both see the same future for a request without keeping it anywhere.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike

from data.season.arrays import Flags, Floats, Ids, Ints


def uniform(ids: Ids, label: str) -> Floats:
    """Return one number in (0, 1) per id: SplitMix64 (Steele, Lea and Flood 2014) of the id and the label's digest."""
    digest = int.from_bytes(blake2b(label.encode(), digest_size=8).digest(), "big")
    mixed = np.asarray(ids).astype(np.uint64) + np.uint64(digest)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53


def happens(ids: Ids, label: str, share: ArrayLike) -> Flags:
    """Return for each id whether something happens that does so with this probability."""
    return uniform(ids, label) < np.asarray(share)


def normal(ids: Ids, label: str) -> Floats:
    """Return one standard normal number per id (Box-Muller of two uniform ones)."""
    radius = np.sqrt(-2.0 * np.log(uniform(ids, label + "/radius")))
    return radius * np.cos(2.0 * np.pi * uniform(ids, label + "/angle"))


def lognormal(ids: Ids, label: str, median: ArrayLike, spread: ArrayLike) -> Floats:
    """Return one log-normal number per id; `spread` is the standard deviation of its logarithm."""
    return np.asarray(median) * np.exp(np.asarray(spread) * normal(ids, label))


def pick(ids: Ids, label: str, weights: ArrayLike) -> Ints:
    """Return one index per id, drawn by weight.

    `weights` has shape (choices,) for all, or (ids, choices) for each; they need not add up to 1.
    """
    sums = np.cumsum(np.asarray(weights, dtype=np.float64), axis=-1)
    reached = (uniform(ids, label) * sums[..., -1])[:, None]
    drawn = np.searchsorted(sums, reached[:, 0], side="right") if sums.ndim == 1 else (sums <= reached).sum(axis=1)
    index: Ints = np.minimum(drawn, sums.shape[-1] - 1)
    return index


def mixed_with(ids: Ids, number: int) -> Ids:
    """Return other ids for the same things: those of their request number 2, their appeal and the like."""
    return (uniform(ids, f"mixed/{number}") * 2.0**62).astype(np.int64)
