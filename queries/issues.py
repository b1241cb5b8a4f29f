"""Which claims are going round, and how fast they are answered. How far each spreads is in `queries.spreading`.

An issue has a theme of its own. Filters of service, province or detection source keep the issues that have such
content; these are read from facts, over at most the last 31 days of a live window.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Connection, Select, bindparam, func, select, text

from data.rollups.declarations import ISSUE, seconds
from data.tables import issue
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import as_known
from queries.limits import CLARIFICATION_ISSUES, PINNED_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, SqlRow, from_rows
from queries.series import buckets_of
from queries.shares import relative_change, share, wilson
from queries.survival import grouped, kaplan_meier
from queries.waiting import FAR, LONG_AGO
from queries.windows import DAY, day_end

COUNTS: Columns = {
    "n_new": "count", "n_active": "count", "n_closed": "count", "n_clarified": "count",
    "clarified_share": "share", "clarified_low": "share", "clarified_high": "share",
    "clarified_median_minutes": "real", "is_median_reached": "flag", "longest_watched_minutes": "real",
    "n_median": "count",
}  # fmt: skip
OVER_TIME: Columns = {"started_at": "time", "series": "text", "n_new": "count", "is_filling": "flag"}
SAME_HOURS: Columns = {
    "n_new": "count", "n_new_before": "count", "change_share": "share", "weeks_back": "count",
    "since": "time", "until": "time", "since_before": "time", "until_before": "time",
}  # fmt: skip


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: issues new, active now, closed; share of the new ones clarified and their median time to clarification.

    The share's interval is Wilson's at 95 %. The median is Kaplan–Meier's, issues not yet clarified counted in, over
    the newest `CLARIFICATION_ISSUES` of the window (`n_median`); where it is not reached it is NaN, and
    `longest_watched_minutes` says how long was watched at most.
    """
    numbered = ids(connection)
    asked = Asked(ISSUE, filters, numbered, measures=("n_issues", "n_clarified")).sums()
    new = asked.rows(connection)[0]
    low, high = wilson(new.n_clarified, new.n_issues)
    line = {
        "n_new": new.n_issues, "n_clarified": new.n_clarified, "n_active": _n_active(connection, filters, numbered),
        "n_closed": _facts(connection, filters, numbered, "closed")[0][0],
        "clarified_share": float(share(new.n_clarified, new.n_issues)),
        "clarified_low": float(low), "clarified_high": float(high),
    }  # fmt: skip
    return from_rows([line | _time_to_clarify(connection, filters, numbered)], COUNTS, asked.attrs)


def over_time(connection: Connection, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """One row per series and bucket of new issues, zeros included; `by` is 'theme' or None (one series '')."""
    numbered, buckets = ids(connection), buckets_of(filters)
    axis = ("theme_id",) if by else ()
    asked = Asked(ISSUE, filters, numbered, by=axis, grain=buckets.grain, measures=("n_issues",)).sums()
    rows = [row if by else ("", *row) for row in asked.rows(connection)]
    keys = sorted({row[0] for row in rows}, key=lambda key: numbered.place(by, key)) if by else [""]
    names = [numbered.code(by, key) for key in keys]
    return buckets.frame(names, {"n_new": buckets.matrix(rows, keys)}, OVER_TIME, asked.attrs)


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: new issues from since to as_of, and in the same hours whole weeks earlier."""
    numbered = ids(connection)
    both = (filters, filters.same_hours_earlier())
    answers = (Asked(ISSUE, one, numbered, measures=("n_issues",)).sums().rows(connection) for one in both)
    n_now, n_before = (rows[0].n_issues for rows in answers)
    line = {"n_new": n_now, "n_new_before": n_before, "change_share": relative_change(n_now, n_before)}
    return from_rows([line | filters.compared()], SAME_HOURS)


@dataclass(frozen=True)
class _Issues:
    """Issues as they are, or (for a fixed link, of the last `PINNED_WINDOW`) as they were known."""

    shape: Narrowed
    is_pinned: bool

    @cached_property
    def row(self) -> Any:
        return as_known(issue, Piece(None, bindparam("long_ago", type_=BigInteger), FAR)) if self.is_pinned else issue.c

    def select(self, *columns: Any, where: Sequence[Any]) -> Select[Any]:
        return select(*columns).select_from(self.row.issue_id.table).where(*where, *self.shape.facts(self.row))


SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


def _active(issues: _Issues) -> Select[Any]:
    is_open = issues.row.status != "closed" if issues.is_pinned else text("status <> 'closed'")
    return issues.select(func.count(), where=[is_open])


def _closed(issues: _Issues) -> Select[Any]:
    row = issues.row
    return issues.select(func.count(), where=[row.closed_at >= SINCE, row.closed_at < UNTIL, row.status == "closed"])


def _times(issues: _Issues) -> Select[Any]:
    row = issues.row
    times = issues.select(
        seconds(row.first_seen_at), seconds(row.clarified_at),
        where=[started_between(ISSUE, row, Piece(None, SINCE, UNTIL))],
    )  # fmt: skip
    return times.order_by(row.first_seen_at.desc(), row.issue_id).limit(CLARIFICATION_ISSUES)


_STATEMENTS = {"active": _active, "closed": _closed, "times": _times}


@lru_cache(maxsize=1_000)
def _statement(kind: str, shape: Narrowed, is_pinned: bool) -> Select[Any]:
    return _STATEMENTS[kind](_Issues(shape, is_pinned))


def _facts(connection: Connection, filters: Filters, numbered: Ids, kind: str) -> Sequence[SqlRow]:
    moments = {"since": filters.since, "until": filters.until, "as_of": filters.as_of,
               "long_ago": filters.until - PINNED_WINDOW}  # fmt: skip
    bound = {name: int(moment.timestamp()) for name, moment in moments.items()}
    statement = _statement(kind, narrowed(filters), filters.pinned)
    return connection.execute(statement, {**values(filters, numbered), **bound}).all()


def _n_active(connection: Connection, filters: Filters, numbered: Ids) -> int:
    always = replace(filters, since=LONG_AGO, until=day_end(filters.as_of) + DAY)
    asked = Asked(ISSUE, always, numbered, measures=("n_issues", "n_closed"))
    if not asked.cubes():
        return int(_facts(connection, filters, numbered, "active")[0][0])
    sums = asked.sums().rows(connection)[0]
    return int(sums.n_issues - sums.n_closed)


def _time_to_clarify(connection: Connection, filters: Filters, numbered: Ids) -> dict[str, object]:
    now = int(filters.as_of.timestamp())
    rows = _facts(connection, filters, numbered, "times")
    times = [((now if row[1] is None else row[1]) - row[0], row[1] is not None) for row in rows]
    watched = np.array([time for time in times if time[0] >= 0], dtype=np.int64).reshape(-1, 2)
    median = kaplan_meier(*grouped(watched[:, 0], watched[:, 1])).quantile(0.5) if len(watched) else None
    return {
        "clarified_median_minutes": None if median is None else median / 60,
        "is_median_reached": median is not None,
        "longest_watched_minutes": watched[:, 0].max() / 60 if len(watched) else None,
        "n_median": len(watched),
    }
