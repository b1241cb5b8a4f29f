"""By whom the content behind the requests was found: services are comparable only where this mix is alike."""

import pandas as pd
from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from queries.cubes import Asked
from queries.dimensions import ids
from queries.filters import Filters
from queries.reading import Columns, from_rows

MIX: Columns = {"service": "text", "source": "text", "n": "count"}


def mix(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service and detection source with requests whose clock started in the window, in screen order."""
    numbered = ids(connection)
    asked = Asked(REQUEST, filters, numbered, by=("service_id", "source_id"), measures=("n_requests",)).sums()
    rows = [row for row in asked.rows(connection) if row.n_requests]
    rows.sort(key=lambda row: (numbered.place("service", row.service_id), numbered.place("source", row.source_id)))
    lines = [
        {
            "service": numbered.code("service", row.service_id),
            "source": numbered.code("source", row.source_id),
            "n": row.n_requests,
        }
        for row in rows
    ]
    return from_rows(lines, MIX, asked.attrs)
