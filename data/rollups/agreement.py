"""Whether requests, content and issues agree, looked at in arrays: a part of all ids at a time, in bounded memory.

Joined by the database, ten million requests would be looked up one by one, three times over.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, Table, case, cast, func, select

from data.rollups.clocks import OPEN, seconds
from data.rollups.fetching import NOTHING, Codes, blocks, question_of
from data.rollups.grouping import order_of
from data.rollups.shelves import Numbers, Shelves
from data.tables import content, issue, takedown_request

PARTS_BITS = 57
"""Ids are 63 bits, so that these are the lowest of 64 parts."""

CONTENT = (
    "content_id",
    "copies",
    "outcome_id",
    "ended_at",
    "requested_at",
    "clarified_at",
    "issue_id",
    "province_code",
)
REQUEST = ("content_id", "request_no", "copies", "outcome_id", "ended_at", "first_at", "province_code")
ID, COPIES, OUTCOME, ENDED, REQUESTED, CLARIFIED, ISSUE, PROVINCE = range(len(CONTENT))
R_ID, R_NO, R_COPIES, R_OUTCOME, R_ENDED, R_FIRST, R_PROVINCE = range(len(REQUEST))

Flags = NDArray[np.bool_]


@dataclass
class Found:
    """How many rows do not agree, by the name of the finding, and the smallest id among them."""

    rows: dict[str, int] = field(default_factory=dict)
    example: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, ids: Numbers) -> None:
        """Add the rows of these ids to a finding."""
        if ids.size:
            self.rows[name] = self.rows.get(name, 0) + ids.size
            self.example[name] = min(self.example.get(name, int(ids.min())), int(ids.min()))


def disagreements(connection: Connection) -> Found:
    """Return what does not agree among content, its requests and its issues, all read in the caller's snapshot."""
    codes, found = Codes(), Found()
    issues = np.concatenate([*_rows(connection, issue, codes), np.empty((0, 2), dtype=np.int64)])
    issues = issues[np.argsort(issues[:, 0])]
    contents, requests = (_shelved(connection, table, codes) for table in (content, takedown_request))
    with closing(contents), closing(requests):
        for part in sorted({*contents.numbers(), *requests.numbers()}):
            _compare(_sorted(contents.take(part), 1), _sorted(requests.take(part), 2), issues, found)
    return found


def _shelved(connection: Connection, table: Table, codes: Codes) -> Shelves:
    shelves = Shelves(len(CONTENT if table is content else REQUEST))
    for block in _rows(connection, table, codes):
        shelves.put(block[:, 0] >> PARTS_BITS, block)
    return shelves


def _rows(connection: Connection, table: Table, codes: Codes) -> Iterator[Numbers]:
    columns = _COLUMNS[table.name]()
    texts = int("province_code" in columns)
    asked = question_of(select(*(column.label(name) for name, column in columns.items())), connection.dialect)
    yield from blocks(connection, asked, texts, codes)


def _known(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(cast(column, BigInteger), NOTHING)


def _copies(row: Any) -> ColumnElement[int]:
    """Return service, theme and source as one number."""
    parts = [cast(row[name], BigInteger) for name in ("service_id", "theme_id", "source_id")]
    return parts[0] * (1 << 40) + parts[1] * (1 << 20) + parts[2]


def _province(row: Any) -> ColumnElement[str]:
    """Return the province, or a text that no code can be where there is none."""
    return func.coalesce(row.province_code, "\x01")


def _content() -> dict[str, ColumnElement[Any]]:
    row = content.c
    times = [_known(seconds(row[name])) for name in ("ended_at", "requested_at", "clarified_at")]
    about = [row.content_id, _copies(row), row.outcome_id, *times, _known(row.issue_id), _province(row)]
    return dict(zip(CONTENT, about, strict=True))


def _request() -> dict[str, ColumnElement[Any]]:
    row = takedown_request.c
    ended = case((row.outcome_id != OPEN, seconds(row.actioned_at)))
    about = [row.content_id, row.request_no, _copies(row), row.outcome_id, _known(ended),
             _known(requested_at(row)), _province(row)]  # fmt: skip
    return dict(zip(REQUEST, about, strict=True))


def _issue() -> dict[str, ColumnElement[Any]]:
    return {"issue_id": issue.c.issue_id, "clarified_at": _known(seconds(issue.c.clarified_at))}


_COLUMNS: dict[str, Callable[[], dict[str, ColumnElement[Any]]]] = {
    "content": _content, "takedown_request": _request, "issue": _issue,
}  # fmt: skip


def requested_at(request: Any) -> ColumnElement[Any]:
    """Return when a request was made at the latest: sent, else received, else acted upon."""
    return func.coalesce(seconds(request.notified_at), seconds(request.received_at), seconds(request.actioned_at))


def _sorted(rows: Numbers, keys: int) -> Numbers:
    return rows[order_of(rows[:, :keys])]


def _compare(contents: Numbers, requests: Numbers, issues: Numbers, found: Found) -> None:
    """Compare content sorted by id with its requests sorted by id and number, and with all issues sorted by id."""
    place, is_there = _places(contents[:, ID], requests[:, R_ID])
    found.note("request_without_content", requests[~is_there, R_ID])
    requests, place = requests[is_there], place[is_there]
    theirs = contents[place]
    differ = (requests[:, R_COPIES] != theirs[:, COPIES]) | (requests[:, R_PROVINCE] != theirs[:, PROVINCE])
    found.note("request_copies", requests[differ, R_ID])
    _compare_outcomes(contents, requests, place, found)
    _compare_clarified(contents, issues, found)


def _compare_outcomes(contents: Numbers, requests: Numbers, place: Numbers, found: Found) -> None:
    is_last = np.append(place[1:] != place[:-1], True)[: place.size]
    last, of = requests[is_last], contents[place[is_last]]
    differ = (last[:, R_OUTCOME] != of[:, OUTCOME]) | (last[:, R_ENDED] != of[:, ENDED])
    found.note("content_outcome", of[differ, ID])
    first = np.full(len(contents), -NOTHING)
    known = requests[:, R_FIRST] != NOTHING
    np.minimum.at(first, place[known], requests[known, R_FIRST])
    first[first == -NOTHING] = NOTHING
    found.note("content_requested", contents[first != contents[:, REQUESTED], ID])


def _compare_clarified(contents: Numbers, issues: Numbers, found: Found) -> None:
    place, is_there = _places(issues[:, 0], contents[:, ISSUE])
    has_issue = contents[:, ISSUE] != NOTHING
    found.note("content_without_issue", contents[has_issue & ~is_there, ISSUE])
    wanted = np.full(len(contents), NOTHING)
    wanted[is_there] = issues[place[is_there], 1]
    found.note("content_clarified", contents[wanted != contents[:, CLARIFIED], ID])


def _places(ids: Numbers, wanted: Numbers) -> tuple[Numbers, Flags]:
    """Return where each wanted id stands among sorted ids, and whether it is there at all."""
    place = np.searchsorted(ids, wanted)
    is_there = place < ids.size
    is_there[is_there] = ids[place[is_there]] == wanted[is_there]
    return place, is_there
