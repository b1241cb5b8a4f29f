"""What the calendar says: events, periods, elections."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

EVENTS: Columns = {
    "code": "text",
    "label_id": "text",
    "label_en": "text",
    "kind": "text",
    "election": "text",
    "starts_at": "time",
    "ends_at": "time",
    "is_running": "flag",
}
PERIODS: Columns = {
    "code": "text",
    "label_id": "text",
    "label_en": "text",
    "election": "text",
    "phase": "text",
    "starts_at": "time",
    "ends_at": "time",
    "is_running": "flag",
}
ELECTIONS: Columns = {
    "code": "text",
    "label_id": "text",
    "label_en": "text",
    "voting_at": "time",
    "days_left": "number",
}


def events(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per event that touches the window, earliest first."""
    raise NotImplementedError


def upcoming(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per event after as_of, or else the latest ones before it, nearest first, at most five."""
    raise NotImplementedError


def periods(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per period, earliest first."""
    raise NotImplementedError


def elections(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per election, earliest first; days_left is negative once it is past."""
    raise NotImplementedError
