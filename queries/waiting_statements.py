"""Statements of open requests by the age of their clock, as they are or as they were known.

Few are read through partial indexes: those of the last two hours, whose clock was stopped, or without a usable start.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
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
from data.rollups.requests import WITHIN_SECONDS
from data.rollups.shapes import one_if
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST, OPEN_REQUEST
from queries.first_days import FAR
from queries.known import AS_OF, known_where
from queries.narrowing import Narrowed
from queries.reading import Statement, total

NEARING_SECONDS = 2_700
"""From 45 minutes on a request is nearing its deadline."""

SKEW_SECONDS = 60
"""A clock that started further in the future than this is a bad time (`queries.bad_times`), and nobody's turn."""

DUE, WHOLE = (bindparam(name, type_=BigInteger) for name in ("due", "whole"))
"""Clocks that started before `due` have run more than 60 minutes; sums know all that started before `whole`."""

COUNTED = ("n_overdue", "n_recent", "n_nearing", "n_undated", "n_spared")


@lru_cache(maxsize=1_000)
def statement_of(kind: str, shape: Narrowed, is_pinned: bool) -> Statement:
    """Return the statement of a kind (young, odd, running, oldest) of what waits."""
    return _STATEMENTS[kind](_Requests(kind, shape, is_pinned))


@lru_cache(maxsize=500)
def with_sums(young: Statement, sums: Statement) -> CompoundSelect[Any]:
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
    # They are put in order of a sum: by the index of the time of sending PostgreSQL would walk all requests there are.
    received, sent = row.received_at, row.notified_at
    kinds = ((received, received, true()), (sent, seconds(sent) + 0, received.is_(None)))
    firsts = [
        select(requests.started.label("started"), requests.age.label("age"))
        .where(requests.is_open, kind, began >= first, began < last, row.time_precision == "second")
        .where(*requests.narrowed)
        .order_by(turn, row.content_id, row.request_no)
        .limit(1)
        .subquery()
        for began, turn, kind in kinds
    ]
    both = union_all(*(select(first) for first in firsts)).subquery()
    return select(both).order_by(both.c.started, both.c.age)


_STATEMENTS = {"young": _young, "odd": _odd, "running": _running, "oldest": _oldest}
