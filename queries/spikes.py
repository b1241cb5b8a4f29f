"""Hours that are far above their usual: the rule is stated (`queries.baselines.SPIKE`), not learned."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.rollups.declarations import CONTENT
from queries.baselines import SPIKE
from queries.cubes import Asked, Sums
from queries.dimensions import ids
from queries.filters import Filters
from queries.first_days import first_found
from queries.reading import Columns, whole_numbers
from queries.series import Buckets, buckets_of
from queries.sum_statements import recurring
from queries.windows import WEEK

SERIES: Columns = {
    "started_at": "time", "n_found": "count", "usual": "real", "threshold": "real", "n_weeks": "count",
    "has_baseline": "flag", "is_spike": "flag", "is_filling": "flag",
}  # fmt: skip

WEEKS = 8
"""Weeks before a bucket from which its usual count is taken."""

RULE = SPIKE


def series(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per hour (per WIB day beyond 31 days) with its usual count, its threshold and whether it is a spike.

    A week counts when it lies wholly after the first content on record; with fewer than four of them `has_baseline`
    is false, usual and threshold are NaN and nothing is called a spike. A bucket still filling may already be one.
    """
    buckets = buckets_of(filters)
    numbered = ids(connection)
    wanted = _wanted(buckets)
    longer = replace(filters, since=filters.since - WEEKS * WEEK)
    asked = Asked(CONTENT, longer, numbered, grain=buckets.grain, measures=("n_found",)).sums()
    counts = _counts(_rows(connection, asked, buckets), wanted)
    earlier = np.where(_is_known(connection, buckets, wanted[1:], asked.bounded_since), counts[1:], np.nan)
    usual, threshold, n_weeks = RULE.usual(earlier)
    with np.errstate(invalid="ignore"):
        spikes = counts[0] > threshold
    values = {
        "n_found": counts[0].astype(np.int64), "usual": usual, "threshold": threshold, "n_weeks": n_weeks,
        "has_baseline": ~np.isnan(usual), "is_spike": spikes,
    }  # fmt: skip
    return buckets.frame([""], values, SERIES, asked.attrs)


def _rows(connection: Connection, asked: Sums, buckets: Buckets) -> NDArray[np.int64]:
    """Return the rows of (bucket, count), of a short window only those in the same hours of each week."""
    period = _per_week(buckets)
    if buckets.n >= period:
        return asked.numbers(connection)
    wanted = {"first_wanted": buckets.first - WEEKS * period, "period": period, "n_wanted": buckets.n}
    return whole_numbers(connection, recurring(asked.statement), {**asked.parameters, **wanted})


def _per_week(buckets: Buckets) -> int:
    return int(WEEK.total_seconds()) // buckets.grain.width


def _wanted(buckets: Buckets) -> NDArray[np.int64]:
    """Return bucket numbers, shape (WEEKS + 1, n): each bucket, then the same one in each of the weeks before."""
    own = buckets.first + np.arange(buckets.n, dtype=np.int64)
    return own - np.arange(WEEKS + 1, dtype=np.int64)[:, None] * _per_week(buckets)


def _counts(found: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the counts of wanted buckets from rows of (bucket, count), 0 where there is no row."""
    if not wanted.size:
        return np.zeros(wanted.shape)
    first, inside = wanted.min(), np.isin(found[:, 0], wanted)
    every = np.zeros(wanted.max() - first + 1)
    every[found[inside, 0] - first] = found[inside, 1]
    counts: NDArray[np.float64] = every[wanted - first]
    return counts


def _is_known(
    connection: Connection, buckets: Buckets, wanted: NDArray[np.int64], bounded_since: datetime | None
) -> NDArray[np.bool_]:
    """Return whether each bucket lies after the first content on record and inside what was read."""
    first = first_found(connection)
    cut = 0 if bounded_since is None else int(bounded_since.timestamp())
    start = max(1 << 40 if first is None else first, cut)
    known: NDArray[np.bool_] = wanted * buckets.grain.width - buckets.grain.offset >= start
    return known
