"""How far the answers of the roll-ups lie from those of the facts: quantiles, shares."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data.engine import snapshot
from queries import durations, takedowns
from queries.benchmarks import without_help
from queries.filters import Filters

ENOUGH_REMOVALS = 500
"""A quantile of fewer is read from the items themselves."""

QUANTILES = (0.5, 0.9, 0.95)


@dataclass(frozen=True)
class Exactness:
    """The largest relative error of a quantile (NaN without a service of enough removals), and of how many.

    `miscounted`: requests by which the numbers within the hour, or due, differ from those of the facts.
    """

    largest_error: float
    n_quantiles: int
    miscounted: int


def exactness(engine: Engine, filters: Filters) -> Exactness:
    """Return how far the latency figures of one window are from those of the facts."""
    with snapshot(engine) as connection:
        ours = durations.durations(connection, filters), takedowns.within_promise(connection, filters)
        with without_help(connection):
            exact = durations.durations(connection, filters), takedowns.within_promise(connection, filters)
    errors = quantile_errors(ours[0], exact[0])
    return Exactness(max(errors, default=float("nan")), len(errors), miscounted(ours[1], exact[1]))


def quantile_errors(ours: pd.DataFrame, exact: pd.DataFrame) -> list[float]:
    """Return the relative errors of the quantiles of removals, of each service that has enough of them."""
    errors = []
    for service, rows in exact[exact["end"] == "removed"].groupby("service", sort=True):
        if rows["n"].sum() >= ENOUGH_REMOVALS:
            mine = ours[(ours["end"] == "removed") & (ours["service"] == service)]
            errors += [abs(quantile(mine, share) / quantile(rows, share) - 1) for share in QUANTILES]
    return errors


def quantile(rows: pd.DataFrame, share: float) -> float:
    """Return the least duration, seconds, that at least this share of the counted rows do not exceed."""
    ordered = rows.sort_values("seconds")
    reached = ordered["n"].cumsum().to_numpy() >= share * ordered["n"].sum()
    return float(ordered["seconds"].to_numpy()[int(np.argmax(reached))])


def miscounted(ours: pd.DataFrame, exact: pd.DataFrame) -> int:
    """Return by how many requests the counts behind the share within the hour differ, all services added up."""
    counts = [name for name in ours if str(name).startswith("n_")]
    sides = [frame.set_index("service")[counts].astype("int64") for frame in (ours, exact)]
    first, second = sides[0].align(sides[1], fill_value=0)
    return int((first - second).abs().to_numpy().sum())
