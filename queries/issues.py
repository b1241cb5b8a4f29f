"""Which claims are going round, how far, and how fast they are answered."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

COUNTS: Columns = {
    "n_new": "count",
    "n_active": "count",
    "n_closed": "count",
    "n_clarified": "count",
    "clarified_share": "share",
    "clarified_low": "share",
    "clarified_high": "share",
    "clarified_median_minutes": "real",
    "is_median_reached": "flag",
    "longest_watched_minutes": "real",
    "n_median": "count",
}
OVER_TIME: Columns = {"started_at": "time", "series": "text", "n_new": "count", "is_filling": "flag"}
SAME_HOURS: Columns = {
    "n_new": "count",
    "n_new_before": "count",
    "change_share": "share",
    "weeks_back": "count",
    "since": "time",
    "until": "time",
    "since_before": "time",
    "until_before": "time",
}
TOP: Columns = {
    "issue_id": "text",
    "title": "text",
    "theme": "text",
    "status": "text",
    "n_found": "count",
    "n_views": "number",
    "n_services": "count",
    "n_provinces": "count",
    "n_unlocated": "count",
    "first_found_at": "time",
    "last_found_at": "time",
    "clarified_at": "time",
    "is_clarified": "flag",
}
SPREAD: Columns = {"issue_id": "text", "service": "text", "n_found": "count"}
RISING: Columns = {
    "kind": "text",
    "code": "text",
    "title": "text",
    "n_last": "count",
    "usual": "real",
    "threshold": "real",
    "ratio": "real",
    "since": "time",
    "until": "time",
}


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: issues new, active now, closed, share clarified (Wilson 95 %) and median time to clarify (Kaplan-Meier)."""
    raise NotImplementedError


def over_time(connection: Connection, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """One row per bucket and series of new issues, zeros included; `by` is theme or nothing."""
    raise NotImplementedError


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: new issues from since to as_of, and in the same hours whole weeks earlier."""
    raise NotImplementedError


def top(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per issue, the ten with most content in the window, most first."""
    raise NotImplementedError


def spread(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per top issue and service on which it was found, issues as in `top`, most found first."""
    raise NotImplementedError


def rising(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per issue, theme or service whose last six hours exceed their usual ones, largest ratio first."""
    raise NotImplementedError
