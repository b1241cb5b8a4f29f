"""Named clocks of a takedown request: from when, to when. The promise says one hour and does not say from when.

The default runs from receipt by the service, else from sending, to its action, less the time the clock stood still
(as in EU 2021/784 art. 3, TSE 23.714/2022, NetzDG and Permenkominfo 5/2020). Expressions take a `row`: any namespace
of takedown_request's columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, or_, type_coerce
from sqlalchemy.sql import ColumnCollection

Row = ColumnCollection[str, Any]

OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, DELETED_BY_UPLOADER = range(7)
"""Ids of the `outcome` dimension, fixed: sums depend on them."""


@dataclass(frozen=True)
class Clock:
    """A clock: the first known of `starts` starts it; `is_confirmed`: a removal ends it only when it was checked."""

    code: str
    starts: tuple[str, ...]
    is_confirmed: bool = False


def _clocks() -> Mapping[str, Clock]:
    starts = {
        "received": ("received_at", "notified_at"),
        "notified": ("notified_at",),
        "detected": ("detected_at",),
        "posted": ("posted_at",),
    }
    acted = {code: Clock(code, columns) for code, columns in starts.items()}
    checked = {f"{code}_confirmed": Clock(f"{code}_confirmed", columns, True) for code, columns in starts.items()}
    return MappingProxyType(acted | checked)


CLOCKS = _clocks()
"""Code -> clock; the first is the default."""

DEFAULT = CLOCKS["received"]


def seconds(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a time column as its stored whole seconds."""
    return type_coerce(column, BigInteger)


def started(row: Row, clock: Clock = DEFAULT) -> ColumnElement[int]:
    """Return when the clock started, UTC seconds; NULL where none of its times is known."""
    times = [seconds(row[name]) for name in clock.starts]
    return times[0] if len(times) == 1 else func.coalesce(*times)


def ended(row: Row, clock: Clock = DEFAULT) -> ColumnElement[int]:
    """Return when the clock ended, UTC seconds; NULL while it runs."""
    acted = seconds(row.actioned_at)
    return (
        case((row.outcome_id == REMOVED, seconds(row.confirmed_down_at)), else_=acted) if clock.is_confirmed else acted
    )


def is_running(row: Row, clock: Clock = DEFAULT) -> ColumnElement[bool]:
    """Return whether the clock still runs: the request is open, or down but not yet checked."""
    if not clock.is_confirmed:
        is_open: ColumnElement[bool] = row.outcome_id == OPEN
        return is_open
    return or_(row.outcome_id == OPEN, and_(row.outcome_id == REMOVED, row.confirmed_down_at.is_(None)))


def latency(row: Row, clock: Clock = DEFAULT) -> ColumnElement[int]:
    """Return end minus start minus clock stops, seconds; NULL while it runs."""
    elapsed: ColumnElement[int] = ended(row, clock) - started(row, clock) - row.stopped_seconds
    return elapsed


def measurable(row: Row, clock: Clock = DEFAULT) -> ColumnElement[bool]:
    """Return whether the times can give a latency: to the second, in order, ended ones with an end."""
    running = is_running(row, clock)
    has_end = and_(~running, ended(row, clock).is_not(None), latency(row, clock) >= 0)
    return and_(row.time_precision == "second", or_(running, has_end))
