"""Which requests wait, which broke the hour, and what share kept it.

Shares follow the clock of the filters; what is open now is always on the default one: from receipt by the service,
else from sending, less stops. Closed messaging services have no platform latency: their rows say `is_applicable` false
and carry no share, and totals leave them out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.newest import judged
from queries.promise_counts import BY_SERVICE, ELAPSED, Row, elapsed, promise_counts
from queries.reading import Columns, frame, from_rows
from queries.running import running
from queries.series import Buckets, buckets_of
from queries.shares import share, wilson
from queries.side_by_side import in_turn
from queries.waiting import HOUR_LONG, Waiting
from queries.windows import hour_start

NOW_OPEN: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "is_closed_messaging": "flag",
    "n_open": "count", "n_overdue": "count", "n_nearing": "count", "n_not_yet_due": "count", "n_undated": "count",
    "oldest_started_at": "time", "oldest_minutes": "real",
}  # fmt: skip
WITHIN_PROMISE: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "is_closed_messaging": "flag",
    "is_applicable": "flag", "n_requests": "count", "n_not_applicable": "count", "n_unmeasurable": "count",
    "n_withdrawn": "count", "n_due": "count", "n_within_60": "count", "share": "share", "low": "share", "high": "share",
    "n_not_yet_due": "count", "n_ended_early": "count",
}  # fmt: skip
WITHIN_PROMISE_OVER_TIME: Columns = {
    "started_at": "time", "n_due": "count", "n_within_60": "count", "share": "share", "low": "share", "high": "share",
    "is_filling": "flag",
}  # fmt: skip
SAME_HOURS: Columns = {
    "share": "share", "n_due": "count", "share_before": "share", "n_due_before": "count", "change_points": "real",
    "weeks_back": "count", "since": "time", "until": "time", "since_before": "time", "until_before": "time",
}  # fmt: skip

PROMISE_COUNTS = tuple(name for name, kind in WITHIN_PROMISE.items() if kind == "count")
ABOUT = ("service", "is_total", "is_signatory", "is_closed_messaging")


def now_open(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order, then the total with service '': requests open at as_of, whatever the window.

    open = overdue + not yet due + undated; nearing (45 to 60 minutes) is part of not yet due. The oldest is that of
    the total; its minutes are those of its clock.
    """
    numbered = ids(connection)
    waiting = Waiting(filters, numbered)
    rows = _by_code(numbered, waiting.counts(connection))
    lines = [_now_open_line(row) | numbered.about(code) for code, row in _with_total(rows, filters, numbered)]
    oldest = waiting.oldest(connection)
    started, age = (oldest.started, oldest.age / 60) if oldest else (None, None)
    nothing = {"oldest_started_at": None, "oldest_minutes": None}
    whole = {"oldest_started_at": started, "oldest_minutes": age}
    return from_rows([line | (whole if line["is_total"] else nothing) for line in lines], NOW_OPEN)


