"""What is read about issues one by one: open ones, their times, and the content they spread by.

Issues are as they are or (for a fixed link, those of the last `PINNED_WINDOW`) as they were known then.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, bindparam, func, select, text

from data.rollups.clocks import seconds
from data.rollups.declarations import ISSUE, ISSUE_CONTENT
from data.tables import content, issue
from queries.cubes import Piece, started_between
from queries.dimensions import Ids
from queries.filters import Filters
from queries.first_days import FAR
from queries.known import as_known, known_where
from queries.limits import CLARIFICATION_ISSUES, PINNED_WINDOW
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import SqlRow, Statement, rows, whole_numbers

SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))
ISSUES = bindparam("issues", type_=BigInteger, expanding=True)


def facts(
    connection: Connection, filters: Filters, numbered: Ids, kind: str, issues: Sequence[int] = ()
) -> Sequence[SqlRow]:
    """Return the rows of one of the statements below for the filters (and, where it takes them, some issues).

    `active`: one row, a count. `spread`: (issue_id, service_id, province_code, n, first, last). `named`:
    issue_id with what issues are. Times in UTC seconds.
    """
    bound = _bound(filters, numbered) | {"issues": list(issues)}
    return rows(connection, _statement(kind, narrowed(filters), filters.pinned), bound)


def times(connection: Connection, filters: Filters, numbered: Ids) -> NDArray[np.int64]:
    """Return first_seen_at and clarified_at (`FAR` where it is not known) of the newest issues, shape (issues, 2)."""
    statement = _statement("times", narrowed(filters), filters.pinned)
    return whole_numbers(connection, statement, _bound(filters, numbered))


def _bound(filters: Filters, numbered: Ids) -> dict[str, Any]:
    moments = {"since": filters.since, "until": filters.until, "as_of": filters.as_of,
               "long_ago": filters.until - PINNED_WINDOW}  # fmt: skip
    return {**values(filters, numbered), **{name: int(moment.timestamp()) for name, moment in moments.items()}}


class _Rows:
    """The columns of issues and content, and the conditions that they pass the filters."""

    def __init__(self, shape: Narrowed, is_pinned: bool) -> None:
        self.shape, self.is_pinned = shape, is_pinned

    @cached_property
    def issue(self) -> Any:
        long_ago = Piece(None, bindparam("long_ago", type_=BigInteger), FAR)
        return as_known(issue, long_ago, ISSUE.starts) if self.is_pinned else issue.c

    @cached_property
    def content(self) -> Any:
        return as_known(content, Piece(None, SINCE, UNTIL), ISSUE_CONTENT.starts) if self.is_pinned else content.c

    def issues(self, *columns: Any, where: Sequence[Any]) -> Statement:
        passing = self.shape.facts(self.issue)
        return select(*columns).select_from(self.issue.issue_id.table).where(*where, *passing)


def _active(asked: _Rows) -> Statement:
    is_open = asked.issue.status != "closed" if asked.is_pinned else text("status <> 'closed'")
    return asked.issues(func.count(), where=[is_open])


def _times(asked: _Rows) -> Statement:
    row = asked.issue
    window = started_between(ISSUE, row, Piece(None, SINCE, UNTIL))
    clarified = func.coalesce(seconds(row.clarified_at), FAR).label("clarified")
    chosen = asked.issues(seconds(row.first_seen_at).label("seen"), clarified, where=[window])
    return chosen.order_by(row.first_seen_at.desc(), row.issue_id).limit(CLARIFICATION_ISSUES)


def _spread(asked: _Rows) -> Statement:
    row = asked.content
    # The time is asked of a sum: the index that holds services and provinces has them in the order they are counted in.
    found = seconds(row.detected_at)
    keys = (row.issue_id, row.service_id, row.province_code)
    sums = (func.count().label("n"), func.min(found).label("first"), func.max(found).label("last"))
    window = (found + 0 >= SINCE, found + 0 < UNTIL)
    chosen = select(*keys, *sums).where(row.issue_id.in_(ISSUES), *window, *asked.shape.facts(row))
    return chosen.group_by(*keys).execution_options(any_order=True)


def _named(asked: _Rows) -> Statement:
    row = known_where(issue, issue.c.issue_id.in_(ISSUES)) if asked.is_pinned else issue.c
    columns = (row.issue_id, row.title, row.theme_id, row.status, seconds(row.clarified_at).label("clarified_at"))
    return select(*columns).where(row.issue_id.in_(ISSUES)).order_by(row.issue_id)


_STATEMENTS = {"active": _active, "times": _times, "spread": _spread, "named": _named}


@lru_cache(maxsize=1_000)
def _statement(kind: str, shape: Narrowed, is_pinned: bool) -> Statement:
    return _STATEMENTS[kind](_Rows(shape, is_pinned))
