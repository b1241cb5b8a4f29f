"""Open requests by the age of their clock: statements for what the roll-up alone cannot say.

The roll-up knows how many requests of an hour are open. It does not know how old those of the last two are, whose
clock was stopped, or which have no usable start ("odd" ones): these few are read through partial indexes.
A fixed link reads requests as they were known then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)  # fmt: skip

from data.rollups.clocks import OPEN, seconds, started
from data.rollups.declarations import REQUEST
from data.rollups.requests import WITHIN_SECONDS
from data.rollups.shapes import one_if
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.first_days import FAR, LONG_AGO, first_day
from queries.known import AS_OF, known_where
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import SqlRow, Statement, rows, total, whole_numbers
from queries.windows import hour_start

__all__ = ["FAR", "HOUR_LONG", "LONG_AGO", "SKEW_SECONDS", "Waiting", "open_then"]

NEARING_SECONDS = 2_700
"""From 45 minutes on a request is nearing its deadline."""

SKEW_SECONDS = 60
"""A clock that started further in the future than this is a bad time (`queries.bad_times`), and nobody's turn."""

HOUR_LONG = timedelta(seconds=WITHIN_SECONDS)

DUE, WHOLE = (bindparam(name, type_=BigInteger) for name in ("due", "whole"))
"""Clocks that started before `due` have run more than 60 minutes; sums know all that started before `whole`."""

COUNTED = ("n_overdue", "n_recent", "n_nearing", "n_undated", "n_spared")


@dataclass(frozen=True)
class Waiting:
    """The open requests of some filters at their `as_of`, whatever their window."""

    filters: Filters
    ids: Ids

    def counts(self, connection: Connection) -> Mapping[int, Mapping[str, int]]:
        """Return by service id: `COUNTED` of the requests open at as_of.

        n_overdue: dated, started more than 60 minutes ago, stopped clocks not spared. n_recent: dated, begun in the
        last hour. n_nearing: from minute 45 to 60. n_undated: without a usable start, or one in the future. n_spared:
        part of n_overdue, but the clock stood still and shows no more than 60 minutes.
        """
        counts: dict[int, dict[str, int]] = {}
        due = self.filters.as_of - HOUR_LONG
        past = replace(self.filters, since=LONG_AGO, until=hour_start(due))
        asked = Asked(REQUEST, past, self.ids, by=("service_id",), measures=("n_open",))
        young = _statement("young", narrowed(self.filters), self.filters.pinned)
        sums = asked.sums() if asked.held() else None
        moments = self._moments() | {"whole": int(past.until.timestamp()) if sums else 0}
        statement, known = (_with_sums(young, sums.statement), sums.parameters) if sums else (young, {})
        for service, *found in whole_numbers(connection, statement, {**moments, **known}).tolist():
            row = counts.setdefault(service, dict.fromkeys(COUNTED, 0))
            for name, n in zip(COUNTED, found, strict=True):
                row[name] += n
        return counts

    def odd(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, n_overdue, n_recent, n_nearing, n_undated, n_spared) of the odd ones, first two 0."""
        return self._rows(connection, "odd")

    def running(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, started) of open requests of the window kept from being due by a stopped clock.

        They started at least 60 minutes ago; all younger ones are counted by `counts`.
        """
        return self._rows(connection, "running")

    def oldest(self, connection: Connection) -> SqlRow | None:
        """Return (started, age: seconds of its clock) of the dated open request that started first, or None."""
        return next(iter(self._rows(connection, "oldest", first_day(connection, self.filters, self.ids))), None)

    def _moments(self) -> dict[str, Any]:
        now = int(self.filters.as_of.timestamp())
        return {
            **values(self.filters, self.ids),
            "as_of": now, "due": now - WITHIN_SECONDS, "nearing": now - NEARING_SECONDS,
            "since": int(self.filters.since.timestamp()),
            "until": min(int(self.filters.until.timestamp()), now - WITHIN_SECONDS + 1),
        }  # fmt: skip

    def _rows(self, connection: Connection, kind: str, day: tuple[int, int] = (0, FAR)) -> Sequence[SqlRow]:
        statement = _statement(kind, narrowed(self.filters), self.filters.pinned)
        moments = self._moments()
        last = min(day[1], moments["as_of"] + SKEW_SECONDS + 1)
        return rows(connection, statement, {**moments, "first": day[0], "last": last})


@lru_cache(maxsize=1_000)
def _statement(kind: str, shape: Narrowed, is_pinned: bool) -> Statement:
    return _STATEMENTS[kind](_Requests(kind, shape, is_pinned))


