"""What each roll-up holds: grains, cubes, measures. Triggers, rebuild, recount and queries all read this one table.

A *cube* keeps the sums for one grain of time and one set of dimensions. A question is answered by the smallest cube
that holds every dimension it filters or groups by (`cube_for`); where none does, from the facts.
Expressions take a `row`: any namespace of the fact's columns (the table, an alias, NEW or OLD in a trigger).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, SmallInteger, Table, and_, case, func, literal, or_, type_coerce
from sqlalchemy.sql import ColumnCollection

from data import tables
from data.rollups.latency import bucket_of

Row = ColumnCollection[str, Any]
Expression = Callable[[Row], ColumnElement[Any]]

WIB_SECONDS = 25_200
MONDAY_SECONDS = WIB_SECONDS + 3 * 86_400


@dataclass(frozen=True)
class Grain:
    """A width of time buckets: bucket = (utc seconds + offset) // width; bucket b starts at b * width - offset."""

    name: str
    width: int
    offset: int


HOUR = Grain("hour", 3_600, 0)
DAY = Grain("day", 86_400, WIB_SECONDS)
WEEK = Grain("week", 7 * 86_400, MONDAY_SECONDS)
BLOCK = Grain("block", 28 * 86_400, MONDAY_SECONDS)
GRAINS = {grain.name: grain for grain in (HOUR, DAY, WEEK, BLOCK)}


@dataclass(frozen=True)
class Cube:
    """One grain and the dimensions kept in it; `id` is stored in the roll-up and never reused."""

    id: int
    grain: Grain
    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class Rollup:
    """One roll-up table, the facts it sums, when a fact counts, by what, and what is summed.

    `at` gives the UTC seconds a fact counts at; rows for which it is NULL or `where` is false count nowhere.
    """

    table: Table
    facts: Table
    at: Expression
    where: Expression
    dimensions: Mapping[str, Expression]
    measures: Mapping[str, Expression]
    cubes: tuple[Cube, ...]


def seconds(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a time column as its stored whole seconds."""
    return type_coerce(column, BigInteger)


class Flag(SmallInteger):
    """The type of a measure that is 1 or 0 for each fact; counting may pack such measures into bits."""


def one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return 1 where the condition holds, else 0 (also where it is unknown)."""
    return type_coerce(case((condition, 1), else_=0), Flag())


OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, DELETED_BY_UPLOADER = range(7)
"""Ids of the `outcome` dimension, fixed: sums depend on them."""

WITHIN_SECONDS = 3_600
"""The promise of the task force: not more than one hour."""


def started(row: Row) -> ColumnElement[int]:
    """Return the start of the default clock: received, else notified (domain: EU 2021/784 art. 3 and its like)."""
    return func.coalesce(seconds(row.received_at), seconds(row.notified_at))


def latency(row: Row) -> ColumnElement[int]:
    """Return action minus start minus clock stops, seconds; NULL while open."""
    elapsed: ColumnElement[int] = seconds(row.actioned_at) - started(row) - row.stopped_seconds
    return elapsed


def measurable(row: Row) -> ColumnElement[bool]:
    """Return whether the times of a request can give a latency: to the second, in order, ended ones with an end."""
    ended = and_(row.outcome_id != OPEN, row.actioned_at.is_not(None), latency(row) >= 0)
    return and_(row.time_precision == "second", or_(row.outcome_id == OPEN, ended))


def _ended(*outcomes: int) -> Expression:
    return lambda row: one_if(and_(measurable(row), row.outcome_id.in_(outcomes)))


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
    ),
)

REQUEST = Rollup(
    table=tables.rollup_request,
    facts=tables.takedown_request,
    at=started,
    where=lambda row: started(row).is_not(None),
    dimensions={**_COMMON, "province_code": _PROVINCE},
    measures={
        "n_requests": _ALWAYS,
        "n_unmeasurable": lambda row: one_if(~measurable(row)),
        "n_open": _ended(OPEN),
        "n_removed": _ended(REMOVED),
        "n_within_60": lambda row: one_if(
            and_(measurable(row), row.outcome_id == REMOVED, latency(row) <= WITHIN_SECONDS)
        ),
        "n_restricted": _ended(RESTRICTED),
        "n_labelled": _ended(LABELLED),
        "n_rejected": _ended(REJECTED),
        "n_withdrawn": _ended(WITHDRAWN, DELETED_BY_UPLOADER),
    },
    cubes=(
        Cube(1, HOUR, ("service_id",)),
        Cube(2, HOUR, ("service_id", "theme_id")),
        Cube(3, HOUR, ("service_id", "source_id")),
        Cube(4, HOUR, ("province_code",)),
        Cube(5, DAY, ("service_id",)),
        Cube(6, DAY, ("service_id", "theme_id")),
        Cube(7, DAY, ("service_id", "source_id")),
        Cube(8, DAY, ("service_id", "province_code")),
    ),
)

LATENCY = Rollup(
    table=tables.rollup_latency,
    facts=tables.takedown_request,
    at=started,
    where=lambda row: and_(started(row).is_not(None), row.outcome_id != OPEN, measurable(row)),
    dimensions={
        "service_id": _same("service_id"),
        "outcome_id": _same("outcome_id"),
        "latency_bucket": lambda row: bucket_of(latency(row)),
    },
    measures={"n_requests": _ALWAYS},
    cubes=(
        Cube(1, DAY, ("service_id", "outcome_id", "latency_bucket")),
        Cube(2, WEEK, ("service_id", "outcome_id", "latency_bucket")),
        Cube(3, BLOCK, ("service_id", "outcome_id", "latency_bucket")),
    ),
)

ISSUE = Rollup(
    table=tables.rollup_issue,
    facts=tables.issue,
    at=lambda row: seconds(row.first_seen_at),
    where=lambda row: row.first_seen_at.is_not(None),
    dimensions={"theme_id": _same("theme_id")},
    measures={
        "n_issues": _ALWAYS,
        "n_clarified": lambda row: one_if(row.clarified_at.is_not(None)),
        "n_closed": lambda row: one_if(row.status == "closed"),
    },
    cubes=(Cube(1, HOUR, ("theme_id",)), Cube(2, DAY, ("theme_id",))),
)

ISSUE_CONTENT = Rollup(
    table=tables.rollup_issue_content,
    facts=tables.content,
    at=lambda row: seconds(row.detected_at),
    where=lambda row: and_(row.detected_at.is_not(None), row.issue_id.is_not(None)),
    dimensions={"issue_id": _same("issue_id")},
    measures={"n_found": _ALWAYS, "n_views": lambda row: func.coalesce(row.views, 0)},
    cubes=(Cube(1, DAY, ("issue_id",)),),
)

ROLLUPS = (CONTENT, REQUEST, LATENCY, ISSUE, ISSUE_CONTENT)


def unused(dimension: str) -> int | str:
    """Return what a roll-up row holds in a dimension its cube does not keep."""
    return "*" if dimension == "province_code" else -1


def cube_for(rollup: Rollup, grain: Grain, needed: frozenset[str]) -> Cube | None:
    """Return the cube of that grain with the fewest dimensions among those that hold all needed ones, or None."""
    fitting = [c for c in rollup.cubes if c.grain == grain and needed <= set(c.dimensions)]
    return min(fitting, key=lambda c: len(c.dimensions), default=None)
