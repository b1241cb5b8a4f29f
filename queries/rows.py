"""The rows behind a number, newest first, a page at a time: a page starts after the last row of the one before.

The same filters give the rows that a count counted. A fixed link gives the rows recorded by its moment, as they are
now: what changed since is in the corrections.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Connection, Table, and_, bindparam, func, or_, select

from data.columns import UtcSeconds
from data.rollups.clocks import seconds
from data.rollups.declarations import CONTENT, ISSUE, REQUEST
from data.rollups.shapes import Rollup
from data.tables import content, issue, takedown_request
from queries.cubes import Piece, started_between
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.known import AS_OF
from queries.limits import ROWS_PAGE
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows

After = tuple[int, int, int]
"""Where the next page starts: (time in UTC seconds, id, number) of the last row shown."""

CONTENTS: Columns = {
    "at": "time", "content_id": "text", "service": "text", "province": "text", "theme": "text", "technique": "text",
    "source": "text", "outcome": "text", "title": "text", "url": "text", "views": "number", "verified_at": "time",
    "clarified_at": "time", "requested_at": "time", "ended_at": "time", "issue_id": "text", "time_precision": "text",
    "is_simulated": "flag",
}  # fmt: skip
REQUESTS: Columns = {
    "at": "time", "content_id": "text", "request_no": "count", "service": "text", "province": "text", "theme": "text",
    "source": "text", "outcome": "text", "urgency": "text", "notified_at": "time", "received_at": "time",
    "stopped_at": "time", "stopped_seconds": "count", "actioned_at": "time", "time_precision": "text",
    "is_simulated": "flag",
}  # fmt: skip
ISSUES: Columns = {
    "at": "time", "issue_id": "text", "title": "text", "theme": "text", "verdict": "text", "status": "text",
    "clarified_at": "time", "closed_at": "time", "is_simulated": "flag",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Kind:
    """A table of facts, the roll-up that counts it, its id and number, and the columns shown."""

    facts: Table
    rollup: Rollup
    key: str
    number: str
    columns: Columns


_KINDS: Mapping[str, _Kind] = {
    "contents": _Kind(content, CONTENT, "content_id", "content_id", CONTENTS),
    "requests": _Kind(takedown_request, REQUEST, "content_id", "request_no", REQUESTS),
    "issues": _Kind(issue, ISSUE, "issue_id", "issue_id", ISSUES),
}


def contents(connection: Connection, filters: Filters, after: After | None = None) -> pd.DataFrame:
    """One row per content item found in the window, newest first, at most `ROWS_PAGE`.

    `at` is when it was found. `attrs["after"]` is where the next page starts, None on the last one; here and below.
    """
    return _page(connection, filters, "contents", after)


def requests(connection: Connection, filters: Filters, after: After | None = None) -> pd.DataFrame:
    """One row per takedown request whose clock started in the window (`at`), newest first, at most `ROWS_PAGE`."""
    return _page(connection, filters, "requests", after)


def issues(connection: Connection, filters: Filters, after: After | None = None) -> pd.DataFrame:
    """One row per issue first seen in the window (`at`), newest first, at most `ROWS_PAGE`."""
    return _page(connection, filters, "issues", after)


CODED = ("service", "theme", "technique", "source", "outcome")


def _page(connection: Connection, filters: Filters, name: str, after: After | None) -> pd.DataFrame:
    numbered, kind = ids(connection), _KINDS[name]
    until = int(filters.until.timestamp())
    last = dict(zip(("last_at", "last_key", "last_number"), after or (until, -1, -1), strict=True))
    bound = {"since": int(filters.since.timestamp()), "until": until, "as_of": int(filters.as_of.timestamp())}
    statement = _statement(name, narrowed(filters), filters.pinned)
    answer = connection.execute(statement, {**values(filters, numbered), **bound, **last})
    rows = [dict[str, Any](row) for row in answer.mappings()]
    shown = [_named(row, kind, numbered) for row in rows[:ROWS_PAGE]]
    end = rows[ROWS_PAGE - 1] if len(rows) > ROWS_PAGE else None
    following = None if end is None else (end["at"], end[kind.key], end[kind.number])
    return from_rows(shown, kind.columns, {"after": following})


def _named(row: Mapping[str, Any], kind: _Kind, numbered: Ids) -> dict[str, Any]:
    codes = {name: numbered.code(name, row[f"{name}_id"]) for name in CODED if f"{name}_id" in row}
    place = {"province": numbered.code("province", row["province_code"])} if "province_code" in row else {}
    given = {name: row.get(name) for name in kind.columns}
    texts = {name: "" if given[name] is None else str(given[name]) for name, k in kind.columns.items() if k == "text"}
    return {**given, **texts, **codes, **place}


@lru_cache(maxsize=200)
def _statement(name: str, shape: Narrowed, is_pinned: bool) -> Statement:
    kind = _KINDS[name]
    row = kind.facts.c
    shown = [seconds(c).label(c.name) if isinstance(c.type, UtcSeconds) else c for c in row if c.name != "natural_key"]
    at = kind.rollup.at(row)
    edges = Piece(None, bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger))
    statement = select(at.label("at"), *shown).where(
        kind.rollup.where(row), started_between(kind.rollup, row, edges), *shape.facts(row), _later(kind, at)
    )
    if is_pinned:
        statement = statement.where(func.coalesce(row.recorded_at, 0) <= AS_OF)
    return statement.order_by(at.desc(), row[kind.key], row[kind.number]).limit(ROWS_PAGE + 1)


def _later(kind: _Kind, at: Any) -> Any:
    """Return the condition that a row comes after the last one shown: older, or of the same second and a later id."""
    row = kind.facts.c
    last_at, last_key, last_number = (bindparam(n, type_=BigInteger) for n in ("last_at", "last_key", "last_number"))
    same_key = and_(row[kind.key] == last_key, row[kind.number] > last_number)
    return or_(at < last_at, and_(at == last_at, or_(row[kind.key] > last_key, same_key)))
