"""What each roll-up holds: grains, cubes, measures. Triggers, rebuild, recount and queries all read this one table.

A *cube* keeps the sums for one grain of time and one set of dimensions. A question is answered by the smallest cube
that holds every dimension it filters or groups by (`cube_for`); where none does, from the facts.
Expressions take a `row`: any namespace of the fact's columns (the table, an alias, NEW or OLD in a trigger).
"""

from functools import cache

from sqlalchemy import and_, func

from data import tables
from data.rollups.clocks import (
    CLOCKS,
    DELETED_BY_UPLOADER,
    LABELLED,
    OPEN,
    REJECTED,
    REMOVED,
    RESTRICTED,
    WITHDRAWN,
    seconds,
)
from data.rollups.requests import CLASS, LATENCY, OPEN_REQUEST, REMOVAL, REQUEST, class_rollup, request_rollup
from data.rollups.shapes import ALWAYS, BLOCK, COMMON, DAY, HOUR, PROVINCE, Cube, Expression, Rollup, one_if, same

__all__ = [
    "CLASS", "CONTENT", "ISSUE", "ISSUE_CLOSED", "ISSUE_CONTENT", "LATENCY", "OPEN_REQUEST", "REMOVAL", "REQUEST",
    "ROLLUPS", "Cube", "on_clock",
]  # fmt: skip


def _content(*outcomes: int) -> Expression:
    return lambda row: one_if(row.outcome_id.in_(outcomes))


CONTENT = Rollup(
    table=tables.rollup_content,
    facts=tables.content,
    starts=("detected_at",),
    at=lambda row: seconds(row.detected_at),
    where=lambda row: row.detected_at.is_not(None),
    dimensions={**COMMON, "technique_id": same("technique_id"), "province_code": PROVINCE},
    measures={
        "n_found": ALWAYS,
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
        Cube(20, BLOCK, ("service_id",)),
        Cube(21, BLOCK, ("province_code",)),
        Cube(22, BLOCK, ("service_id", "province_code")),
        Cube(23, DAY, ("theme_id", "province_code")),
        Cube(24, BLOCK, ("theme_id", "province_code")),
        Cube(25, DAY, ("source_id", "province_code")),
        Cube(26, BLOCK, ("source_id", "province_code")),
        Cube(27, DAY, ("service_id", "theme_id", "province_code")),
        Cube(28, BLOCK, ("service_id", "theme_id", "province_code")),
    ),
)

ISSUE = Rollup(
    table=tables.rollup_issue,
    facts=tables.issue,
    starts=("first_seen_at",),
    at=lambda row: seconds(row.first_seen_at),
    where=lambda row: row.first_seen_at.is_not(None),
    dimensions={"theme_id": same("theme_id")},
    measures={
        "n_issues": ALWAYS,
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

ISSUE_CLOSED = Rollup(
    table=tables.rollup_issue_closed,
    facts=tables.issue,
    starts=("closed_at",),
    at=lambda row: seconds(row.closed_at),
    where=lambda row: and_(row.closed_at.is_not(None), row.status == "closed"),
    dimensions={"theme_id": same("theme_id")},
    measures={"n_closed": ALWAYS},
    cubes=(
        Cube(1, HOUR, ("theme_id",)),
        Cube(2, DAY, ("theme_id",)),
        Cube(3, BLOCK, ("theme_id",)),
    ),
)

ISSUE_CONTENT = Rollup(
    table=tables.rollup_issue_content,
    facts=tables.content,
    starts=("detected_at",),
    at=lambda row: seconds(row.detected_at),
    where=lambda row: and_(row.detected_at.is_not(None), row.issue_id.is_not(None)),
    dimensions={"issue_id": same("issue_id")},
    measures={"n_found": ALWAYS, "n_views": lambda row: func.coalesce(row.views, 0)},
    cubes=(Cube(1, DAY, ("issue_id",)), Cube(2, BLOCK, ("issue_id",))),
)

ROLLUPS = (CONTENT, REQUEST, CLASS, LATENCY, OPEN_REQUEST, REMOVAL, ISSUE, ISSUE_CLOSED, ISSUE_CONTENT)


@cache
def on_clock(name: str, clock: str) -> Rollup:
    """Return the roll-up of a table as it is summed on a clock; those that know no clock are always the same."""
    clocked = {REQUEST.table.name: request_rollup, CLASS.table.name: class_rollup}
    made = clocked.get(name)
    return made(CLOCKS[clock]) if made else {rollup.table.name: rollup for rollup in ROLLUPS}[name]
