"""The errors of takedown: appeals, what was put back, and what came back by itself.

Appeals are counted by the time they were filed. What came back is counted over removals that are old enough for it to
have shown: a removal of yesterday says nothing yet about seven days.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, case, exists, func, literal, or_, select

from data.rollups.clocks import seconds
from data.rollups.declarations import REMOVAL
from data.rollups.shapes import one_if
from data.tables import appeal, takedown_request
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF
from queries.limits import APPEAL_WINDOW, APPEALS_LOOKED_UP, MATURED_FACTS_WINDOW, MATURED_REMOVALS, MATURED_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.newest import newest_of
from queries.reading import Columns, Statement, from_rows, rows, total
from queries.shares import share, wilson
from queries.side_by_side import in_one_row
from queries.windows import hour_start

REAPPEARED_DAYS = (7, 30)
"""Days after a removal within which content is watched for coming back."""

_BACK = {
    f"{name}_{days}": kind
    for days in REAPPEARED_DAYS
    for name, kind in (("n_matured", "count"), ("n_reappeared", "count"), ("reappeared", "share"),
                       ("reappeared_low", "share"), ("reappeared_high", "share"),
                       ("removed_since", "time"), ("removed_until", "time"))
}  # fmt: skip
ERRORS: Columns = {
    "n_received": "count", "n_upheld": "count", "n_dismissed": "count", "n_open": "count", "n_reinstated": "count",
    "n_waiting": "count", "oldest_filed_at": "time", "oldest_days": "real", **_BACK,
}  # fmt: skip

DAY_SECONDS = 86_400


def errors(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row. received = upheld + dismissed + open, of appeals filed in the window; reinstated is part of them.

    `n_waiting`, `oldest_*`: unanswered appeals of the last `APPEAL_WINDOW`, whatever the window. `*_7`, `*_30`: content
    seen again within so many days, over the removals of a `MATURED_WINDOW` that ended so many days ago, at the full
    hour; where provinces, themes or sources are chosen, the newest `MATURED_REMOVALS` of a `MATURED_FACTS_WINDOW`, and
    of what was filed the newest `APPEALS_LOOKED_UP`, of any: `attrs["bounded_since"]`.
    """
    numbered = ids(connection)
    chosen = values(filters, numbered)
    now = int(filters.as_of.timestamp())
    since = _readable_since(connection, filters)
    moments = {"since": int(since.timestamp()), "until": int(filters.until.timestamp()), "as_of": now}
    shape = narrowed(filters)
    filed = rows(connection, _filed(shape, filters.pinned), {**chosen, **moments})[0]._mapping  # noqa: SLF001
    long_ago = {"since": now - int(APPEAL_WINDOW.total_seconds()), "until": now + 1, "as_of": now}
    n_waiting, oldest = rows(connection, _waiting(shape, filters.pinned), {**chosen, **long_ago})[0]
    line: dict[str, Any] = {**filed, "n_waiting": n_waiting, "oldest_filed_at": oldest,
                            "oldest_days": None if oldest is None else (now - oldest) / DAY_SECONDS}  # fmt: skip
    bounded = {"bounded_since": since} if since > filters.since else {}
    return from_rows([line | _reappeared(connection, filters, numbered)], ERRORS, bounded)


def _readable_since(connection: Connection, filters: Filters) -> datetime:
    """Return from when on the appeals of the window are few enough to look up the request of each."""
    if filters.pinned or set(narrowed(filters).dimensions) <= {"service_id"}:
        return filters.since
    moments = {name: int(getattr(filters, name).timestamp()) for name in ("since", "until")}
    found = rows(connection, _BEYOND, moments)
    return datetime.fromtimestamp(found[0][0] + 1, UTC) if found else filters.since


def _reappeared(connection: Connection, filters: Filters, numbered: Ids) -> dict[str, object]:
    windows = {days: _matured(connection, filters, numbered, days) for days in REAPPEARED_DAYS}
    sums = [
        Asked(REMOVAL, asked, numbered, measures=("n_removed", f"n_back_{days}")).sums()
        for days, asked in windows.items()
    ]
    numbers = in_one_row(connection, *sums)
    figures: dict[str, object] = {}
    for (days, asked), n_matured, n_back in zip(windows.items(), numbers[::2], numbers[1::2], strict=True):
        low, high = wilson(n_back, n_matured)
        figures |= {
            f"n_matured_{days}": n_matured, f"n_reappeared_{days}": n_back,
            f"reappeared_{days}": float(share(n_back, n_matured)),
            f"reappeared_low_{days}": float(low), f"reappeared_high_{days}": float(high),
            f"removed_since_{days}": asked.since, f"removed_until_{days}": asked.until,
        }  # fmt: skip
    return figures


def _matured(connection: Connection, filters: Filters, numbered: Ids, days: int) -> Filters:
    """Return the filters over the removals that are old enough to have been watched for so many days."""
    until = hour_start(filters.as_of - timedelta(days=days))
    asked = replace(filters, since=until - MATURED_WINDOW, until=until)
    if Asked(REMOVAL, asked, numbered).held():
        return asked
    by_hour = replace(asked, since=until - MATURED_FACTS_WINDOW)
    if filters.pinned:
        return by_hour
    return newest_of(connection, Asked(REMOVAL, by_hour, numbered), MATURED_REMOVALS)


def _result() -> ColumnElement[str]:
    """Return the result known at AS_OF: a decision that came later was open then."""
    return case((seconds(appeal.c.decided_at) > AS_OF, "open"), else_=appeal.c.result)


def _of_filters(shape: Narrowed, is_pinned: bool) -> list[ColumnElement[bool]]:
    """Return the conditions on an appeal: filed in the stretch, about a request that passes the filters."""
    filed = seconds(appeal.c.filed_at)
    where: list[ColumnElement[bool]] = [filed >= _bound("since"), filed < _bound("until")]
    if is_pinned:
        where.append(or_(appeal.c.recorded_at.is_(None), seconds(appeal.c.recorded_at) <= AS_OF))
    if shape.dimensions == ("service_id",):
        return [*where, *shape.facts(appeal.c)]
    if shape.dimensions:
        about = takedown_request.alias().c
        same = and_(about.content_id == appeal.c.content_id, about.request_no == appeal.c.request_no)
        where.append(exists(select(literal(1)).where(same, *shape.facts(about))))
    return where


def _bound(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=BigInteger)


_FILED = seconds(appeal.c.filed_at)


def _beyond(most: int) -> Statement:
    """Return when the newest appeal of the window was filed that is one too many."""
    asked = select(_FILED.label("filed_at")).where(_bound("since") <= _FILED, _bound("until") > _FILED)
    return asked.order_by(_FILED.desc()).offset(most).limit(1)


_BEYOND = _beyond(APPEALS_LOOKED_UP)


@lru_cache(maxsize=100)
def _filed(shape: Narrowed, is_pinned: bool) -> Statement:
    counts = [total(one_if(_result() == result)).label(f"n_{result}") for result in ("upheld", "dismissed", "open")]
    back = total(one_if(seconds(appeal.c.reinstated_at) <= AS_OF)).label("n_reinstated")
    return select(func.count().label("n_received"), *counts, back).where(*_of_filters(shape, is_pinned))


@lru_cache(maxsize=100)
def _waiting(shape: Narrowed, is_pinned: bool) -> Statement:
    oldest = func.min(seconds(appeal.c.filed_at)).label("oldest_filed_at")
    open_ones = (*_of_filters(shape, is_pinned), _result() == "open")
    return select(func.count().label("n_waiting"), oldest).where(*open_ones)
