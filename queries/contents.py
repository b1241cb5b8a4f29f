"""How much hoax content was found, of what kind, and what became of it."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

PARTS = ("n_removed", "n_restricted", "n_labelled", "n_rejected", "n_withdrawn", "n_open")
"""found = the sum of these; what they do not add up to is `difference`."""

COUNTS: Columns = dict.fromkeys(
    ("n_found", "n_verified", "n_clarified", "n_requested", *PARTS, "n_day_precision"), "count"
)
TOTALS: Columns = {**COUNTS, "difference": "count", "is_balanced": "flag"}
FUNNEL: Columns = {
    "service": "text",
    "is_total": "flag",
    "is_signatory": "flag",
    "is_closed_messaging": "flag",
    **TOTALS,
}
BY: Columns = {"code": "text", **TOTALS, "found_share": "share"}
OVER_TIME: Columns = {"started_at": "time", "series": "text", "n_found": "count", "is_filling": "flag"}
SAME_HOURS: Columns = {
    "n_found": "count",
    "n_found_before": "count",
    "change_share": "share",
    "weeks_back": "count",
    "since": "time",
    "until": "time",
    "since_before": "time",
    "until_before": "time",
}


def totals(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: content found in the window and what became of it."""
    raise NotImplementedError


def funnel(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order (found in the window, or a signatory), then the total with service ''."""
    raise NotImplementedError


def by(connection: Connection, filters: Filters, dimension: str) -> pd.DataFrame:
    """One row per service, theme, technique, source or province with content, most found first."""
    raise NotImplementedError


def over_time(connection: Connection, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """One row per bucket and series, zeros included; series is '' without `by` (service, theme, technique, source, province)."""
    raise NotImplementedError


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: found from since to as_of, and in the same hours whole weeks earlier (1 week up to 7 days of window)."""
    raise NotImplementedError
