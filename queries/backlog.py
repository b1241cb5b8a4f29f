"""The backlog by age, and the countdown: who is next to reach the hour.

Ages run on the default clock, less its stops. They are counted by the roll-up, but for the hours in which a class
begins (`queries.open_ages`). A fixed link shows what was open, as it was known then.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    TextClause,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    union_all,
)

from data.rollups import clocks
from data.rollups.declarations import REQUEST
from data.rollups.requests import WITHIN_SECONDS
from data.tables import content, takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF, age
from queries.limits import JUST_OVER_ROWS, QUEUE_ROWS, TEXT_LENGTH
from queries.narrowing import Narrowed, narrowed, values
from queries.open_ages import DATED, Numbers, before, odd_ones
from queries.reading import Columns, Statement, from_rows, rows
from queries.waiting import FAR, SKEW_SECONDS, open_then

BY_AGE: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "age": "text", "from_minutes": "count", "n": "count",
}  # fmt: skip
QUEUE: Columns = {
    "content_id": "count", "request_no": "count", "service": "text", "province": "text", "title": "text",
    "started_at": "time", "age_minutes": "real", "minutes_left": "real", "state": "text", "is_stopped": "flag",
}  # fmt: skip

AGES: Mapping[str, int] = {
    "0-15": 0,
    "15-30": 15,
    "30-45": 30,
    "45-60": 45,
    "60-240": 60,
    "240-1440": 240,
    "1440+": 1440,
}
"""Age class -> its first minute; an age of exactly 60 minutes has not broken the hour."""


def by_age(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service with open requests and age class, then the total '': measurable open requests at as_of."""
    numbered = ids(connection)
    counts: dict[str, Any] = {}
    for service, place, n in _counts(connection, filters, numbered):
        counts.setdefault(numbered.code("service", service), np.zeros(len(AGES), dtype=np.int64))[place] += n
    ordered = [code for code in numbered.of["service"] if code in counts]
    ordered += sorted(counts.keys() - set(ordered))
    whole = sum(counts.values(), np.zeros(len(AGES), dtype=np.int64))
    lines = [
        numbered.about(code) | {"age": label, "from_minutes": first, "n": n}
        for code, row in [*((code, counts[code]) for code in ordered), ("", whole)]
        for (label, first), n in zip(AGES.items(), row.tolist(), strict=True)
    ]
    return from_rows(lines, BY_AGE)


Part = list[tuple[int, int, int]]
"""Rows of service id, place in `AGES`, number."""

EDGES = tuple(first * 60 for first in AGES.values())[1:]


def _place(seconds: ColumnElement[int]) -> ColumnElement[int]:
    return case(*((seconds <= edge, at) for at, edge in enumerate(EDGES)), else_=len(EDGES))


