"""What changed since the shift began."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

SINCE_SHIFT: Columns = {"kind": "text", "n": "count", "since": "time", "until": "time"}
ITEMS: Columns = {"kind": "text", "at": "time", "title": "text", "detail": "text"}


def since_shift(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per kind of change since the shift began, in a fixed order, zeros included."""
    raise NotImplementedError


def items(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per single change since the shift began, newest first, at most 50."""
    raise NotImplementedError
