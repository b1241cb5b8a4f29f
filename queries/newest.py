"""The newest part of a window that holds few enough requests to be read one by one."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection

from data.rollups.clocks import DEFAULT
from data.rollups.declarations import REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.limits import FACTS_WINDOW, JUDGED_REQUESTS
from queries.once import once
from queries.windows import HOUR


def newest(connection: Connection, filters: Filters, numbered: Ids, most: int) -> Filters:
    """Return the filters over the newest whole hours or days of the window that hold at most about so many requests.

    All requests of that time are counted, those of other filters too: their index is one of time, and reads them. They
    are counted by when their default clock started, whatever the clock of the filters: sums know only that one.
    """
    longest = replace(filters, since=max(filters.since, filters.until - FACTS_WINDOW))
    return once(
        connection, (newest, filters, most), lambda: newest_of(connection, Asked(REQUEST, longest, numbered), most)
    )


def judged(connection: Connection, filters: Filters, numbered: Ids, by: tuple[str, ...]) -> Filters:
    """Return the filters as they are where sums of requests by these dimensions hold them, else the newest part.

    A fixed link is always read as a whole.
    """
    if filters.pinned or Asked(REQUEST, filters, numbered, by=by).held():
        return filters
    return newest(connection, filters, numbered, JUDGED_REQUESTS)


def newest_of(connection: Connection, asked: Asked, most: int) -> Filters:
    """Return the filters of a question over their newest whole hours or days with so many facts of any filters."""
    filters, count = asked.filters, next(iter(asked.rollup.measures))
    whole = replace(filters, clock=DEFAULT.code, services=(), provinces=(), themes=(), sources=())
    counted = replace(asked, filters=whole, grain=filters.grain, measures=(count,))
    rows = counted.sums().numbers(connection)
    bucket, n = rows[np.argsort(-rows[:, 0])].T
    beyond = np.flatnonzero(np.cumsum(n) > most)
    if not len(beyond):
        return filters
    after = int(bucket[beyond[0]]) + 1
    start = datetime.fromtimestamp(after * filters.grain.width - filters.grain.offset, UTC)
    return replace(filters, since=min(max(start, filters.since), filters.until - HOUR))
