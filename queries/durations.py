"""How long requests have lasted, with the open ones: counts by service, end and duration.

Ended requests come from the latency histogram where it holds what is asked, open ones from their hour or day of start
where very many are open, else one by one (many of them then put into the same buckets), so the price is that of the
buckets, not of the rows. What no cube holds (a province, a theme, a source, another clock, a fixed link) is read from
the facts, exact to the second, over a bounded window; so is a window with few requests, whatever its length: an office
that writes minutes shall read back the same minutes.
Resolution of the histogram: data.rollups.latency. Where very many are open, of services with many, those older than two
days are known to the hour of their start, older than fifty to its day; those whose clock stood still to the second.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, case, func, select

from data.rollups import clocks
from data.rollups.clocks import LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from data.rollups.declarations import REQUEST, on_clock
from data.tables import takedown_request
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.ended_durations import Counted, distinct, ended, holds, in_buckets
from queries.filters import Filters
from queries.known import as_known
from queries.limits import FEW_OF_A_SERVICE, FEW_REQUESTS, PINNED_WINDOW, READ_REQUESTS
from queries.narrowing import Narrowed, narrowed
from queries.newest import newest
from queries.open_durations import SECONDS_BITS, SINCE, UNTIL, age, counted, open_ones
from queries.reading import Columns, Statement, frame

DURATIONS: Columns = {
    "service": "name", "is_signatory": "flag", "is_closed_messaging": "flag",
    "end": "name", "seconds": "count", "n": "count",
}  # fmt: skip

NAMES = ("open", "removed", "restricted", "labelled", "rejected", "withdrawn")
"""How a clock ends, in the order of outcome ids; `open` still runs. All but removed are competing ends."""

END_PLACES = (OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, WITHDRAWN)
"""Outcome id -> place in `NAMES`: what the uploader deleted counts as withdrawn."""

FLAGS = ("is_signatory", "is_closed_messaging")


def durations(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service, end and duration (seconds on the clock): requests whose clock started in the window.

    Measurable ones only; `open` lasts until as_of (right-censored). `attrs`: `bounded_since`, `uses_facts`, and
    `is_exact` (to the second) or not (to the histogram's bucket).
    """
    numbered = ids(connection)
    few = holds(filters) and _are_few(connection, filters, numbered)
    if holds(filters) and not few:
        waiting = open_ones(connection, filters, numbered)
        many = np.isin(waiting[:, 0], _with_many(waiting))
        rows = np.concatenate([ended(connection, filters, numbered), in_buckets(waiting[many]), waiting[~many]])
        return _frame(rows, numbered, {"uses_facts": False, "bounded_since": None, "is_exact": False})
    since = filters.since if few else _readable_since(connection, filters, numbered)
    rows = _from_facts(connection, replace(filters, since=since), numbered)
    bounded = since if since > filters.since else None
    return _frame(rows, numbered, {"uses_facts": True, "bounded_since": bounded, "is_exact": True})


def _readable_since(connection: Connection, filters: Filters, numbered: Ids) -> datetime:
    """Return when the part of the window begins that is read one by one."""
    if filters.pinned:
        return max(filters.since, filters.until - PINNED_WINDOW)
    return newest(connection, filters, numbered, READ_REQUESTS).since


def _with_many(waiting: Counted) -> NDArray[np.int64]:
    """Return the services of which so many are open that their ages may be put into buckets."""
    found, place = distinct(waiting[:, 0])
    return found[np.bincount(place, weights=waiting[:, 3], minlength=len(found)) > FEW_OF_A_SERVICE]


def _are_few(connection: Connection, filters: Filters, numbered: Ids) -> bool:
    """Return whether the window holds few requests, of whatever service: their index knows no service."""
    asked = Asked(REQUEST, replace(filters, services=()), numbered, measures=("n_requests",))
    n = sum(int(row.n_requests) for row in asked.sums().rows(connection))
    return n <= FEW_REQUESTS


def _frame(rows: Counted, numbered: Ids, attrs: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows with equal service, end and duration added up, services in screen order."""
    services, place = distinct(rows[:, 0])
    order = sorted(range(len(services)), key=lambda at: numbered.place("service", int(services[at])))
    names = [numbered.code("service", int(services[at])) for at in order]
    end = np.array(END_PLACES)[np.clip(rows[:, 1], 0, len(END_PLACES) - 1)]
    pair = np.argsort(order)[place] * len(NAMES) + end
    keys, n = _added_up(pair << SECONDS_BITS | rows[:, 2], rows[:, 3])
    seconds, pair = keys & ((1 << SECONDS_BITS) - 1), keys >> SECONDS_BITS
    about = [numbered.about(name) for name in names]
    flags = {name: np.array([line[name] for line in about], dtype=bool)[pair // len(NAMES)] for name in FLAGS}
    service = pd.Categorical.from_codes(pair // len(NAMES), pd.Index(names))
    ends = pd.Categorical.from_codes(pair % len(NAMES), pd.Index(NAMES))
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


def _from_facts(connection: Connection, filters: Filters, numbered: Ids) -> Counted:
    return counted(connection, filters, numbered, _statement(narrowed(filters), filters.clock, filters.pinned))


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
