"""By whom the content behind the requests was found: services are comparable only where this mix is alike."""

import pandas as pd
from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from queries.cubes import Asked
from queries.dimensions import ids
from queries.filters import Filters
from queries.newest import judged
from queries.reading import Columns, from_rows

MIX: Columns = {"service": "text", "source": "text", "n": "count"}
BY = ("service_id", "source_id")


def mix(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service and detection source with requests whose clock started in the window, in screen order.

    Where no sums hold the filters or the clock, the newest `JUDGED_REQUESTS` are read: `attrs["bounded_since"]`.
    """
    numbered = ids(connection)
    cut = judged(connection, filters, numbered, BY)
    asked = Asked(REQUEST, cut, numbered, by=BY, measures=("n_requests",)).sums()
    found = [row for row in asked.numbers(connection).tolist() if row[2]]
    found.sort(key=lambda row: (numbered.place("service", row[0]), numbered.place("source", row[1])))
    lines = [
        {"service": numbered.code("service", service), "source": numbered.code("source", source), "n": n}
        for service, source, n in found
    ]
    bounded = {"bounded_since": cut.since} if cut.since > filters.since else {}
    return from_rows(lines, MIX, asked.attrs | bounded)
