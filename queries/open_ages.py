"""How many open requests started before certain moments, from sums and a few facts; and the odd ones.

Sums know how many requests of an hour or day are open. Of that in which a moment lies the shorter side is read through
the index of open requests. "Odd" ones, whose clock stood still or who have no usable start, are few: each is read.
Both follow the default clock, as all that waits does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
    text,
    union_all,
)

from data.rollups import clocks
from data.rollups.clocks import seconds
from data.rollups.declarations import REQUEST
from data.rollups.shapes import DAY, HOUR, Grain
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.first_days import FOREVER, LONG_AGO, open_days
from queries.known import age
from queries.narrowing import Narrowed, narrowed, values
from queries.once import once
from queries.reading import Statement, whole_numbers
from queries.side_by_side import Beside, Part, with_beside

Numbers = NDArray[np.int64]
Stretch = tuple[int, int]

STARTLESS, UNDATED, DATED = range(3)
"""What an odd request lacks: any time to start from, the time of day, or nothing (its clock stood still)."""

START_BITS, LACKS_BITS = 40, 2
"""Starts are within 2^39 seconds of 1970, so a service, what a request lacks and a start fit into one number."""


def before(
    connection: Connection, filters: Filters, numbered: Ids, moments: Sequence[int], *beside: Beside
) -> Numbers | None:
    """Return (service id, how many of its dated open requests started before each moment, how many there are).

    `moments` rise. Services without any are among them. None where no sum holds the filters. What is `beside` is read
    with them.
    """
    ever = replace(filters, since=LONG_AGO, until=FOREVER, clock=clocks.DEFAULT.code)
    whole = Asked(REQUEST, ever, numbered, by=("service_id",), measures=("n_open",))
    grain = next((known for known in (HOUR, DAY) if known in whole.held()), None)
    if filters.pinned or grain is None:
        return None
    now = int(filters.as_of.timestamp())
    sides = [_side(moment, now, grain) for moment in moments]
    stretches = _merged(sides)
    bound = {
        f"{edge}{n}": at
        for n, stretch in enumerate(stretches)
        for edge, at in zip(("from", "to"), stretch, strict=True)
    }
    facts = Part(_open_ones(narrowed(filters), len(stretches)), {**values(filters, numbered), **bound})
    if grain is DAY:
        cells, (ones,) = open_days(connection, filters, numbered), with_beside(connection, [facts], beside)
        all_open = cells[:, [0, 2]]
    else:
        recent = replace(ever, since=datetime.fromtimestamp(_begin(moments[0], grain), UTC))
        begun = Asked(
            REQUEST, recent, numbered, by=("service_id",), grain=grain, measures=("n_open",), skips_zeros=True
        )
        all_open, cells, ones = with_beside(connection, [whole.sums(), begun.sums(), facts], beside)
    begins = cells[:, 1] * grain.width - grain.offset
    return _counted(all_open, np.column_stack([cells[:, 0], begins, cells[:, 2]]), ones[:, 0], moments, sides)


def odd_ones(connection: Connection, filters: Filters, numbered: Ids) -> Numbers:
    """Return (service id, `STARTLESS`, `UNDATED` or `DATED`, started, age at as_of) of odd open requests, as they are.

    Times are UTC seconds, without meaning where a request is not dated; the window does not matter.
    """
    key = (odd_ones, replace(filters, since=LONG_AGO, until=FOREVER, clock=clocks.DEFAULT.code, window="custom"))
    bound = {**values(filters, numbered), "as_of": int(filters.as_of.timestamp())}
    return once(connection, key, lambda: _apart(whole_numbers(connection, _odd(narrowed(filters)), bound)))


def _apart(found: Numbers) -> Numbers:
    number, run = found.T
    key = (number + (1 << START_BITS - 1)) >> START_BITS
    return np.column_stack([key >> LACKS_BITS, key & ((1 << LACKS_BITS) - 1), number - (key << START_BITS), run])


@lru_cache(maxsize=200)
def _odd(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    start = clocks.started(row)
    lacks = case((start.is_(None), STARTLESS), (row.time_precision != "second", UNDATED), else_=DATED)
    key = cast(row.service_id, BigInteger) * (1 << LACKS_BITS) + lacks
    number = key * (1 << START_BITS) + func.coalesce(start, 0)
    odd = select(number.label("number"), func.coalesce(age(row, clocks.DEFAULT), 0).label("run")).where(
        text(ODD_OPEN_REQUEST), *shape.by_value(row)
    )
    return odd.execution_options(any_order=True)


def _begin(moment: int, grain: Grain) -> int:
    return moment - (moment + grain.offset) % grain.width


def _side(moment: int, now: int, grain: Grain) -> Stretch:
    """Return the side of the hour or day in which a moment lies that has passed in less time."""
    first = _begin(moment, grain)
    last = first + grain.width
    return (first, moment) if moment - first <= max(min(last, now) - moment, 0) else (moment, last)


def _merged(sides: Sequence[Stretch]) -> list[Stretch]:
    """Return the same stretches in order, those that meet or overlap as one."""
    merged: list[Stretch] = []
    for start, end in sorted(sides):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=200)
def _open_ones(shape: Narrowed, n_stretches: int) -> CompoundSelect[Any]:
    """Return service and start in one number of each dated open request of the stretches, through their own index."""
    row: Any = takedown_request.c
    service = cast(row.service_id, BigInteger) * (1 << START_BITS)
    dated, found = and_(text(OPEN_REQUEST), row.time_precision == "second", *shape.facts(row)), []
    for n in range(n_stretches):
        first, last = (bindparam(f"{edge}{n}", type_=BigInteger) for edge in ("from", "to"))
        for start, unless in ((row.received_at, ()), (row.notified_at, (row.received_at.is_(None),))):
            number = (service + seconds(start)).label("number")
            found.append(select(number).where(dated, *unless, start >= first, start < last))
    return union_all(*found).execution_options(any_order=True)


def _counted(
    all_open: Numbers, cells: Numbers, ones: Numbers, moments: Sequence[int], sides: Sequence[Stretch]
) -> Numbers:
    """Return what `before` does, of (service, open), (service, begin of an hour or day, open) and requests."""
    services = np.unique(np.concatenate([all_open[:, 0], cells[:, 0], ones >> START_BITS]))
    n_services = len(services)

    def by_service(of: Numbers, counts: Numbers | None = None) -> Numbers:
        return np.bincount(np.searchsorted(services, of), counts, minlength=n_services).astype(np.int64)

    whole = by_service(all_open[:, 0], all_open[:, 1])
    service, start = ones >> START_BITS, ones & ((1 << START_BITS) - 1)
    columns = [services]
    for moment, (first, last) in zip(moments, sides, strict=True):
        from_here = cells[cells[:, 1] >= (first if last == moment else last)]
        later = by_service(from_here[:, 0], from_here[:, 2])
        inside = by_service(service[(start >= first) & (start < last)])
        columns.append(whole - later + (inside if last == moment else -inside))
    return np.column_stack([*columns, whole])