def within_promise(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order, then the total with service '': share removed within an hour.

    The interval is Wilson's at 95 %. Cohort: requests whose clock started in the window. Due: dated, 60
    minutes passed at as_of, and not withdrawn (or deleted by the uploader) before they had.
    requests = not applicable + unmeasurable + withdrawn + due + not yet due (open) + ended early (ended within an hour
    of as_of: they join the due when their hour is over). Where no sums hold the filters or the clock, the newest
    `JUDGED_REQUESTS` are judged: `attrs["bounded_since"]`.
    """
    numbered = ids(connection)
    cut = judged(connection, filters, numbered, BY_SERVICE)
    rows, attrs = promise_counts(connection, cut, numbered)
    lines = [(row, numbered.about(code)) for code, row in _with_total(rows, filters, numbered)]
    return _promise_frame(lines, attrs | _cut(cut, filters))


def within_promise_over_time(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per bucket in which the clock started, every bucket that has begun; share NaN where nothing was due.

    A bucket is filling until the hour of its last request is up. `attrs` as of `within_promise`.
    """
    numbered, buckets = ids(connection), buckets_of(filters)
    cut = judged(connection, filters, numbered, ())
    narrowed = _applicable(cut, numbered)
    n_due, n_within = np.zeros(buckets.n, dtype=np.int64), np.zeros(buckets.n, dtype=np.int64)
    attrs: dict[str, object] = {}
    if narrowed and (passed := elapsed(narrowed)):
        signs, parts = zip(*_parts(passed, cut, numbered), strict=True)
        sums = [Asked(REQUEST, part, numbered, grain=buckets.grain, measures=ELAPSED).sums() for part in parts]
        attrs = sums[0].attrs
        for sign, found in zip(signs, in_turn(connection, *sums), strict=True):
            bucket, n_requests, n_unmeasurable, n_withdrawn, n_kept = found.T
            n_due[bucket - buckets.first] += sign * (n_requests - n_unmeasurable - n_withdrawn)
            n_within[bucket - buckets.first] += sign * n_kept
        for service, started in running(connection, cut, numbered):
            if numbered.code("service", service) not in numbered.closed_messaging:
                n_due[buckets.place(started)] -= 1
    return _promise_series(buckets, n_due, n_within, filters.as_of, attrs | _cut(cut, filters))


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: share within 60 minutes from since to as_of, and in the same hours whole weeks earlier.

    Of the part of the window that `within_promise` judges.
    """
    numbered = ids(connection)
    line: dict[str, object] = {}
    cut = judged(connection, filters, numbered, BY_SERVICE)
    for suffix, asked in (("", cut), ("_before", cut.same_hours_earlier())):
        whole = _sum(promise_counts(connection, asked, numbered)[0].values())
        line |= {f"share{suffix}": float(share(whole["n_within_60"], whole["n_due"])), f"n_due{suffix}": whole["n_due"]}
    change = (line["share"] - line["share_before"]) * 100  # type: ignore[operator]
    return from_rows([line | {"change_points": change} | cut.compared()], SAME_HOURS)


def _cut(cut: Filters, filters: Filters) -> dict[str, object]:
    """Return what a frame says of a window that was cut."""
    return {"bounded_since": cut.since} if cut.since > filters.since else {}


def _by_code(numbered: Ids, counts: Mapping[int, Row]) -> dict[str, Row]:
    return {numbered.code("service", service): Counter(row) for service, row in counts.items()}


def _with_total(rows: Mapping[str, Row], filters: Filters, numbered: Ids) -> list[tuple[str, Row]]:
    """Return services in screen order (with requests, chosen, or signatories where none is chosen), then the sum."""
    expected = set(filters.services) if filters.services else numbered.signatories
    order = [code for code in numbered.of["service"] if code in rows or code in expected]
    shown = [*order, *sorted(rows.keys() - set(order))]
    return [*((code, rows.get(code, Counter())) for code in shown), ("", _sum(rows.values()))]


def _sum(rows: Iterable[Row]) -> Row:
    whole: Counter[str] = Counter()
    for row in rows:
        whole.update(row)
    return whole


def _now_open_line(row: Row) -> dict[str, object]:
    overdue, young = row["n_overdue"] - row["n_spared"], row["n_recent"] + row["n_spared"]
    return {
        "n_open": overdue + young + row["n_undated"],
        "n_overdue": overdue,
        "n_nearing": row["n_nearing"],
        "n_not_yet_due": young,
        "n_undated": row["n_undated"],
    }


def _applicable(filters: Filters, numbered: Ids) -> Filters | None:
    """Return the filters without closed messaging; None when nothing is left."""
    chosen = filters.services or tuple(numbered.of["service"])
    left = tuple(sorted(set(chosen) - numbered.closed_messaging))
    return replace(filters, services=left) if left else None


def _parts(elapsed: Filters, filters: Filters, numbered: Ids) -> list[tuple[int, Filters]]:
    """Return what adds up to the sums without closed messaging: all services less these few, where sums know that.

    What is left of the last hour is read without them, and only once.
    """
    whole, first = replace(elapsed, services=()), hour_start(elapsed.until)
    if filters.services or not Asked(REQUEST, whole, numbered).held():
        return [(1, elapsed)]
    is_cut = elapsed.since < first < elapsed.until and not filters.pinned
    summed = replace(whole, until=first) if is_cut else whole
    closed = tuple(sorted(numbered.closed_messaging))
    parts = [(1, summed), *([(-1, replace(summed, services=closed))] if closed else [])]
    return [*parts, (1, replace(elapsed, since=first))] if is_cut else parts


def _promise_frame(rows: Sequence[tuple[Row, Mapping[str, object]]], attrs: Mapping[str, object]) -> pd.DataFrame:
    """Return the frame of counts and what is said about their service, with shares and intervals."""
    counts = {name: np.array([row[name] for row, _ in rows], dtype=np.int64) for name in PROMISE_COUNTS}
    about = {name: [said[name] for _, said in rows] for name in ABOUT}
    low, high = wilson(counts["n_within_60"], counts["n_due"])
    shares = {"share": share(counts["n_within_60"], counts["n_due"]), "low": low, "high": high}
    applicable = {"is_applicable": counts["n_requests"] > counts["n_not_applicable"]}
    return frame({**counts, **about, **shares, **applicable}, WITHIN_PROMISE, attrs)


def _promise_series(
    buckets: Buckets, n_due: Any, n_within: Any, as_of: datetime, attrs: Mapping[str, object]
) -> pd.DataFrame:
    low, high = wilson(n_within, n_due)
    values = {"n_due": n_due, "n_within_60": n_within, "share": share(n_within, n_due), "low": low, "high": high}
    due = int((as_of - HOUR_LONG).timestamp())
    filling = buckets.starts + buckets.grain.width > due
    return buckets.frame([""], values | {"is_filling": filling}, WITHIN_PROMISE_OVER_TIME, attrs)
