"""What is odd about the rows: unknown codes, missing or impossible times, refused rows, corrections."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

COUNTS: Columns = {"check": "text", "n": "count", "n_of": "count", "share": "share"}


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per check in a fixed order, zeros included."""
    raise NotImplementedError