def _counts(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    if filters.pinned:
        return _then(connection, filters, numbered)
    now = int(filters.as_of.timestamp())
    moments = [*(now - edge for edge in reversed(EDGES)), now + SKEW_SECONDS + 1]
    found = before(connection, filters, numbered, moments)
    if found is None:
        return _each(connection, filters, numbered)
    by_place = np.diff(found[:, 1:-1], axis=1, prepend=0)[:, ::-1]
    plain = [
        (service, place, n)
        for service, row in zip(found[:, 0].tolist(), by_place.tolist(), strict=True)
        for place, n in enumerate(row)
        if n
    ]
    return plain + _moved(odd_ones(connection, filters, numbered), now)


def _moved(odd: Numbers, now: int) -> Part:
    """Return what takes requests whose clock stood still out of the class of their start, and puts them in theirs."""
    service, _, start, run = odd[(odd[:, 1] == DATED) & (odd[:, 2] <= now + SKEW_SECONDS)].T
    begun, shown = (np.searchsorted(EDGES, seconds, side="left") for seconds in (now - start, run))
    keys, n = np.unique(np.column_stack([service, begun, shown])[begun != shown], axis=0, return_counts=True)
    return [
        moved
        for (key, first, place), count in zip(keys.tolist(), n.tolist(), strict=True)
        for moved in ((key, first, -count), (key, place, count))
    ]


def _each(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    """Return open requests that no sum tells apart (a province and a theme, say), one by one through their index."""
    found = rows(connection, _open_ages(narrowed(filters)), _moments(filters, numbered))
    return [(row.service_id, row.place, row.n) for row in found]


def _then(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    """Return what was open at the moment of a fixed link, by service and age."""
    found = rows(connection, _known_ages(narrowed(filters)), _moments(filters, numbered))
    return [(row.service_id, row.place, row.n) for row in found]


@lru_cache(maxsize=100)
def _known_ages(shape: Narrowed) -> Statement:
    row = open_then(OPEN_REQUEST)
    return _by_place(row, row.time_precision == "second", clocks.started(row).is_not(None), *shape.facts(row))


@lru_cache(maxsize=100)
def _open_ages(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    has_begun = clocks.started(row) <= AS_OF + SKEW_SECONDS
    return _by_place(row, text(OPEN_REQUEST), row.time_precision == "second", has_begun, *shape.facts(row))


def _by_place(row: Any, *where: ColumnElement[bool] | TextClause) -> Statement:
    """Return the number of these requests by service and age class: of many, only the classes are sent."""
    counted = select(row.service_id, _place(age(row, clocks.DEFAULT)).label("place")).where(*where).subquery()
    keys = (counted.c.service_id, counted.c.place)
    return select(*keys, func.count().label("n")).group_by(*keys).order_by(*keys)


def _moments(filters: Filters, numbered: Ids) -> dict[str, Any]:
    now = int(filters.as_of.timestamp())
    due = now - WITHIN_SECONDS
    lingered = due - int(LINGER.total_seconds())
    return {**values(filters, numbered), "as_of": now, "due": due, "lingered": lingered}


def queue(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per request that has not reached its hour, the next to reach it first; at most `QUEUE_ROWS`.

    `state`: calm until 45 minutes, nearing until 60. Titles are text of the public, cut.
    """
    return _listed(connection, filters, is_over=False)


def just_over(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per request that broke its hour in the last `LINGER`, the latest first; at most `JUST_OVER_ROWS`.

    The columns of `queue`; `minutes_left` is negative and `state` breached.
    """
    return _listed(connection, filters, is_over=True)


LINGER = timedelta(minutes=15)
"""A request stays in the countdown this long after it broke its hour, so that nobody misses the moment."""


def _listed(connection: Connection, filters: Filters, *, is_over: bool) -> pd.DataFrame:
    numbered, statement = ids(connection), _statement(narrowed(filters), filters.pinned, is_over)
    found = rows(connection, statement, _moments(filters, numbered))
    return from_rows([_waiting(row, numbered) for row in found], QUEUE)


def _waiting(row: Any, numbered: Ids) -> dict[str, object]:
    minutes = row.age / 60
    return {
        "content_id": row.content_id, "request_no": row.request_no, "is_stopped": row.stopped_at is not None,
        "service": numbered.code("service", row.service_id), "province": row.province_code or "",
        "title": row.title or "", "started_at": row.started, "age_minutes": minutes, "minutes_left": 60 - minutes,
        "state": "breached" if minutes > 60 else "nearing" if minutes > 45 else "calm",
    }  # fmt: skip


@lru_cache(maxsize=200)
def _statement(shape: Narrowed, is_pinned: bool, is_over: bool) -> Statement:
    row: Any = open_then(OPEN_REQUEST) if is_pinned else takedown_request.c
    ways = [_over(row)] if is_over else [_begun(row), _spared(row, is_pinned)]
    found = union_all(*(_of_queue(shape, row, where, is_pinned, is_over) for where in ways)).subquery().c
    title = select(func.substr(content.c.title, 1, TEXT_LENGTH)).where(content.c.content_id == found.content_id)
    return (
        select(*found, title.order_by(content.c.content_id).limit(1).scalar_subquery().label("title"))
        .order_by(found.age if is_over else found.age.desc(), found.content_id, found.request_no)
        .limit(JUST_OVER_ROWS if is_over else QUEUE_ROWS)
    )


def _of_queue(shape: Narrowed, row: Any, where: ColumnElement[bool], is_pinned: bool, is_over: bool) -> Statement:
    old, start = age(row, clocks.DEFAULT).label("age"), clocks.started(row).label("started")
    stopped = clocks.seconds(row.stopped_at).label("stopped_at")
    columns = (row.content_id, row.request_no, row.service_id, row.province_code, stopped, start, old)
    turn = old > WITHIN_SECONDS if is_over else and_(old <= WITHIN_SECONDS, old >= -SKEW_SECONDS)
    raw = [] if is_pinned else [text(OPEN_REQUEST)]
    return select(*columns).where(*raw, row.time_precision == "second", where, turn, *shape.facts(row))


def _begun(row: Any) -> ColumnElement[bool]:
    return started_between(REQUEST, row, Piece(None, bindparam("due", type_=BigInteger), FAR))


def _spared(row: Any, is_pinned: bool) -> ColumnElement[bool]:
    """Return the condition that a request started over an hour ago, but its clock stood still: few, by their index."""
    stopped = or_(row.stopped_at.is_not(None), row.stopped_seconds > 0)
    odd = stopped if is_pinned else and_(text(ODD_OPEN_REQUEST), stopped)
    return and_(odd, clocks.started(row) < bindparam("due", type_=BigInteger))


def _over(row: Any) -> ColumnElement[bool]:
    return started_between(REQUEST, row, Piece(None, *(bindparam(n, type_=BigInteger) for n in ("lingered", "due"))))
