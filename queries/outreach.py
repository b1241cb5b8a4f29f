"""How many people the campaigns may have reached: a range, never a sum of uniques."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

TOTALS: Columns = {
    "reach_low": "number",
    "reach_high": "number",
    "impressions": "number",
    "engagements": "number",
    "frequency_low": "real",
    "frequency_high": "real",
    "target_reach": "number",
    "n_channels": "count",
    "n_unknown": "count",
    "first_day": "time",
    "last_day": "time",
}
OVER_TIME: Columns = {"started_at": "time", "impressions": "number", "engagements": "number", "is_filling": "flag"}
HASHTAGS: Columns = {
    "hashtag": "text",
    "posts": "number",
    "reach_low": "number",
    "reach_high": "number",
    "engagements": "number",
    "n_services": "count",
}


def totals(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: reach of the window's days as a range, impressions, engagements and frequency."""
    raise NotImplementedError


def over_time(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per WIB day, every day; impressions are missing on a day without a report."""
    raise NotImplementedError


def hashtags(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per hashtag, most posts first."""
    raise NotImplementedError
