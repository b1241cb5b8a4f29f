"""How long requests have lasted, with the open ones: counts by service, end and duration.

Ended requests come from the latency histogram where it holds what is asked, open ones from the histogram of their
starts (many of them are then put into the same buckets), so the price is that of the buckets, not of the rows. What no
histogram holds (a province, a theme, a source, another clock, a fixed link) is read from the facts, exact to the
second, over a bounded window; so is a window with few requests, whatever its length: an office that writes minutes
shall read back the same minutes. Resolution of the buckets: data.rollups.latency.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, case, func, select

from data.rollups import clocks
from data.rollups.clocks import OPEN
from data.rollups.declarations import REQUEST, on_clock
from data.rollups.latency import N_BUCKETS
from data.tables import takedown_request
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.duration_places import MIDDLES, NAMES, Whole, added_up, at, bucket_of, end_of, number_in
from queries.ended_durations import ended, holds, services_of
from queries.filters import Filters
from queries.known import age, as_known
from queries.limits import FEW_OF_A_SERVICE, FEW_REQUESTS, JUDGED_REQUESTS, PINNED_WINDOW
from queries.narrowing import Narrowed, narrowed
from queries.newest import newest
from queries.open_durations import SECONDS_BITS, SINCE, UNTIL, asked_of, open_ones
from queries.reading import Columns, Statement, frame, whole_numbers

DURATIONS: Columns = {
    "service": "name", "is_signatory": "flag", "is_closed_messaging": "flag",
    "end": "name", "seconds": "count", "n": "count",
}  # fmt: skip

Keyed = tuple[Sequence[int], Whole, Whole]
"""Service ids, and durations in order: service (by its number in the list), end and seconds in one number, how many."""

FLAGS = ("is_signatory", "is_closed_messaging")


def durations(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service, end and duration (seconds on the clock): requests whose clock started in the window.

    Measurable ones only; `open` lasts until as_of (right-censored). `attrs`: `bounded_since`, `uses_facts`, and
    `is_exact` (to the second) or not (to the histogram's bucket).
    """
    numbered = ids(connection)
    few = holds(filters) and _are_few(connection, filters, numbered)
    if holds(filters) and not few:
        attrs = {"uses_facts": False, "bounded_since": None, "is_exact": False}
        return _frame(*_summed(connection, filters, numbered), numbered, attrs)
    since = filters.since if few else _readable_since(connection, filters, numbered)
    found = _from_facts(connection, replace(filters, since=since), numbered)
    bounded = since if since > filters.since else None
    return _frame(*found, numbered, {"uses_facts": True, "bounded_since": bounded, "is_exact": True})


def _in_order(services: Iterable[int], numbered: Ids) -> list[int]:
    """Return service ids in the order of the screen."""
    return sorted(services, key=lambda service: numbered.place("service", service))


def _summed(connection: Connection, filters: Filters, numbered: Ids) -> Keyed:
    """Return durations from the histograms; open ones of services with few by themselves."""
    services = _in_order(services_of(filters, numbered), numbered)
    service, seconds, n = open_ones(connection, filters, numbered)
    service = number_in(services, service)
    many = (np.bincount(service, weights=n, minlength=len(services)) > FEW_OF_A_SERVICE)[service]
    running = at(service[many], np.full(np.count_nonzero(many), OPEN), bucket_of(seconds[many]))
    sums = added_up([*ended(connection, filters, numbered, services), (running, n[many])], len(services)).ravel()
    found = np.flatnonzero(sums)
    pair, bucket = np.divmod(found, N_BUCKETS)
    keys, counts = pair << SECONDS_BITS | MIDDLES[bucket], sums[found]
    if not many.all():
        alone = (service[~many] * len(NAMES) + OPEN) << SECONDS_BITS | seconds[~many]
        keys, counts = _added_up(np.concatenate([keys, alone]), np.concatenate([counts, n[~many]]))
    return services, keys, counts


def _from_facts(connection: Connection, filters: Filters, numbered: Ids) -> Keyed:
    """Return durations one by one, to the second."""
    asked = _statement(narrowed(filters), filters.clock, filters.pinned)
    service, outcome, seconds, n = whole_numbers(connection, asked, asked_of(filters, numbered)).T
    services = _in_order(np.unique(service).tolist(), numbered)
    pair = number_in(services, service) * len(NAMES) + end_of(outcome)
    return services, *_added_up(pair << SECONDS_BITS | np.maximum(seconds, 0), n)


def _readable_since(connection: Connection, filters: Filters, numbered: Ids) -> datetime:
    """Return when the part of the window begins that is read one by one."""
    if filters.pinned:
        return max(filters.since, filters.until - PINNED_WINDOW)
    return newest(connection, filters, numbered, JUDGED_REQUESTS).since


def _are_few(connection: Connection, filters: Filters, numbered: Ids) -> bool:
    """Return whether the window holds few requests, of whatever service: their index knows no service."""
    asked = Asked(REQUEST, replace(filters, services=()), numbered, measures=("n_requests",))
    n = sum(int(row.n_requests) for row in asked.sums().rows(connection))
    return n <= FEW_REQUESTS


def _frame(services: Sequence[int], keys: Whole, n: Whole, numbered: Ids, attrs: Mapping[str, object]) -> pd.DataFrame:
    """Return the frame of durations."""
    seconds, pair = keys & ((1 << SECONDS_BITS) - 1), keys >> SECONDS_BITS
    place, end = np.divmod(pair, len(NAMES))
    there = np.flatnonzero(np.bincount(place, minlength=len(services)))
    names = [numbered.code("service", services[number]) for number in there.tolist()]
    about, place = [numbered.about(name) for name in names], np.searchsorted(there, place)
    flags = {name: np.array([line[name] for line in about], dtype=bool)[place] for name in FLAGS}
    service = pd.Categorical.from_codes(place, pd.Index(names))
    ends = pd.Categorical.from_codes(end, pd.Index(NAMES))
    return frame(flags | {"service": service, "end": ends, "seconds": seconds, "n": n}, DURATIONS, attrs)


def _added_up(keys: NDArray[np.int64], n: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct keys in order with their numbers added up, without zeros; keys come in a few ordered runs."""
    if not len(keys):
        return keys, n
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    sums = np.add.reduceat(n[order], first)
    kept = sums != 0
    return keys[first[kept]], sums[kept]


@lru_cache(maxsize=200)
def _statement(shape: Narrowed, clock_code: str, is_pinned: bool) -> Statement:
    clock, rollup = clocks.CLOCKS[clock_code], on_clock(REQUEST.table.name, clock_code)
    piece = Piece(None, SINCE, UNTIL)
    row: Any = as_known(takedown_request, piece, rollup.starts) if is_pinned else takedown_request.c
    running = clocks.is_running(row, clock)
    end = case((running, OPEN), else_=row.outcome_id).label("end")
    seconds = case((running, age(row, clock)), else_=clocks.latency(row, clock)).label("seconds")
    where = [clocks.measurable(row, clock), started_between(rollup, row, piece), *shape.facts(row)]
    columns = (row.service_id, end, seconds)
    return select(*columns, func.count().label("n")).where(and_(*where)).group_by(*columns).order_by(*columns)