@lru_cache(maxsize=500)
def _with_sums(young: Statement, sums: Statement) -> CompoundSelect[Any]:
    """Return the rows of both: those of the sums (service, open) are all overdue."""
    known, more = (statement.order_by(None).subquery().c for statement in (sums, young))
    nothing = (literal(0).label(name) for name in COUNTED[1:])
    overdue = select(known.service_id, known.n_open.label("n_overdue"), *nothing)
    both = union_all(overdue, select(more.service_id, *(more[name] for name in COUNTED)))
    return both.execution_options(any_order=True)


class _Requests:
    """The columns and conditions of open requests, as they are or as they were known."""

    def __init__(self, kind: str, shape: Narrowed, is_pinned: bool) -> None:
        self.shape, self.is_pinned = shape, is_pinned
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
        return or_(*self.ways(start, end))

    def ways(self, start: Any, end: Any) -> Sequence[ColumnElement[bool]]:
        """Return the two ways in which a clock starts in `[start, end)`: received, or not received but sent."""
        row = self.row
        received = and_(row.received_at >= start, row.received_at < end)
        return received, and_(row.received_at.is_(None), row.notified_at >= start, row.notified_at < end)

    def by_service(self, *sums: ColumnElement[Any], where: ColumnElement[bool]) -> Statement:
        service = self.row.service_id
        named = [n.label(name) for name, n in zip(COUNTED, sums, strict=True)]
        return select(service, *named).where(where, *self.narrowed).group_by(service)


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


def _young(requests: _Requests) -> Statement:
    """Return the counts of open requests that began since the last whole hour that is past due, and of odd ones.

    Of plain requests the start alone says which they are: no clock is worked out, and their index holds all it takes.
    Received and not received are asked for apart: of one OR SQLite would look up each request.
    """
    row = requests.row
    ways = list(zip(requests.ways(WHOLE, FAR), (seconds(row.received_at), seconds(row.notified_at)), strict=True))
    if requests.is_pinned:
        ways = [(requests.began(WHOLE, FAR), requests.started)]
    plain = [_plain_counts(requests, way, start) for way, start in ways]
    odd = _Requests("odd", requests.shape, requests.is_pinned)
    every = union_all(*plain, _odd_counts(odd)).subquery().c
    whole = [total(every[name]).label(name) for name in COUNTED]
    return select(every.service_id, *whole).group_by(every.service_id).order_by(every.service_id)


def _plain_counts(requests: _Requests, way: ColumnElement[bool], start: ColumnElement[int]) -> Statement:
    row, n_overdue = requests.row, total(one_if(start < DUE))
    n_ahead = total(one_if(start > AS_OF + SKEW_SECONDS))
    is_plain = and_(row.stopped_at.is_(None), row.stopped_seconds <= 0)
    is_nearing = and_(start < bindparam("nearing", type_=BigInteger), start >= DUE, is_plain)
    sums = (n_overdue, func.count() - n_overdue - n_ahead, total(one_if(is_nearing)), n_ahead, literal(0))
    return requests.by_service(*sums, where=and_(requests.is_open, way, row.time_precision == "second"))


def _odd_counts(requests: _Requests) -> Statement:
    """Return the counts of odd requests; those that are dated are among the plain ones, but for nearing and spared."""
    stopped = and_(requests.is_dated, or_(requests.row.stopped_at.is_not(None), requests.row.stopped_seconds > 0))
    spared = and_(requests.is_dated, requests.started < DUE, requests.age <= WITHIN_SECONDS)
    nearing = and_(or_(spared, and_(stopped, requests.started >= DUE)), requests.age > NEARING_SECONDS)
    sums = (total(one_if(nearing)), total(one_if(~requests.is_dated)), total(one_if(spared)))
    counted = or_(~requests.is_dated, requests.age <= WITHIN_SECONDS, requests.started >= DUE)
    return requests.by_service(literal(0), literal(0), *sums, where=and_(requests.is_odd, counted))


def _odd(requests: _Requests) -> Statement:
    return _odd_counts(requests).order_by(requests.row.service_id)


def _running(requests: _Requests) -> Statement:
    window = requests.began(bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger))
    young = and_(requests.is_dated, requests.age < WITHIN_SECONDS, window)
    begun = requests.started.label("started")
    statement = select(requests.row.service_id, begun).where(requests.is_odd, young, *requests.narrowed)
    return statement.order_by(requests.row.service_id, begun)


def _oldest(requests: _Requests) -> Statement:
    row, (first, last) = requests.row, (bindparam(name, type_=BigInteger) for name in ("first", "last"))
    # The time of sending is asked of a sum: by its own index PostgreSQL would walk all requests there are.
    kinds = ((row.received_at, true()), (seconds(row.notified_at) + 0, row.received_at.is_(None)))
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


_STATEMENTS = {"young": _young, "odd": _odd, "running": _running, "oldest": _oldest}
