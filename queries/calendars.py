"""What the calendar says: events, periods, elections."""

from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from data.rollups.clocks import seconds
from data.tables import calendar_event, election, period
from queries.filters import Filters
from queries.limits import CALENDAR_EVENTS
from queries.once import once
from queries.reading import Columns, Statement, from_rows, rows
from queries.windows import WIB, Period

EVENTS: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "kind": "text", "election": "text",
    "starts_at": "time", "ends_at": "time", "is_running": "flag",
}  # fmt: skip
PERIODS: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "election": "text", "phase": "text",
    "starts_at": "time", "ends_at": "time", "is_running": "flag",
}  # fmt: skip
ELECTIONS: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "voting_at": "time", "days_left": "number",
}  # fmt: skip


def events(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per event that touches the window, earliest first."""
    since, until, now = (int(moment.timestamp()) for moment in (filters.since, filters.until, filters.as_of))
    touching = [row for row in _dated(connection, _EVENTS, now) if _end(row) > since and row["starts_at"] < until]
    return from_rows(touching, EVENTS)


def upcoming(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per event running or still to come at as_of, soonest first.

    Where there is none, the last past, newest first. At most `CALENDAR_EVENTS`.
    """
    now = int(filters.as_of.timestamp())
    every = _dated(connection, _EVENTS, now)
    coming = [row for row in every if _end(row) > now]
    past = sorted(every, key=lambda row: (-row["starts_at"], row["code"]))
    return from_rows((coming or past)[:CALENDAR_EVENTS], EVENTS)


def periods(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per period, earliest first; one without an end is still running."""
    return from_rows(_dated(connection, _PERIODS, int(filters.as_of.timestamp())), PERIODS)


def period_list(connection: Connection) -> tuple[Period, ...]:
    """Return the periods as `Choice.resolve` takes them, earliest first."""
    rows = connection.execute(select(period).order_by(period.c.starts_at, period.c.code)).mappings()
    names = ("code", "label_id", "label_en", "starts_at", "ends_at")
    return tuple(Period(*(row[name] for name in names)) for row in rows)


def elections(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per election, earliest first; `days_left` counts WIB days to voting day: 0 on the day, negative after."""
    today = filters.as_of.astimezone(WIB).date()
    known = [row._asdict() for row in rows(connection, _ELECTIONS, {})]
    return from_rows([row | {"days_left": _days_left(row["voting_at"], today)} for row in known], ELECTIONS)


def _days_left(voting_at: int | None, today: date) -> int | None:
    return None if voting_at is None else (datetime.fromtimestamp(voting_at, WIB).date() - today).days


def _select(table: Any, *names: str) -> Statement:
    start, end = seconds(table.c.starts_at).label("starts_at"), seconds(table.c.ends_at).label("ends_at")
    columns = [table.c[name] for name in ("code", "label_id", "label_en", *names)]
    return (
        select(*columns, func.coalesce(election.c.code, "").label("election"), start, end)
        .join_from(table, election, table.c.election_id == election.c.id, isouter=True)
        .where(table.c.starts_at.is_not(None))
        .order_by(table.c.starts_at, table.c.code)
    )


_EVENTS, _PERIODS = _select(calendar_event, "kind"), _select(period, "phase")
_ELECTIONS = select(
    election.c.code, election.c.label_id, election.c.label_en, seconds(election.c.voting_at).label("voting_at")
).order_by(election.c.voting_at, election.c.code)


def _dated(connection: Connection, statement: Statement, now: int) -> list[dict[str, Any]]:
    known = once(connection, statement, lambda: [row._asdict() for row in rows(connection, statement, {})])
    return [row | {"is_running": row["starts_at"] <= now < _end(row)} for row in known]


def _end(row: dict[str, Any]) -> int:
    end: int | None = row["ends_at"]
    return 1 << 40 if end is None else end
