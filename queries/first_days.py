"""Since when there is something: the first content on record, and the first day that has an open request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, bindparam, func, select

from data.rollups.clocks import DEFAULT, seconds
from data.rollups.declarations import REQUEST
from data.rollups.shapes import BLOCK, DAY, Cube, cube_for
from data.tables import content
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.narrowing import Narrowed, narrowed, values
from queries.once import once
from queries.reading import Statement, rows, whole_numbers
from queries.side_by_side import Beside, Part
from queries.unlisted import NUMBERED, keys_of

FAR = 1 << 40
"""After every moment that can be stored here, UTC seconds."""

_LONG_AGO = 391 * BLOCK.width - BLOCK.offset

LONG_AGO = datetime.fromtimestamp(_LONG_AGO, UTC)
"""A Monday of December 1999 at which four weeks begin, so that a sum since then is cut at its end only."""

FOREVER = datetime.fromtimestamp(100_000 * BLOCK.width - BLOCK.offset, UTC)
"""A Monday of the year 9635, so that a sum until then is whole buckets, and holds clocks that start in the future."""

AHEAD = timedelta(days=1)
"""How far ahead a clock may start and its request be the oldest all the same."""


_FIRST_FOUND = select(func.min(seconds(content.c.detected_at)))


def first_found(connection: Connection) -> int | None:
    """Return when the first content on record was found, UTC seconds; None without any."""
    found: int | None = once(connection, first_found, lambda: rows(connection, _FIRST_FOUND, {})[0][0])
    return found


def first_day(connection: Connection, filters: Filters, numbered: Ids) -> tuple[int, int]:
    """Return when the first WIB day with an open request begins and ends, UTC seconds; always where no sum tells."""
    shape = narrowed(filters)
    cube = cube_for(REQUEST, DAY, frozenset(shape.dimensions))
    if cube is None or filters.pinned:
        return 0, FAR
    if "province_code" in cube.dimensions:
        _, days, n_open = open_days(connection, filters, numbered).T
        return _day(days[(days <= _last(filters)) & (n_open > 0)])
    asked = _asked(filters, numbered, cube)
    return once(
        connection,
        (first_day, _ever(filters)),
        lambda: _day(whole_numbers(connection, asked.statement, asked.parameters)),
    )


def _asked(filters: Filters, numbered: Ids, cube: Cube) -> Part:
    bound: dict[str, Any] = {**values(filters, numbered), "first": _bucket(_LONG_AGO), "last": _last(filters)}
    for name in keys_of(REQUEST):
        bound[f"every_{name}"] = bound.get(name) or numbered.all(NUMBERED[name], REQUEST.facts.name)
    return Part(_first(narrowed(filters), cube), bound)


def first_day_beside(filters: Filters, numbered: Ids) -> list[Beside]:
    """Return the question for the first day as one that may be asked beside another; none where it is answered else."""
    cube = cube_for(REQUEST, DAY, frozenset(narrowed(filters).dimensions))
    if cube is None or filters.pinned or "province_code" in cube.dimensions:
        return []
    return [Beside((first_day, _ever(filters)), _asked(filters, numbered, cube), _day)]


def open_days(connection: Connection, filters: Filters, numbered: Ids) -> NDArray[np.int64]:
    """Return (service id, WIB day, requests still open) of the days on which requests started, on the default clock."""
    ever = _ever(filters)
    asked = Asked(REQUEST, ever, numbered, by=("service_id",), grain=DAY, measures=("n_open",))
    return once(connection, (open_days, ever), lambda: asked.sums().numbers(connection))


def _ever(filters: Filters) -> Filters:
    return replace(filters, since=LONG_AGO, until=FOREVER, clock=DEFAULT.code, window="custom")


def _day(days: NDArray[np.int64]) -> tuple[int, int]:
    """Return when the first of some days begins and ends, seconds; far away without any."""
    first = min([FAR // DAY.width, *days.ravel().tolist()]) * DAY.width - DAY.offset
    return first, first + DAY.width


def _last(filters: Filters) -> int:
    return _bucket((filters.as_of + AHEAD).timestamp())


def _bucket(moment: float) -> int:
    return (int(moment) + DAY.offset) // DAY.width


@lru_cache(maxsize=200)
def _first(shape: Narrowed, cube: Cube) -> Statement:
    row, given = REQUEST.table.c, keys_of(REQUEST)
    keys = [
        row[name].in_(bindparam(f"every_{name}", expanding=True)) if name in cube.dimensions else row[name] == -1
        for name in given
    ]
    days = row.bucket.between(bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger))
    first = func.coalesce(func.min(row.bucket), FAR // DAY.width)
    return select(first.label("day")).where(row.cube == cube.id, *keys, days, row.n_open > 0, *shape.sums(row, given))
