"""The backlog by age, and the countdown: who is next to reach the hour.

Ages run on the default clock, less its stops. Requests younger than a day are read one by one through the index of
open ones; older ones are counted by the roll-up.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, bindparam, func, or_, select, text

from data.rollups import clocks
from data.rollups.declarations import REQUEST, WITHIN_SECONDS
from data.tables import content, takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids, ids
from queries.durations import age
from queries.filters import Filters
from queries.limits import QUEUE_ROWS, TEXT_LENGTH
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows
from queries.waiting import FAR, LONG_AGO

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

YOUNG = timedelta(days=1)


def by_age(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service with open requests and age class, then the total '': measurable open requests at as_of."""
    numbered = ids(connection)
    counts: dict[str, Any] = {}
    parts = (_young, _old, _stopped)
    for service, place, n in [row for part in parts for row in part(connection, filters, numbered)]:
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

EDGES = np.array([first * 60 for first in AGES.values()])[1:]


def _place(seconds: int) -> int:
    return int(np.searchsorted(EDGES, seconds, side="left"))


def _young(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    rows = connection.execute(_ages(narrowed(filters), False), _moments(filters, numbered))
    return [(row.service_id, _place(row.age), row.n) for row in rows]


def _stopped(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    """Move requests that started over a day ago, but whose clock stood still, to the class of their clock."""
    rows = connection.execute(_ages(narrowed(filters), True), _moments(filters, numbered)).all()
    return [
        moved
        for row in rows
        for moved in ((row.service_id, len(AGES) - 1, -row.n), (row.service_id, _place(row.age), row.n))
    ]


def _old(connection: Connection, filters: Filters, numbered: Ids) -> Part:
    long_ago = replace(filters, since=LONG_AGO, until=filters.as_of - YOUNG, clock="received")
    asked = Asked(REQUEST, long_ago, numbered, by=("service_id",), measures=("n_open",))
    return [(row.service_id, len(AGES) - 1, row.n_open) for row in asked.sums().rows(connection) if row.n_open]


def _moments(filters: Filters, numbered: Ids) -> dict[str, Any]:
    now = int(filters.as_of.timestamp())
    young = now - int(YOUNG.total_seconds())
    return {**values(filters, numbered), "as_of": now, "young": young, "due": now - WITHIN_SECONDS}


@lru_cache(maxsize=200)
def _ages(shape: Narrowed, only_stopped: bool) -> Statement:
    """Return the open requests of the last day by age, or the older ones whose clock stood still."""
    row: Any = takedown_request.c
    old, day = age(row, clocks.DEFAULT).label("age"), bindparam("young", type_=BigInteger)
    begun = started_between(REQUEST, row, Piece(None, day, FAR))
    kept = and_(text(ODD_OPEN_REQUEST), clocks.started(row) < day) if only_stopped else and_(text(OPEN_REQUEST), begun)
    statement = select(row.service_id, old, func.count().label("n")).where(
        kept, clocks.measurable(row), *shape.facts(row)
    )
    return statement.group_by(row.service_id, old).order_by(row.service_id, old)


def queue(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per request that has not reached its hour, the next to reach it first; at most `QUEUE_ROWS`.

    `state`: calm until 45 minutes, nearing until 60. Titles are text of the public, cut.
    """
    numbered = ids(connection)
    rows = connection.execute(_next(narrowed(filters)), _moments(filters, numbered)).all()
    return from_rows([_waiting(row, numbered) for row in rows], QUEUE)


def _waiting(row: Any, numbered: Ids) -> dict[str, object]:
    minutes = row.age / 60
    return {
        "content_id": row.content_id, "request_no": row.request_no, "is_stopped": row.stopped_at is not None,
        "service": numbered.code("service", row.service_id), "province": row.province_code or "",
        "title": row.title or "", "started_at": row.started, "age_minutes": minutes, "minutes_left": 60 - minutes,
        "state": "nearing" if minutes > 45 else "calm",
    }  # fmt: skip


@lru_cache(maxsize=200)
def _next(shape: Narrowed) -> Statement:
    row: Any = takedown_request.c
    old, start = age(row, clocks.DEFAULT).label("age"), clocks.started(row).label("started")
    begun = started_between(REQUEST, row, Piece(None, bindparam("due", type_=BigInteger), FAR))
    spared = or_(row.stopped_at.is_not(None), row.stopped_seconds > 0)
    where: list[Any] = [text(OPEN_REQUEST), clocks.measurable(row), or_(begun, spared), old <= WITHIN_SECONDS]
    where += shape.facts(row)
    title = select(func.substr(content.c.title, 1, TEXT_LENGTH)).where(content.c.content_id == row.content_id)
    columns = (row.content_id, row.request_no, row.service_id, row.province_code, row.stopped_at, start, old)
    return (
        select(*columns, title.order_by(content.c.content_id).limit(1).scalar_subquery().label("title"))
        .where(and_(*where))
        .order_by(old.desc(), row.content_id, row.request_no)
        .limit(QUEUE_ROWS)
    )
