"""Facts as they were known at a moment: what a fixed link counts.

A row counts when it was recorded by then. A time that lies later had not come. What came earlier but was told later
(an event of the request recorded after the moment: receipt, stops, action, check, outcome) was not known, and what was
told before is put back. So a fixed link gives the same figures next month; what still moves them is a correction of
where content was found and of what kind it is, and corrections are listed.
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
    return came | {"outcome_id": _outcome(row, row.ended_at)}


def _request(row: Row) -> dict[str, ColumnElement[Any]]:
    came = {name: _by_then(row[name]) for name in ("notified_at", "reappeared_at")}
    times = ("received_at", "actioned_at", "confirmed_down_at", "stopped_at")
    told = {name: _told(row, name, _by_then(row[name])) for name in times}
    stood = {"stopped_seconds": _told(row, "stopped_seconds", row.stopped_seconds, 0)}
    return came | told | stood | {"outcome_id": _outcome(row, row.actioned_at)}


def _issue(row: Row) -> dict[str, ColumnElement[Any]]:
    came = {name: _by_then(row[name]) for name in ("clarified_at", "closed_at")}
    reopened = case((row.closed_at > AS_OF, "active"), else_=row.status)
    return came | {"status": reopened}


def _outcome(row: Row, ended_at: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the outcome known then: one that came later had not come, one that was told later was not known."""
    return _told(
        row, "outcome_id", case((or_(ended_at.is_(None), ended_at <= AS_OF), row.outcome_id), else_=OPEN), OPEN
    )


def _told(row: Row, kind: str, own: ColumnElement[Any], at_first: int | None = None) -> ColumnElement[Any]:
    """Return the value of a column told by then: the row's own, or where it was told anew since, the last before.

    `at_first` is what a request starts with, of which no event tells.
    """
    event = tables.request_event.alias()
    of_row = [event.c.content_id == row.content_id, event.c.kind == kind]
    if "request_no" in row:
        of_row.append(event.c.request_no == row.request_no)
    last = (
        select(cast(event.c.value, BigInteger))
        .where(*of_row, event.c.recorded_at <= AS_OF)
        .order_by(event.c.request_no.desc(), event.c.recorded_at.desc(), event.c.event_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    then = last if at_first is None else func.coalesce(last, at_first)
    later = exists(select(literal(1)).where(*of_row, event.c.recorded_at > AS_OF))
    return case((func.coalesce(row.updated_at, 0) <= AS_OF, own), (later, then), else_=own)
