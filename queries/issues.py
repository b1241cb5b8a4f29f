"""Which claims are going round, how far each spreads, and how fast they are answered.

An issue has a theme of its own. Filters of service, province or detection source keep the issues that have such
content; these are read from facts, over at most the last `ISSUES_BY_CONTENT_WINDOW` of a live window, and say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data.rollups.declarations import ISSUE, ISSUE_CLOSED, ISSUE_CONTENT
from queries import risings
from queries.cubes import Asked, Sums
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.first_days import FAR, LONG_AGO
from queries.issue_facts import facts, times
from queries.limits import SPREAD_WINDOW, TOP_ISSUES, TOP_WINDOW
from queries.most_found import is_summed, most_found, views_of
from queries.once import once
from queries.reading import Columns, SqlRow, from_rows
from queries.series import buckets_of, numbers_of
from queries.shares import relative_change, share, wilson
from queries.side_by_side import in_one_row
from queries.survival import grouped, kaplan_meier
from queries.windows import DAY, WEEK, day_end, day_start

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
TOP: Columns = {
    "issue_id": "text", "title": "text", "theme": "text", "status": "text", "n_found": "count", "n_views": "number",
    "n_services": "count", "n_provinces": "count", "n_unlocated": "count",
    "first_found_at": "time", "last_found_at": "time", "clarified_at": "time", "is_clarified": "flag",
}  # fmt: skip
SPREAD: Columns = {"issue_id": "text", "service": "text", "n_found": "count"}
RISING: Columns = risings.RISING


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: issues new, active now, closed; share of the new ones clarified and their median time to clarification.

    The share's interval is Wilson's at 95 %. The median is Kaplan–Meier's, issues not yet clarified counted in, over
    the newest `CLARIFICATION_ISSUES` of the window (`n_median`); where it is not reached it is NaN, and
    `longest_watched_minutes` says how long was watched at most.
    """
    numbered = ids(connection)
    asked = Asked(ISSUE, filters, numbered, measures=("n_issues", "n_clarified")).sums()
    near = replace(filters, since=asked.bounded_since or filters.since)
    closed = Asked(ISSUE_CLOSED, near, numbered, measures=("n_closed",)).sums()
    always = _always(filters, numbered)
    if always:
        n_new, n_clarified, n_closed, n_ever, n_ended = in_one_row(connection, asked, closed, always)
        n_active = n_ever - n_ended
    else:
        n_new, n_clarified, n_closed = in_one_row(connection, asked, closed)
        n_active = int(facts(connection, filters, numbered, "active")[0][0])
    low, high = wilson(n_clarified, n_new)
    line = {
        "n_new": n_new, "n_clarified": n_clarified, "n_active": n_active, "n_closed": n_closed,
        "clarified_share": float(share(n_clarified, n_new)),
        "clarified_low": float(low), "clarified_high": float(high),
    }  # fmt: skip
    return from_rows([line | _time_to_clarify(connection, near, numbered)], COUNTS, asked.attrs)


