"""Requests by what the promise of the hour says of them, a row for each service."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from data.rollups.shapes import HOUR
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.once import once
from queries.running import running
from queries.side_by_side import in_turn
from queries.waiting import HOUR_LONG
from queries.windows import HOUR as ONE_HOUR
from queries.windows import hour_start

Row = Mapping[str, int]

BY_SERVICE = ("service_id",)
ELAPSED = ("n_requests", "n_unmeasurable", "n_withdrawn_60", "n_within_60")
COUNTED = (*ELAPSED, "n_open")
ONE_SECOND = timedelta(seconds=1)


def promise_counts(connection: Connection, filters: Filters, numbered: Ids) -> tuple[dict[str, Row], dict[str, object]]:
    """Return service code -> counts as `takedowns.WITHIN_PROMISE`, and how the older part of the window was read."""
    return once(connection, (_read_counts, filters), lambda: _read_counts(connection, filters, numbered))


def _read_counts(connection: Connection, filters: Filters, numbered: Ids) -> tuple[dict[str, Row], dict[str, object]]:
    stretches = _stretches(filters, numbered)
    sums = [Asked(REQUEST, one.filters, numbered, by=BY_SERVICE, measures=COUNTED).sums() for one in stretches]
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    for one, found in zip(stretches, in_turn(connection, *sums), strict=True):
        for side, sign in ((before, one.elapsed), (after, one.recent)):
            for key, *counts in found.tolist() if sign else ():
                counted = side.setdefault(numbered.code("service", key), Counter())
                counted.update({name: sign * n for name, n in zip(COUNTED, counts, strict=True)})
    held = running(connection, filters, numbered) if elapsed(filters) else ()
    spared = Counter(numbered.code("service", service) for service, _ in held)
    rows: dict[str, Row] = {}
    for code in before.keys() | after.keys():
        row = _promise(before.get(code, NONE), after.get(code, NONE), spared[code])
        rows[code] = row if code not in numbered.closed_messaging else _not_applicable(row)
    return rows, sums[0].attrs if elapsed(filters) else {}


class Stretch(NamedTuple):
    """A part of the window, and how often its sums count among what is over an hour old, and among what is younger."""

    filters: Filters
    elapsed: int
    recent: int


def _stretches(filters: Filters, numbered: Ids) -> list[Stretch]:
    """Return what adds up to the window; of the hour that is partly over, the shorter side is read, and its sums."""
    old, new = elapsed(filters), _recent(filters)
    whole = [Stretch(part, *signs) for part, signs in ((old, (1, 0)), (new, (0, 1))) if part]
    if not (old and new) or filters.pinned or HOUR not in Asked(REQUEST, filters, numbered, by=BY_SERVICE).held():
        return whole
    first, edge = hour_start(old.until), old.until
    last = first + ONE_HOUR
    if first < filters.since or last > filters.until or first == edge:
        return whole
    is_early = edge - first <= 2 * (last - edge)  # the younger a row, the more PostgreSQL looks up to know it is there
    since, until = (first, edge) if is_early else (edge, last)
    side = replace(filters, since=since, until=until)
    stretches = [Stretch(replace(filters, until=first), 1, 0)] if first > filters.since else []
    stretches += [Stretch(replace(filters, since=first, until=last), int(not is_early), int(is_early))]
    stretches += [Stretch(side, 1, -1) if is_early else Stretch(side, -1, 1)]
    return stretches + ([Stretch(replace(filters, since=last), 0, 1)] if last < filters.until else [])


NONE: Counter[str] = Counter()


def _promise(old: Row, new: Row, n_running: int) -> Row:
    return Counter(
        {
            "n_requests": old["n_requests"] + new["n_requests"],
            "n_unmeasurable": old["n_unmeasurable"] + new["n_unmeasurable"],
            "n_withdrawn": old["n_withdrawn_60"],
            "n_due": old["n_requests"] - old["n_unmeasurable"] - old["n_withdrawn_60"] - n_running,
            "n_within_60": old["n_within_60"],
            "n_not_yet_due": new["n_open"] + n_running,
            "n_ended_early": new["n_requests"] - new["n_unmeasurable"] - new["n_open"],
        }
    )


def _not_applicable(row: Row) -> Row:
    return Counter({"n_requests": row["n_requests"], "n_not_applicable": row["n_requests"]})


def elapsed(filters: Filters) -> Filters | None:
    """Return the part of the window whose 60 minutes have passed at as_of; None when that is nothing."""
    until = min(filters.until, filters.as_of - HOUR_LONG + ONE_SECOND)
    return replace(filters, until=until) if until > filters.since else None


def _recent(filters: Filters) -> Filters | None:
    since = max(filters.since, filters.as_of - HOUR_LONG + ONE_SECOND)
    return replace(filters, since=since) if filters.until > since else None
