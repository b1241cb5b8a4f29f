"""Hours that are far above their usual: the rule is stated, not learned."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

SERIES: Columns = {
    "started_at": "time",
    "n_found": "count",
    "usual": "real",
    "threshold": "real",
    "n_weeks": "count",
    "has_baseline": "flag",
    "is_spike": "flag",
    "is_filling": "flag",
}


def series(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per hour (per WIB day beyond 31 days) with its usual count, its threshold and whether it is a spike."""
    raise NotImplementedError
