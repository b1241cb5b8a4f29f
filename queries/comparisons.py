"""Whether services may be put in order: three official detectors named three different "worst" platforms.

Pure functions of `takedowns.within_promise` and `request_sources.mix`.
"""

from collections.abc import Collection
from itertools import pairwise

import numpy as np
import pandas as pd

FEW = 20
"""Due requests below which a service is not judged."""

MIX_DISTANCE = 0.10
"""Detection mixes differ when more than this share of one would have to move to make it the other."""

REASONS = ("few", "overlap", "sources")


def reasons(within: pd.DataFrame, mix: pd.DataFrame) -> list[str]:
    """Return why services must not be ranked by their share, of `REASONS`; empty when nothing stands against it.

    few: one has fewer than `FEW` due; overlap: neighbours' intervals overlap; sources: their detection mixes differ.
    """
    judged = within[~within["is_total"] & (within["n_due"] > 0)]
    enough = judged[judged["n_due"] >= FEW].sort_values(["share", "service"])
    found = {
        "few": len(enough) < len(judged) or len(enough) < 2,
        "overlap": any(lower > upper for upper, lower in _neighbours(enough)),
        "sources": mixes_differ(mix, set(enough["service"])),
    }
    return [reason for reason in REASONS if found[reason]]


def _neighbours(ordered: pd.DataFrame) -> list[tuple[float, float]]:
    """Return (low of the next, high of this one) along the order of the share."""
    edges = list(zip(ordered["low"], ordered["high"], strict=True))
    return [(following[0], this[1]) for this, following in pairwise(edges)]


def mixes_differ(mix: pd.DataFrame, services: Collection[str]) -> bool:
    """Return whether the detection sources of any two of the services differ by more than `MIX_DISTANCE`."""
    counts = mix[mix["service"].isin(services)].pivot_table(index="service", columns="source", values="n", fill_value=0)
    if len(counts) < 2:
        return False
    n = counts.to_numpy(dtype="float64")
    shares = n / n.sum(axis=1, keepdims=True)
    apart = np.abs(shares[:, None, :] - shares[None, :, :]).sum(axis=2) / 2
    return bool(apart.max() > MIX_DISTANCE)
