"""Which requests wait, which broke the hour, and what share kept it."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

NOW_OPEN: Columns = {
    "service": "text",
    "is_total": "flag",
    "is_signatory": "flag",
    "is_closed_messaging": "flag",
    "n_open": "count",
    "n_overdue": "count",
    "n_nearing": "count",
    "n_not_yet_due": "count",
    "n_undated": "count",
    "oldest_started_at": "time",
    "oldest_minutes": "real",
}
WITHIN_PROMISE: Columns = {
    "service": "text",
    "is_total": "flag",
    "is_signatory": "flag",
    "is_closed_messaging": "flag",
    "is_applicable": "flag",
    "n_requests": "count",
    "n_unmeasurable": "count",
    "n_withdrawn": "count",
    "n_due": "count",
    "n_within_60": "count",
    "share": "share",
    "low": "share",
    "high": "share",
    "n_not_yet_due": "count",
    "n_ended_early": "count",
}
WITHIN_PROMISE_OVER_TIME: Columns = {
    "started_at": "time",
    "n_due": "count",
    "n_within_60": "count",
    "share": "share",
    "low": "share",
    "high": "share",
    "is_filling": "flag",
}
SAME_HOURS: Columns = {
    "share": "share",
    "n_due": "count",
    "share_before": "share",
    "n_due_before": "count",
    "change_points": "real",
    "weeks_back": "count",
    "since": "time",
    "until": "time",
    "since_before": "time",
    "until_before": "time",
}


def now_open(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order, then the total with service '': requests open at as_of, whatever the window."""
    raise NotImplementedError


def within_promise(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order, then the total with service '': share removed within 60 minutes (Wilson 95 %)."""
    raise NotImplementedError


def within_promise_over_time(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per bucket in which the clock started, every bucket, share NaN where nothing was due."""
    raise NotImplementedError


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: share within 60 minutes from since to as_of, and in the same hours whole weeks earlier."""
    raise NotImplementedError
