"""What changed since the shift began: shifts start at 06, 14 and 22 WIB."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, func, literal, select, union_all

from data.rollups.clocks import seconds
from data.rollups.declarations import CONTENT, ISSUE, REMOVAL, REQUEST
from data.tables import appeal, correction, issue, service
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.limits import CHANGES
from queries.narrowing import Narrowed, narrowed, values
from queries.reading import Columns, Statement, from_rows, read, rows
from queries.side_by_side import in_one_row
from queries.waiting import HOUR_LONG, Waiting
from queries.windows import HOUR, WIB, hour_end

SINCE_SHIFT: Columns = {"kind": "text", "n": "count", "since": "time", "until": "time"}
ITEMS: Columns = {"kind": "text", "at": "time", "title": "text", "detail": "text"}

SHIFTS = (6, 14, 22)
"""Hours WIB at which a shift starts."""

KINDS = ("found", "new_issues", "clarified", "removed", "newly_overdue", "corrections", "appeals_upheld")
"""Kinds of change counted, in the order shown."""


def shift_start(moment: datetime) -> datetime:
    """Return the start of the shift that runs at a moment, UTC."""
    local = moment.astimezone(WIB).replace(minute=0, second=0, microsecond=0)
    hours = max((hour for hour in SHIFTS if hour <= local.hour), default=SHIFTS[-1] - 24)
    return (local.replace(hour=0) + hours * HOUR).astimezone(moment.tzinfo)


def since_shift(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per kind of change since the shift began, in the order of `KINDS`, zeros included.

    found, new_issues, clarified, removed: what happened since then. newly_overdue: requests still open whose hour was
    up since then. corrections: values corrected. appeals_upheld: decided to be right. Corrections and appeals are those
    of all services, provinces, themes and sources.
    """
    numbered, start = ids(connection), shift_start(filters.as_of)
    window = replace(filters, since=start, until=hour_end(filters.as_of + timedelta(seconds=1)), window="custom")
    due = _due(window)
    summed = {"found": (CONTENT, window, "n_found"), "new_issues": (ISSUE, window, "n_issues"),
              "removed": (REMOVAL, window, "n_removed"),
              **({"newly_overdue": (REQUEST, due, "n_open")} if due else {})}  # fmt: skip
    sums = (Asked(rollup, asked, numbered, measures=(name,)).sums() for rollup, asked, name in summed.values())
    counted = dict(zip(summed, in_one_row(connection, *sums), strict=True))
    spared = len(Waiting(due, numbered).running(connection)) if due else 0
    counted["newly_overdue"] = max(counted.get("newly_overdue", 0) - spared, 0)
    counted |= _counted_from_facts(connection, window, numbered)
    lines = [{"kind": kind, "n": counted[kind], "since": start, "until": filters.as_of} for kind in KINDS]
    return from_rows(lines, SINCE_SHIFT)


def items(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per single change since the shift began, newest first, at most `CHANGES`.

    kind is new_issue or clarified (title: the claim), correction (title: table.column, detail: old → new) or
    appeal_upheld (title: code of the service). No person, no address.
    """
    every = union_all(*_single_changes()).subquery()
    statement = select(every).order_by(every.c.at.desc(), every.c.kind, every.c.title).limit(CHANGES)
    return read(connection, statement.params(_moments(filters)), ITEMS)


SINCE, UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))


def _moments(filters: Filters) -> dict[str, int]:
    moments = {"since": shift_start(filters.as_of), "until": filters.as_of}
    return {name: int(moment.timestamp()) for name, moment in moments.items()}


def _due(window: Filters) -> Filters | None:
    """Return the window of starts whose 60 minutes ended between the start of the shift and as_of; None without any."""
    since, until = window.since - HOUR_LONG, window.as_of - HOUR_LONG
    return replace(window, since=since, until=until) if since < until else None


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.between(SINCE, UNTIL)


def _upheld() -> Sequence[ColumnElement[bool]]:
    return (appeal.c.result == "upheld", _within(appeal.c.decided_at))


def _count(kind: str, *where: ColumnElement[bool]) -> Statement:
    return select(literal(kind).label("kind"), func.count().label("n")).where(*where)


def _counted_from_facts(connection: Connection, filters: Filters, numbered: Ids) -> dict[str, int]:
    bound = {**values(filters, numbered), **_moments(filters)}
    return {kind: int(n) for kind, n in rows(connection, _counts(narrowed(filters)), bound)}


@lru_cache(maxsize=100)
def _counts(shape: Narrowed) -> Statement:
    counts = union_all(
        _count("clarified", _within(issue.c.clarified_at), *shape.facts(issue.c)),
        _count("corrections", _within(correction.c.corrected_at)),
        _count("appeals_upheld", *_upheld()),
    ).subquery()
    return select(counts.c.kind, counts.c.n).order_by(counts.c.kind)


def _single_changes() -> list[Statement]:
    def change(kind: str, at: Any, title: Any, detail: Any, *where: ColumnElement[bool]) -> Statement:
        named = (literal(kind).label("kind"), seconds(at).label("at"), title.label("title"), detail.label("detail"))
        return select(*named).where(*where)

    claim, ralat, nothing = issue.c, correction.c, literal("")
    place = ralat.table_name + "." + ralat.column_name
    old, new = (func.coalesce(value, "–") for value in (ralat.old_value, ralat.new_value))
    code = select(service.c.code).where(service.c.id == appeal.c.service_id).scalar_subquery()
    return [
        change("new_issue", claim.first_seen_at, claim.title, nothing, _within(claim.first_seen_at)),
        change("clarified", claim.clarified_at, claim.title, nothing, _within(claim.clarified_at)),
        change("correction", ralat.corrected_at, place, old + " → " + new, _within(ralat.corrected_at)),
        change("appeal_upheld", appeal.c.decided_at, func.coalesce(code, ""), nothing, *_upheld()),
    ]
