"""Open requests by the age of their clock: statements for what the roll-up alone cannot say.

The roll-up knows how many requests of an hour are open. It does not know how old those of the last hour are, whose
clock was stopped, or which have no usable start ("odd" ones): these few are read through partial indexes.
A fixed link reads requests as they were known then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
    union_all,
)  # fmt: skip

from data.rollups.clocks import OPEN, seconds, started
from data.rollups.declarations import REQUEST
from data.rollups.requests import WITHIN_SECONDS
from data.rollups.shapes import DAY, one_if
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.known import AS_OF, known_where
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import SqlRow, Statement, total
from queries.windows import DAY as DAY_LONG
from queries.windows import day_end, midnight

NEARING_SECONDS = 2_700
"""From 45 minutes on a request is nearing its deadline."""

SKEW_SECONDS = 60
"""A clock that started further in the future than this is a bad time (`queries.bad_times`), and nobody's turn."""

HOUR_LONG = timedelta(seconds=WITHIN_SECONDS)
LONG_AGO = midnight(date(2000, 1, 1))
FAR = 1 << 40
"""After every moment that can be stored here, UTC seconds."""

DUE = bindparam("due", type_=BigInteger)
"""Clocks that started before this moment have run more than 60 minutes, UTC seconds."""


@dataclass(frozen=True)
class Waiting:
    """The open requests of some filters at their `as_of`, whatever their window."""

    filters: Filters
    ids: Ids

    def overdue(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, n_open): dated, open, started more than 60 minutes ago; stopped clocks not spared."""
        past = replace(self.filters, since=LONG_AGO, until=self.filters.as_of - HOUR_LONG)
        asked = Asked(REQUEST, past, self.ids, by=("service_id",), measures=("n_open",))
        return asked.sums().rows(connection) if asked.held() else self._rows(connection, "overdue")

    def recent(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, n_recent, n_nearing, n_undated): open, begun in the last hour; nearing from minute 45 on.

        Undated: what is said to begin in the future.
        """
        return self._rows(connection, "recent")

    def odd(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, n_undated, n_spared, n_nearing): without a usable start, and spared by a stopped clock.

        Spared: started over an hour ago, but the clock shows no more than 60 minutes; nearing is counted of these.
        """
        return self._rows(connection, "odd")

    def running(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, started) of open requests of the window kept from being due by a stopped clock.

        They started at least 60 minutes ago; all younger ones are counted by `recent`.
        """
        return self._rows(connection, "running")

    def oldest(self, connection: Connection) -> SqlRow | None:
        """Return (started, age: seconds of its clock) of the dated open request that started first, or None."""
        rows = self._rows(connection, "oldest", self._first_day(connection))
        return rows[0] if rows else None

    def _first_day(self, connection: Connection) -> tuple[int, int]:
        """Return when the first WIB day with an open request begins and ends; always where no sum tells."""
        until = day_end(self.filters.as_of) + DAY_LONG
        always = replace(self.filters, since=LONG_AGO, until=until)
        asked = Asked(REQUEST, always, self.ids, grain=DAY, measures=("n_open",))
        if not asked.cubes():
            return 0, FAR
        bucket, n_open = asked.sums().numbers(connection).T
        first = int(bucket[n_open > 0].min(initial=FAR // DAY.width)) * DAY.width - DAY.offset
        return first, first + DAY.width

    def _rows(self, connection: Connection, kind: str, day: tuple[int, int] = (0, FAR)) -> Sequence[SqlRow]:
        now = int(self.filters.as_of.timestamp())
        moments = {
            "as_of": now, "due": now - WITHIN_SECONDS,
            "since": int(self.filters.since.timestamp()),
            "until": min(int(self.filters.until.timestamp()), now - WITHIN_SECONDS + 1),
            "first": day[0], "last": min(day[1], now + SKEW_SECONDS + 1),
        }  # fmt: skip
        statement = _statement(kind, narrowed(self.filters), self.filters.pinned)
        return connection.execute(statement, {**values(self.filters, self.ids), **moments}).all()


@lru_cache(maxsize=1_000)
def _statement(kind: str, shape: Narrowed, is_pinned: bool) -> Statement:
    return _STATEMENTS[kind](_Requests(kind, shape, is_pinned))


class _Requests:
    """The columns and conditions of open requests, as they are or as they were known."""

    def __init__(self, kind: str, shape: Narrowed, is_pinned: bool) -> None:
        raw = ODD_OPEN_REQUEST if kind in ("odd", "running") else OPEN_REQUEST
        self.row: Any = open_then(raw) if is_pinned else takedown_request.c
        self.started = started(self.row)
        self.age = func.coalesce(seconds(self.row.stopped_at), AS_OF) - self.started - self.row.stopped_seconds
        self.is_dated = and_(self.row.time_precision == "second", self.started.is_not(None))
        self.is_open: Any = self.row.outcome_id == OPEN if is_pinned else text(OPEN_REQUEST)
        stopped = or_(self.row.stopped_at.is_not(None), self.row.stopped_seconds > 0)
        odd = and_(self.row.outcome_id == OPEN, or_(~self.is_dated, stopped))
        self.is_odd: Any = odd if is_pinned else text(ODD_OPEN_REQUEST)
        self.narrowed = shape.facts(self.row)

    def began(self, start: Any, end: Any) -> ColumnElement[bool]:
        """Return the condition that a clock started in `[start, end)`, as the index of open requests wants it."""
        row = self.row
        received = and_(row.received_at >= start, row.received_at < end)
        return or_(received, and_(row.received_at.is_(None), row.notified_at >= start, row.notified_at < end))

    def by_service(self, *sums: ColumnElement[Any], where: ColumnElement[bool]) -> Statement:
        service = self.row.service_id
        return select(service, *sums).where(where, *self.narrowed).group_by(service).order_by(service)


def open_then(raw: str) -> Any:
    """Return the columns of requests that were open at the moment of a link, of those that meet `raw` unless changed.

    A request not written since is as it was; the others are as known then.
    """
    row = takedown_request.c
    same = select(*(row[name] for name in NEEDED)).where(text(raw), func.coalesce(seconds(row.updated_at), 0) <= AS_OF)
    known = known_where(takedown_request, row.updated_at > AS_OF)
    changed = select(*(known[name] for name in NEEDED)).where(known.outcome_id == OPEN)
    return union_all(same, changed).subquery().c


NEEDED = (
    "content_id", "request_no", "service_id", "province_code", "theme_id", "source_id", "notified_at", "received_at",
    "stopped_at", "stopped_seconds", "outcome_id", "time_precision",
)  # fmt: skip


def _overdue(requests: _Requests) -> Statement:
    n_open = total(one_if(requests.is_dated)).label("n_open")
    return requests.by_service(n_open, where=and_(requests.is_open, requests.began(0, DUE)))


def _recent(requests: _Requests) -> Statement:
    ahead = requests.started > AS_OF + SKEW_SECONDS
    n_recent = total(one_if(and_(requests.is_dated, ~ahead))).label("n_recent")
    n_undated = total(one_if(and_(requests.is_dated, ahead))).label("n_undated")
    n_nearing = total(one_if(and_(requests.is_dated, requests.age > NEARING_SECONDS))).label("n_nearing")
    return requests.by_service(n_recent, n_nearing, n_undated, where=and_(requests.is_open, requests.began(DUE, FAR)))


def _odd(requests: _Requests) -> Statement:
    spared = and_(requests.is_dated, requests.started < DUE, requests.age <= WITHIN_SECONDS)
    return requests.by_service(
        total(one_if(~requests.is_dated)).label("n_undated"),
        total(one_if(spared)).label("n_spared"),
        total(one_if(and_(spared, requests.age > NEARING_SECONDS))).label("n_nearing"),
        where=requests.is_odd,
    )


def _running(requests: _Requests) -> Statement:
    window = requests.began(bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger))
    young = and_(requests.is_dated, requests.age < WITHIN_SECONDS, window)
    begun = requests.started.label("started")
    statement = select(requests.row.service_id, begun).where(requests.is_odd, young, *requests.narrowed)
    return statement.order_by(requests.row.service_id, begun)


def _oldest(requests: _Requests) -> Statement:
    row, (first, last) = requests.row, (bindparam(name, type_=BigInteger) for name in ("first", "last"))
    kinds = ((row.received_at, true()), (row.notified_at, row.received_at.is_(None)))
    firsts = [
        select(requests.started.label("started"), requests.age.label("age"))
        .where(requests.is_open, kind, began >= first, began < last, row.time_precision == "second")
        .where(*requests.narrowed)
        .order_by(began, row.content_id, row.request_no)
        .limit(1)
        .subquery()
        for began, kind in kinds
    ]
    both = union_all(*(select(first) for first in firsts)).subquery()
    return select(both).order_by(both.c.started, both.c.age)


_STATEMENTS = {"overdue": _overdue, "recent": _recent, "odd": _odd, "running": _running, "oldest": _oldest}