def over_time(connection: Connection, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """One row per series and bucket of new issues, zeros included; `by` is 'theme' or None (one series '')."""
    numbered, buckets = ids(connection), buckets_of(filters)
    axis = ("theme_id",) if by else ()
    asked = Asked(ISSUE, filters, numbered, by=axis, grain=buckets.grain, measures=("n_issues",)).sums()
    keys, found = buckets.counts(numbers_of(connection, asked, buckets, is_split=bool(by)), is_split=bool(by))
    order = sorted(range(len(keys)), key=lambda place: numbered.place(by, keys[place]))
    names = [numbered.code(by, keys[place]) for place in order]
    return buckets.frame(names, {"n_new": found[order]}, OVER_TIME, asked.attrs)


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: new issues from since to as_of, and in the same hours whole weeks earlier."""
    numbered = ids(connection)
    both = (filters, filters.same_hours_earlier())
    sums = (Asked(ISSUE, one, numbered, measures=("n_issues",)).sums() for one in both)
    n_now, n_before = in_one_row(connection, *sums)
    line = {"n_new": n_now, "n_new_before": n_before, "change_share": relative_change(n_now, n_before)}
    return from_rows([line | filters.compared()], SAME_HOURS)


def top(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per issue, the ten with most content in the window, most first.

    From 7 days on whole WIB days are counted, at most the last `TOP_WINDOW`: `attrs["counted_since"]` says since when.
    Services, provinces, content without a region and the first and last finding are those of at most the last
    `SPREAD_WINDOW` of it: `attrs["spread_since"]`.
    """
    numbered = ids(connection)
    widest = _widest(connection, filters, numbered)
    named = {row.issue_id: row for row in facts(connection, filters, numbered, "named", widest.issues)}
    views = widest.views(connection)
    lines = [
        {"issue_id": str(issue), "n_found": n, "n_views": views.get(issue, 0)}
        | _what_it_is(named.get(issue), numbered)
        | _where_it_is(widest.spread.get(issue, ()))
        for issue, n in widest.found.items()
    ]
    return from_rows(lines, TOP, widest.read_as)


def spread(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per top issue and service on which it was found, issues as in `top`, most found first."""
    numbered = ids(connection)
    widest = _widest(connection, filters, numbered)
    lines = [
        {"issue_id": str(issue), "service": numbered.code("service", service), "n_found": n}
        for issue in widest.issues
        for service, n in _by_service(widest.spread.get(issue, ()))
    ]
    return from_rows(lines, SPREAD, widest.read_as)


def rising(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per issue, theme or service whose last six hours exceed their usual ones, largest ratio first.

    The rule is `queries.baselines.RISING`; the hours end at as_of, or at the end of a window that is past.
    """
    return risings.rising(connection, filters)


@dataclass(frozen=True)
class _Widest:
    """The top issues: the window that is counted, issue -> content, views where they are known, spread, how read."""

    counted: Filters
    found: Mapping[int, int]
    viewed: Mapping[int, int] | None
    spread: Mapping[int, Sequence[Any]]
    read_as: Mapping[str, object]

    @property
    def issues(self) -> list[int]:
        """The issues, most content first."""
        return list(self.found)

    def views(self, connection: Connection) -> Mapping[int, int]:
        """Return the views of the content of each issue."""
        return views_of(connection, self.counted, self.issues) if self.viewed is None else self.viewed


def _widest(connection: Connection, filters: Filters, numbered: Ids) -> _Widest:
    return once(connection, (_read_widest, filters), lambda: _read_widest(connection, filters, numbered))


def _read_widest(connection: Connection, filters: Filters, numbered: Ids) -> _Widest:
    counted = filters
    if filters.until - filters.since >= WEEK and not filters.pinned:
        since = max(filters.since, filters.until - TOP_WINDOW)
        counted = replace(filters, since=day_start(since), until=day_end(filters.until))
    read_as: dict[str, object] = {"counted_since": counted.since, "spread_since": _lately(counted).since}
    viewed: dict[int, int] | None = None
    if is_summed(counted):
        found = dict(most_found(connection, counted, TOP_ISSUES))
        read_as = {"uses_facts": False, "bounded_since": None, **read_as}
    else:
        by, measures = ("issue_id",), ("n_found", "n_views")
        sums = Asked(ISSUE_CONTENT, counted, numbered, by, measures=measures, most=TOP_ISSUES).sums()
        counts = sorted(
            (row for row in sums.numbers(connection).tolist() if row[1] > 0), key=lambda row: (-row[1], row[0])
        )
        found, viewed = {issue: n for issue, n, _ in counts}, {issue: n for issue, _, n in counts}
        read_as = sums.attrs | read_as
    spread = _spread_of(facts(connection, _lately(counted), numbered, "spread", list(found)))
    return _Widest(counted, found, viewed, spread, read_as)


def _lately(filters: Filters) -> Filters:
    return replace(filters, since=max(filters.since, filters.until - SPREAD_WINDOW))


def _spread_of(rows: Sequence[SqlRow]) -> Mapping[int, Sequence[Any]]:
    by_issue: dict[int, list[Any]] = {}
    for row in rows:
        by_issue.setdefault(row[0], []).append(row)
    return by_issue


def _by_service(rows: Sequence[Any]) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    for row in rows:
        found[row.service_id] = found.get(row.service_id, 0) + row.n
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _what_it_is(named: Any, numbered: Ids) -> dict[str, Any]:
    return {
        "title": named.title if named else "", "status": named.status if named else "",
        "theme": numbered.code("theme", named.theme_id if named else 0),
        "clarified_at": named.clarified_at if named else None,
        "is_clarified": named is not None and named.clarified_at is not None,
    }  # fmt: skip


def _where_it_is(rows: Sequence[Any]) -> dict[str, Any]:
    located = {part.province_code for part in rows if part.province_code}
    return {
        "n_services": len({part.service_id for part in rows}), "n_provinces": len(located),
        "n_unlocated": sum(part.n for part in rows if not part.province_code),
        "first_found_at": min((part.first for part in rows), default=None),
        "last_found_at": max((part.last for part in rows), default=None),
    }  # fmt: skip


def _always(filters: Filters, numbered: Ids) -> Sums | None:
    """Return the sums of all issues ever and of those that are closed; None where no cube holds them."""
    ever = replace(filters, since=LONG_AGO, until=day_end(filters.as_of) + DAY)
    asked = Asked(ISSUE, ever, numbered, measures=("n_issues", "n_closed"))
    return asked.sums() if asked.held() else None


def _time_to_clarify(connection: Connection, filters: Filters, numbered: Ids) -> dict[str, object]:
    now = int(filters.as_of.timestamp())
    seen, clarified = times(connection, filters, numbered).T
    is_clarified = clarified < FAR
    lasted = np.where(is_clarified, clarified, now) - seen
    watched = np.column_stack([lasted, is_clarified])[lasted >= 0]
    median = kaplan_meier(*grouped(watched[:, 0], watched[:, 1])).quantile(0.5) if len(watched) else None
    return {
        "clarified_median_minutes": None if median is None else median / 60,
        "is_median_reached": median is not None,
        "longest_watched_minutes": watched[:, 0].max() / 60 if len(watched) else None,
        "n_median": len(watched),
    }
