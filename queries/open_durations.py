"""How long open requests have lasted, to the second: from the histogram of their starts, where it holds what is asked.

Their own index would tell as well. But what is open was written lately, and PostgreSQL looks up each such row.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from data.rollups import histograms
from data.rollups.declarations import OPEN_REQUEST
from data.rollups.shapes import DAY
from data.tables import rollup_open, rollup_open_packed
from queries.dimensions import Ids
from queries.duration_places import Whole
from queries.ended_durations import services_of
from queries.filters import Filters
from queries.narrowing import values
from queries.open_ages import DATED, odd_ones
from queries.reading import rows, whole_numbers

Lasting = tuple[Whole, Whole, Whole]
"""Service ids, seconds on the clock, and how many."""

SECONDS_BITS = 40
"""Durations are below 2^40 seconds, so a service, an end and a duration fit into one sortable number."""

SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


def asked_of(filters: Filters, numbered: Ids) -> dict[str, Any]:
    """Return the values of a statement about the window of the filters, and what they narrow."""
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until", "as_of")}
    return {**values(filters, numbered), **moments}


def open_ones(connection: Connection, filters: Filters, numbered: Ids) -> Lasting:
    """Return how long open requests whose clock started in the window have lasted; what has ended since is negative.

    The filters are such as the histograms hold.
    """
    asked = asked_of(filters, numbered)
    parts = [*_running(connection, asked | {"services": services_of(filters, numbered)})]
    odd = odd_ones(connection, filters, numbered)
    stopped = odd[(odd[:, 1] == DATED) & (odd[:, 2] >= asked["since"]) & (odd[:, 2] < asked["until"])]
    parts.append((stopped[:, 0], stopped[:, 3], np.ones(len(stopped), dtype=np.int64)))
    service, seconds, n = (np.concatenate(each) for each in zip(*parts, strict=True))
    return service, np.maximum(seconds, 0), n


def _running(connection: Connection, asked: dict[str, Any]) -> Iterator[Lasting]:
    """Give those whose clock runs: what is in the bytes of their days, and what waits to be put there."""
    edges = {"first": asked["since"], "last": asked["until"] - 1}
    days = {name: (moment + DAY.offset) // DAY.width for name, moment in edges.items()}
    if found := rows(connection, _PACKED, asked | days):
        (service, day), second, n = histograms.apart(found)
        yield _lasting(asked, service, day * DAY.width - DAY.offset + second, n)
    service, day, second, n = whole_numbers(connection, _WAITING, asked | days).T
    yield _lasting(asked, service, day * DAY.width - DAY.offset + second, n)


def _lasting(asked: dict[str, Any], service: Whole, start: Whole, n: Whole) -> Lasting:
    """Return how long those have run that started in the window."""
    inside = (start >= asked["since"]) & (start < asked["until"])
    if not inside.all():
        service, start, n = service[inside], start[inside], n[inside]
    return service, asked["as_of"] - start, n


def _stored(table: Any, *columns: Any) -> Any:
    """Return the statement of the rows of days, of a table of running clocks."""
    row, (cube,) = table.c, OPEN_REQUEST.cubes
    edges = [bindparam(name, type_=BigInteger) for name in ("first", "last")]
    where = (row.cube == cube.id, row.service_id.in_(bindparam("services", expanding=True)), row.bucket.between(*edges))
    return select(row.service_id, row.bucket, *columns).where(*where).execution_options(any_order=True)


_PACKED = _stored(rollup_open_packed, type_coerce(rollup_open_packed.c.counts, NullType()).label("counts"))
_WAITING = _stored(rollup_open, rollup_open.c.second_of_day, rollup_open.c.n_requests)
