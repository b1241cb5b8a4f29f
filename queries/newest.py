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
from queries.limits import FACTS_WINDOW
from queries.windows import HOUR


def newest(connection: Connection, filters: Filters, numbered: Ids, most: int) -> Filters:
    """Return the filters over the newest whole hours or days of the window that hold at most about so many requests.

    They are counted by when their default clock started, whatever the clock of the filters: sums know only that one.
    """
    longest = replace(filters, since=max(filters.since, filters.until - FACTS_WINDOW))
    on_default = replace(longest, clock=DEFAULT.code)
    asked = Asked(REQUEST, on_default, numbered, grain=filters.grain, measures=("n_requests",))
    rows = asked.sums().numbers(connection)
    bucket, n_requests = rows[np.argsort(-rows[:, 0])].T
    beyond = np.flatnonzero(np.cumsum(n_requests) > most)
    if not len(beyond):
        return longest
    after = int(bucket[beyond[0]]) + 1
    start = datetime.fromtimestamp(after * filters.grain.width - filters.grain.offset, UTC)
    return replace(longest, since=min(max(start, longest.since), filters.until - HOUR))
