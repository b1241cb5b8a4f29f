"""Facts as they were known at a moment: what a fixed link counts.

A row counts when it was recorded by then. A time that lies later had not come. What came earlier but was told later
(an event of the request recorded after the moment: receipt, stops, action, check, outcome) was not known: the value
before the first such event is put back. Content shows the outcome of the highest of its requests recorded by then.
So a fixed link gives the same figures next month; what still moves them is a correction of where content was found and
of what kind it is, and corrections are listed.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import ColumnCollection

from data import tables
from data.rollups import clocks
from data.rollups.clocks import OPEN

Row = ColumnCollection[str, Any]


class Stretch(Protocol):
    """A stretch of time `[start, end)` in UTC seconds."""

    @property
    def start(self) -> Any:
        """First second, a number or a parameter."""

    @property
    def end(self) -> Any:
        """First second after."""


AS_OF = bindparam("as_of", type_=BigInteger)
"""The moment of the link, UTC seconds."""


def as_known(facts: Table, stretch: Stretch, starts: Sequence[str]) -> Row:
    """Return the columns of content, takedown_request or issue as known at `AS_OF`, of rows near a stretch.

    `starts` are the columns of which one lies in the stretch.
    """
    near = or_(*(and_(facts.c[name] >= stretch.start, facts.c[name] < stretch.end) for name in starts))
    return known_where(facts, near)


def known_where(facts: Table, near: ColumnElement[bool]) -> Row:
    """Return the columns of content, takedown_request or issue as known at `AS_OF`, of rows that pass one now."""
    known = {"content": _content, "takedown_request": _request, "issue": _issue}[facts.name](facts.c)
    columns = [known.get(column.name, column).label(column.name) for column in facts.c]
    recorded = or_(facts.c.recorded_at.is_(None), facts.c.recorded_at <= AS_OF)
    return select(*columns).where(recorded, near).subquery().c


def _by_then(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((column <= AS_OF, column))


def _content(row: Row) -> dict[str, ColumnElement[Any]]:
    came = {name: _by_then(row[name]) for name in ("verified_at", "clarified_at", "requested_at", "ended_at")}
    return came | {"outcome_id": _shown(row)}


def _request(row: Row) -> dict[str, ColumnElement[Any]]:
    came = {name: _by_then(row[name]) for name in ("notified_at", "reappeared_at")}
    times = ("received_at", "actioned_at", "confirmed_down_at", "stopped_at")
    told = {name: _told(row, name, _by_then(row[name])) for name in times}
    stood = {"stopped_seconds": _told(row, "stopped_seconds", row.stopped_seconds)}
    return came | told | stood | {"outcome_id": _told(row, "outcome_id", _come(row, row.actioned_at))}


def _issue(row: Row) -> dict[str, ColumnElement[Any]]:
    came = {name: _by_then(row[name]) for name in ("clarified_at", "closed_at")}
    reopened = case((row.closed_at > AS_OF, "active"), else_=row.status)
    return came | {"status": reopened}


def _come(row: Row, ended_at: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the outcome that stands in a row; one that came later had not come."""
    return case((or_(ended_at.is_(None), ended_at <= AS_OF), row.outcome_id), else_=OPEN)


def _shown(content: Row) -> ColumnElement[Any]:
    """Return the outcome content showed then: that of its highest request of those recorded by then.

    Content whose requests all came later was open; what content without any brings itself is no one's later word.
    """
    request = tables.takedown_request.alias()
    its_own = _come(content, content.ended_at)
    outcome = _told(request.c, "outcome_id", _come(request.c, request.c.actioned_at))
    recorded = or_(request.c.recorded_at.is_(None), request.c.recorded_at <= AS_OF)
    known = select(outcome).where(request.c.content_id == content.content_id, recorded)
    highest = known.order_by(request.c.request_no.desc()).limit(1).scalar_subquery()
    asked = exists(select(literal(1)).where(request.c.content_id == content.content_id))
    return case((_unchanged(content), its_own), (asked, func.coalesce(highest, OPEN)), else_=its_own)


def _told(row: Row, kind: str, own: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the value of a request's column told by then: the row's own, or that before the first later change."""
    event = tables.request_event.alias()
    of_row = (event.c.content_id == row.content_id, event.c.request_no == row.request_no, event.c.kind == kind)
    later = (*of_row, event.c.recorded_at > AS_OF)
    before = select(cast(event.c.value_before, BigInteger)).where(*later).order_by(event.c.recorded_at).limit(1)
    told_anew = exists(select(literal(1)).where(*later))
    return case((_unchanged(row), own), (told_anew, before.scalar_subquery()), else_=own)


def _unchanged(row: Row) -> ColumnElement[bool]:
    return func.coalesce(row.updated_at, 0) <= AS_OF


def age(row: Any, clock: clocks.Clock) -> ColumnElement[int]:
    """Return how long a running clock has run at AS_OF, less its stops, seconds."""
    until = func.coalesce(clocks.seconds(row.stopped_at), AS_OF)
    run: ColumnElement[int] = until - clocks.started(row, clock) - row.stopped_seconds
    return run
