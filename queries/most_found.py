"""The issues with most content in a window, without adding up every issue.

A month holds a hundred thousand issues. First the ones that stand first in the index of single days or four weeks are
counted: the last of so many gives a lower bound. Of an issue that reaches it at least one day or four weeks has its
part of it, so the index gives all that can. They are counted from the largest on, until none that is left can reach
what has been counted. The answer is that of a full count.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Integer, SmallInteger, bindparam, func, select, union_all

from data.many_keys import bound, each_key
from data.rollups.declarations import ISSUE_CONTENT
from data.rollups.shapes import BLOCK, DAY, Grain
from data.tables import content, rollup_issue_content
from queries.cubes import Piece, pieces, started_between
from queries.filters import Filters
from queries.narrowing import narrowed
from queries.reading import Statement, total, whole_numbers

SINGLE_DAYS = 15
"""Days of a window up to which the first of each day are counted, beyond it those of each four weeks."""

WHOLE_DAYS = 3
"""Days of a window up to which days say best what an issue can reach, beyond it four weeks do."""

COUNTED_FIRST, MORE = 64, 4
"""Issues that are counted at once, and how many times as many after them."""

CUBES = {cube.grain: cube.id for cube in ISSUE_CONTENT.cubes}


class Found(NamedTuple):
    """An issue and its content in the window."""

    issue_id: int
    n_found: int


def is_summed(filters: Filters) -> bool:
    """Return whether a question is about all content as it is now: other ones are counted from the facts."""
    return not filters.pinned and not narrowed(filters).dimensions


def most_found(connection: Connection, window: Filters, most: int, least: int = 1) -> list[Found]:
    """Return the issues with at least `least` content in a window, so many of them, most content first."""
    span = _Span(connection, window)
    counted = span.counts(span.first(most)) if len(span.buckets(DAY)) > 1 else {}
    lowest = _lowest(counted, most, least)
    issues, can_reach = span.reaching(lowest)
    batch = COUNTED_FIRST
    while len(issues):
        counted |= span.counts(set(issues[:batch].tolist()) - counted.keys())
        lowest = _lowest(counted, most, least)
        issues, can_reach = issues[batch:], can_reach[batch:]
        issues, can_reach = issues[can_reach >= lowest], can_reach[can_reach >= lowest]
        batch *= MORE
    reached = sorted((-n, issue) for issue, n in counted.items() if n >= least)[:most]
    return [Found(issue, -n) for n, issue in reached]


def _lowest(counted: Mapping[int, int], most: int, least: int) -> int:
    """Return what an issue must have at least to be among so many."""
    return max(least, sorted([0] * most + list(counted.values()))[-most])


def views_of(connection: Connection, window: Filters, issues: Collection[int]) -> Mapping[int, int]:
    """Return the views of the content of each of these issues in a window."""
    return _Span(connection, window).sums("n_views", issues)


@dataclass(frozen=True)
class _Span:
    """A window as days that are summed and stretches of the days at its edges."""

    connection: Connection
    window: Filters

    @property
    def start(self) -> int:
        return int(self.window.since.timestamp())

    @property
    def end(self) -> int:
        return int(self.window.until.timestamp())

    def buckets(self, grain: Grain) -> list[int]:
        """Return the buckets that the window touches."""
        return list(range((self.start + grain.offset) // grain.width, (self.end - 1 + grain.offset) // grain.width + 1))

    def first(self, most: int) -> set[int]:
        """Return the issues with most content of each day or four weeks."""
        grain = DAY if len(self.buckets(DAY)) <= SINGLE_DAYS else BLOCK
        buckets = self.buckets(grain)
        bucket = {f"bucket{number}": bucket for number, bucket in enumerate(buckets)}
        values = {"cube": CUBES[grain], "most": most, **bucket}
        return set(whole_numbers(self.connection, _first(len(buckets)), values)[:, 0].tolist())

    def reaching(self, lowest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the issues that can have so much content in the window, and how much they can have, most first.

        Of such an issue one day or four weeks at least has its part of it; of those the sum of all is taken.
        """
        grain = DAY if len(self.buckets(DAY)) <= WHOLE_DAYS else BLOCK
        buckets = self.buckets(grain)
        each = -(-lowest // len(buckets))
        statement = _large(is_one=len(buckets) == 1)
        found = whole_numbers(self.connection, statement, {"cube": CUBES[grain], "buckets": buckets, "each": each})
        found = np.unique(found[found[:, 1] >= lowest], axis=0)
        order = np.argsort(-found[:, 1], kind="stable")
        return found[order, 0], found[order, 1]

    def counts(self, issues: Collection[int]) -> dict[int, int]:
        """Return the content of each of these issues in the window."""
        return self.sums("n_found", issues)

    def sums(self, measure: str, issues: Collection[int]) -> dict[int, int]:
        """Return a measure of each of these issues in the window."""
        if not issues:
            return {}
        parts = pieces(self.start, self.end, (DAY,))
        name = self.connection.dialect.name
        edges = {f"{side}{n}": b for n, part in enumerate(parts) for side, b in zip(SIDES, part.bounds, strict=True)}
        statement = _sums(measure, tuple(part.grain is not None for part in parts), name)
        return dict(whole_numbers(self.connection, statement, {**edges, **bound(issues, name)}).tolist())


SIDES = ("start", "end")


@lru_cache(maxsize=100)
def _first(n_buckets: int) -> Statement:
    sums = rollup_issue_content.c
    here = [
        select(sums.issue_id)
        .where(sums.cube == bindparam("cube"), sums.bucket == bindparam(f"bucket{number}"))
        .order_by(sums.n_found.desc(), sums.issue_id.desc())
        .limit(bindparam("most"))
        .subquery()
        for number in range(n_buckets)
    ]
    issues = union_all(*(select(each.c.issue_id) for each in here)).subquery()
    return select(issues.c.issue_id).order_by(issues.c.issue_id)


@lru_cache(maxsize=2)
def _large(*, is_one: bool) -> Statement:
    """Return issue and content of all buckets, of issues that have their part of it in one.

    The second is asked of a sum of a column: by the index of the first, all issues of a bucket would be looked through.
    """
    sums, one = rollup_issue_content.c, rollup_issue_content.alias().c
    buckets, cube = bindparam("buckets", type_=Integer, expanding=True), bindparam("cube", type_=SmallInteger)
    large = sums.n_found >= bindparam("each", type_=BigInteger)
    all_buckets = (one.cube == cube, one.issue_id == sums.issue_id, (one.bucket + 0).in_(buckets))
    n = sums.n_found if is_one else select(total(one.n_found)).where(*all_buckets).scalar_subquery()
    having_part = (sums.cube == cube, sums.bucket.in_(buckets), large)
    return select(sums.issue_id, n.label("n")).where(*having_part).execution_options(any_order=True)


@lru_cache(maxsize=100)
def _sums(measure: str, is_whole: tuple[bool, ...], dialect_name: str) -> Statement:
    """Return each key with the measure in all parts of the window, looked up one by one in its index."""
    issue = each_key(dialect_name)
    parts = [_days(measure, n, issue) if whole else _edge(measure, n, issue) for n, whole in enumerate(is_whole)]
    n = reduce(add, (func.coalesce(part.scalar_subquery(), 0) for part in parts))
    return select(issue, n.label("n")).order_by(issue)


def _days(measure: str, number: int, issue: Any) -> Statement:
    sums = rollup_issue_content.c
    within = sums.bucket.between(_side("start", number), _side("end", number))
    return select(total(sums[measure])).where(sums.cube == CUBES[DAY], sums.issue_id == issue, within)


def _edge(measure: str, number: int, issue: Any) -> Statement:
    row = content.c
    value = func.count() if measure == "n_found" else total(row.views)
    within = started_between(ISSUE_CONTENT, row, Piece(None, _side("start", number), _side("end", number)))
    return select(value).where(row.issue_id == issue, within)


def _side(side: str, number: int) -> Any:
    return bindparam(f"{side}{number}", type_=BigInteger)
