"""What each roll-up holds: grains, cubes, measures. Triggers, rebuild, recount and queries all read this one table.

A *cube* keeps the sums for one grain of time and one set of dimensions. A question is answered by the smallest cube
that holds every dimension it filters or groups by (`cube_for`); where none does, from the facts.
Expressions take a `row`: any namespace of the fact's columns (the table, an alias, NEW or OLD in a trigger).
"""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import ColumnElement, and_, func, literal

from data import tables
from data.rollups.clocks import (
    CLOCKS,
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
from data.rollups.latency import IN_A_ROW, bucket_of
from data.rollups.shapes import BLOCK, DAY, HOUR, WEEK, Cube, Expression, Flag, Rollup, one_if, worked_out

WITHIN_SECONDS = 3_600
"""The promise of the task force: not more than one hour."""


def _ended(clock: Clock, *outcomes: int) -> Expression:
    return lambda row: one_if(and_(measurable(row, clock), ~is_running(row, clock), row.outcome_id.in_(outcomes)))


def _content(*outcomes: int) -> Expression:
    return lambda row: one_if(row.outcome_id.in_(outcomes))


def _same(name: str) -> Expression:
    return lambda row: row[name]


_PROVINCE: Expression = lambda row: func.coalesce(row.province_code, "")  # noqa: E731
_ALWAYS: Expression = lambda _row: literal(1, Flag())  # noqa: E731
_COMMON = {"service_id": _same("service_id"), "theme_id": _same("theme_id"), "source_id": _same("source_id")}

CONTENT = Rollup(
    table=tables.rollup_content,
    facts=tables.content,
    starts=("detected_at",),
    at=lambda row: seconds(row.detected_at),
    where=lambda row: row.detected_at.is_not(None),
    dimensions={**_COMMON, "technique_id": _same("technique_id"), "province_code": _PROVINCE},
    measures={
        "n_found": _ALWAYS,
        "n_verified": lambda row: one_if(row.verified_at.is_not(None)),
        "n_clarified": lambda row: one_if(row.clarified_at.is_not(None)),
        "n_requested": lambda row: one_if(row.requested_at.is_not(None)),
        "n_removed": _content(REMOVED),
        "n_restricted": _content(RESTRICTED),
        "n_labelled": _content(LABELLED),
        "n_rejected": _content(REJECTED),
        "n_withdrawn": _content(WITHDRAWN, DELETED_BY_UPLOADER),
        "n_open": _content(OPEN),
        "n_day_precision": lambda row: one_if(row.time_precision == "day"),
    },
    cubes=(
        Cube(1, HOUR, ("service_id",)),
        Cube(2, HOUR, ("service_id", "theme_id")),
        Cube(3, HOUR, ("service_id", "source_id")),
        Cube(4, HOUR, ("service_id", "technique_id")),
        Cube(5, HOUR, ("province_code",)),
        Cube(6, DAY, ("service_id",)),
        Cube(7, DAY, ("service_id", "theme_id")),
        Cube(8, DAY, ("service_id", "source_id")),
        Cube(9, DAY, ("service_id", "technique_id")),
        Cube(10, DAY, ("service_id", "province_code")),
        Cube(11, DAY, ("province_code",)),
        Cube(12, HOUR, ()),
        Cube(13, HOUR, ("theme_id",)),
        Cube(14, HOUR, ("source_id",)),
        Cube(15, HOUR, ("technique_id",)),
        Cube(16, DAY, ()),
        Cube(17, DAY, ("theme_id",)),
        Cube(18, DAY, ("source_id",)),
        Cube(19, DAY, ("technique_id",)),
    ),
)


def request_rollup(clock: Clock) -> Rollup:
    """Return the sums of requests on a clock; only the default clock has cubes, the others are read from facts."""
    return Rollup(
        table=tables.rollup_request,
        facts=tables.takedown_request,
        starts=clock.starts,
        at=lambda row: started(row, clock),
        where=lambda row: started(row, clock).is_not(None),
        dimensions={**_COMMON, "province_code": _PROVINCE},
        measures=_request_measures(clock),
        cubes=REQUEST_CUBES if clock == DEFAULT else (),
    )


def _request_measures(clock: Clock) -> Mapping[str, Expression]:
    def within(row: Row) -> ColumnElement[int]:
        removed = and_(measurable(row, clock), row.outcome_id == REMOVED)
        return one_if(and_(removed, latency(row, clock) <= WITHIN_SECONDS))

    return {
        "n_requests": _ALWAYS,
        "n_unmeasurable": lambda row: one_if(~measurable(row, clock)),
        "n_open": lambda row: one_if(and_(measurable(row, clock), is_running(row, clock))),
        "n_removed": _ended(clock, REMOVED),
        "n_within_60": within,
        "n_restricted": _ended(clock, RESTRICTED),
        "n_labelled": _ended(clock, LABELLED),
        "n_rejected": _ended(clock, REJECTED),
        "n_withdrawn": _ended(clock, WITHDRAWN, DELETED_BY_UPLOADER),
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


def latency_rollup(clock: Clock) -> Rollup:
    """Return the histogram of ended requests on a clock, ten buckets a row; only the default clock has cubes."""
    kept = ("service_id", "outcome_id", "latency_tens")
    found = worked_out("latency_bucket", lambda row: bucket_of(latency(row, clock)))
    return Rollup(
        table=tables.rollup_latency,
        facts=tables.takedown_request,
        starts=clock.starts,
        at=lambda row: started(row, clock),
        where=lambda row: and_(started(row, clock).is_not(None), ~is_running(row, clock), measurable(row, clock)),
        dimensions={
            "service_id": _same("service_id"),
            "outcome_id": _same("outcome_id"),
            "latency_tens": lambda row: found(row) // IN_A_ROW,
        },
        measures={f"n_{place}": _is_at(found, place) for place in range(IN_A_ROW)},
        cubes=tuple(Cube(n, grain, kept) for n, grain in LATENCY_GRAINS.items()) if clock == DEFAULT else (),
        shared={"latency_bucket": found},
    )


def _is_at(found: Expression, place: int) -> Expression:
    return lambda row: one_if(found(row) % IN_A_ROW == place)


LATENCY_GRAINS = {1: DAY, 2: WEEK, 3: BLOCK, 4: HOUR}
LATENCY = latency_rollup(DEFAULT)


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
    dimensions={"service_id": _same("service_id")},
    measures={"n_removed": _ALWAYS, "n_back_7": _back_within(7), "n_back_30": _back_within(30)},
    cubes=(Cube(1, HOUR, ("service_id",)), Cube(2, DAY, ("service_id",)), Cube(3, BLOCK, ("service_id",))),
)

ISSUE = Rollup(
    table=tables.rollup_issue,
    facts=tables.issue,
    starts=("first_seen_at",),
    at=lambda row: seconds(row.first_seen_at),
    where=lambda row: row.first_seen_at.is_not(None),
    dimensions={"theme_id": _same("theme_id")},
    measures={
        "n_issues": _ALWAYS,
        "n_clarified": lambda row: one_if(row.clarified_at.is_not(None)),
        "n_closed": lambda row: one_if(row.status == "closed"),
    },
    cubes=(
        Cube(1, HOUR, ("theme_id",)),
        Cube(2, DAY, ("theme_id",)),
        Cube(3, HOUR, ()),
        Cube(4, DAY, ()),
        Cube(5, BLOCK, ()),
    ),
)

ISSUE_CONTENT = Rollup(
    table=tables.rollup_issue_content,
    facts=tables.content,
    starts=("detected_at",),
    at=lambda row: seconds(row.detected_at),
    where=lambda row: and_(row.detected_at.is_not(None), row.issue_id.is_not(None)),
    dimensions={"issue_id": _same("issue_id")},
    measures={"n_found": _ALWAYS, "n_views": lambda row: func.coalesce(row.views, 0)},
    cubes=(Cube(1, DAY, ("issue_id",)),),
)

ROLLUPS = (CONTENT, REQUEST, LATENCY, REMOVAL, ISSUE, ISSUE_CONTENT)


@cache
def on_clock(name: str, clock: str) -> Rollup:
    """Return the roll-up of a table as it is summed on a clock; those that know no clock are always the same."""
    made = {REQUEST.table.name: request_rollup, LATENCY.table.name: latency_rollup}.get(name)
    return made(CLOCKS[clock]) if made else {rollup.table.name: rollup for rollup in ROLLUPS}[name]
