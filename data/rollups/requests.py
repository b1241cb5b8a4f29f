"""Sums of takedown requests: by start of their clock, by class of urgency, by how long they took, by removal.

Expressions take a `row`: any namespace of the fact's columns (the table, an alias, NEW or OLD in a trigger).
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, case, func

from data import tables
from data.rollups.clocks import (
    DEFAULT,
    DELETED_BY_UPLOADER,
    LABELLED,
    OPEN,
    REJECTED,
    REMOVED,
    RESTRICTED,
    WITHDRAWN,
    Clock,
    Row,
    is_running,
    latency,
    measurable,
    seconds,
    started,
)
from data.rollups.latency import LIMIT_MINUTES, bucket_of
from data.rollups.shapes import (
    ALWAYS,
    BLOCK,
    COMMON,
    DAY,
    HOUR,
    PROVINCE,
    SIXTEEN_WEEKS,
    WEEK,
    Cube,
    Expression,
    Rollup,
    one_if,
    same,
)

WITHIN_SECONDS = 3_600
"""The promise of the task force: not more than one hour."""


def _ended(clock: Clock, *outcomes: int) -> Expression:
    return lambda row: one_if(and_(measurable(row, clock), ~is_running(row, clock), row.outcome_id.in_(outcomes)))


def request_rollup(clock: Clock) -> Rollup:
    """Return the sums of requests on a clock; only the default clock has cubes, the others are read from facts."""
    return Rollup(
        table=tables.rollup_request,
        facts=tables.takedown_request,
        starts=clock.starts,
        at=lambda row: started(row, clock),
        where=lambda row: started(row, clock).is_not(None),
        dimensions={**COMMON, "province_code": PROVINCE},
        measures=_request_measures(clock),
        cubes=REQUEST_CUBES if clock == DEFAULT else (),
    )


def _within(clock: Clock, allowed: int, *outcomes: int) -> Expression:
    def within(row: Row) -> ColumnElement[int]:
        ended = and_(measurable(row, clock), row.outcome_id.in_(outcomes))
        return one_if(and_(ended, latency(row, clock) <= allowed))

    return within


TAKEN_BACK = (WITHDRAWN, DELETED_BY_UPLOADER)
"""Ends that let a request go unjudged, if they come before its time is up: afterwards it has broken the promise."""


def _request_measures(clock: Clock) -> Mapping[str, Expression]:
    return {
        "n_requests": ALWAYS,
        "n_unmeasurable": lambda row: one_if(~measurable(row, clock)),
        "n_open": lambda row: one_if(and_(measurable(row, clock), is_running(row, clock))),
        "n_removed": _ended(clock, REMOVED),
        "n_within_60": _within(clock, WITHIN_SECONDS, REMOVED),
        "n_restricted": _ended(clock, RESTRICTED),
        "n_labelled": _ended(clock, LABELLED),
        "n_rejected": _ended(clock, REJECTED),
        "n_withdrawn_60": _within(clock, WITHIN_SECONDS, *TAKEN_BACK),
    }


REQUEST_CUBES = (
    Cube(1, HOUR, ("service_id",)),
    Cube(2, HOUR, ("service_id", "theme_id")),
    Cube(3, HOUR, ("service_id", "source_id")),
    Cube(4, HOUR, ("province_code",)),
    Cube(5, DAY, ("service_id",)),
    Cube(6, DAY, ("service_id", "theme_id")),
    Cube(7, DAY, ("service_id", "source_id")),
    Cube(8, DAY, ("service_id", "province_code")),
    Cube(9, BLOCK, ("service_id",)),
    Cube(10, HOUR, ()),
    Cube(11, DAY, ()),
)
REQUEST = request_rollup(DEFAULT)


CLASSES = ("hoax", "urgent")
"""Classes of urgency in the order of class_id; whatever else a request says of itself is the number after them."""


def _class(row: Row) -> ColumnElement[int]:
    return case(*((row.urgency == name, number) for number, name in enumerate(CLASSES)), else_=len(CLASSES))


def class_rollup(clock: Clock) -> Rollup:
    """Return the sums by class, and of what came down or was withdrawn in time; only the default clock has cubes."""
    whole = _request_measures(clock)
    kept = ("n_requests", "n_unmeasurable", "n_open", "n_removed")
    parts = {"within": (REMOVED,), "withdrawn": TAKEN_BACK}
    return Rollup(
        table=tables.rollup_class,
        facts=tables.takedown_request,
        starts=clock.starts,
        at=lambda row: started(row, clock),
        where=lambda row: started(row, clock).is_not(None),
        dimensions={"service_id": same("service_id"), "class_id": _class},
        measures={name: whole[name] for name in kept}
        | {
            f"n_{name}_{minutes}": _within(clock, minutes * 60, *outcomes)
            for name, outcomes in parts.items()
            for minutes in LIMIT_MINUTES
        },
        cubes=CLASS_CUBES if clock == DEFAULT else (),
    )


CLASS_CUBES = (
    Cube(1, HOUR, ("service_id", "class_id")),
    Cube(2, DAY, ("service_id", "class_id")),
    Cube(3, HOUR, ("class_id",)),
    Cube(4, DAY, ("class_id",)),
)
CLASS = class_rollup(DEFAULT)


LATENCY_GRAINS = {1: DAY, 2: WEEK, 3: BLOCK, 4: HOUR, 5: SIXTEEN_WEEKS}
LATENCY = Rollup(
    table=tables.rollup_latency,
    packed=tables.rollup_latency_packed,
    facts=tables.takedown_request,
    starts=DEFAULT.starts,
    at=started,
    where=lambda row: and_(started(row).is_not(None), ~is_running(row), measurable(row)),
    dimensions={
        "service_id": same("service_id"),
        "outcome_id": same("outcome_id"),
        "latency_bucket": lambda row: bucket_of(latency(row)),
    },
    measures={"n_requests": ALWAYS},
    cubes=tuple(Cube(n, grain, ("service_id", "outcome_id", "latency_bucket")) for n, grain in LATENCY_GRAINS.items()),
)
"""How long ended requests took on the default clock."""


OPEN_REQUEST = Rollup(
    table=tables.rollup_open,
    packed=tables.rollup_open_packed,
    facts=tables.takedown_request,
    starts=DEFAULT.starts,
    at=started,
    where=lambda row: and_(
        started(row).is_not(None),
        row.outcome_id == OPEN,
        row.time_precision == "second",
        row.stopped_at.is_(None),
        row.stopped_seconds == 0,
    ),
    dimensions={
        "service_id": same("service_id"),
        "second_of_day": lambda row: (started(row) + DAY.offset) % DAY.width,
    },
    measures={"n_requests": ALWAYS},
    cubes=(Cube(1, DAY, ("service_id", "second_of_day")),),
)
"""When the clocks that run began, to the second; those that stood still are few, and have an index of their own."""


def _back_within(days: int) -> Expression:
    def back(row: Row) -> ColumnElement[int]:
        down = func.coalesce(seconds(row.confirmed_down_at), seconds(row.actioned_at))
        return one_if(seconds(row.reappeared_at) - down <= days * 86_400)

    return back


REMOVAL = Rollup(
    table=tables.rollup_removal,
    facts=tables.takedown_request,
    starts=("actioned_at",),
    at=lambda row: seconds(row.actioned_at),
    where=lambda row: and_(row.actioned_at.is_not(None), row.outcome_id == REMOVED),
    dimensions={"service_id": same("service_id")},
    measures={"n_removed": ALWAYS, "n_back_7": _back_within(7), "n_back_30": _back_within(30)},
    cubes=(Cube(1, HOUR, ("service_id",)), Cube(2, DAY, ("service_id",)), Cube(3, BLOCK, ("service_id",))),
)
