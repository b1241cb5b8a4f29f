"""Requests by what the promise of the hour says of them, a row for each service."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.once import once
from queries.running import running
from queries.side_by_side import in_turn
from queries.waiting import HOUR_LONG

Row = Mapping[str, int]

BY_SERVICE = ("service_id",)
ELAPSED = ("n_requests", "n_unmeasurable", "n_withdrawn", "n_within_60")
RECENT = ("n_requests", "n_unmeasurable", "n_open")
ONE_SECOND = timedelta(seconds=1)


def promise_counts(connection: Connection, filters: Filters, numbered: Ids) -> tuple[dict[str, Row], dict[str, object]]:
    """Return service code -> counts as `takedowns.WITHIN_PROMISE`, and how the older part of the window was read."""
    return once(connection, (_read_counts, filters), lambda: _read_counts(connection, filters, numbered))


def _read_counts(connection: Connection, filters: Filters, numbered: Ids) -> tuple[dict[str, Row], dict[str, object]]:
    old, new = elapsed(filters), _recent(filters)
    halves = [(part, names) for part, names in ((old, ELAPSED), (new, RECENT)) if part]
    sums = [Asked(REQUEST, part, numbered, by=BY_SERVICE, measures=names).sums() for part, names in halves]
    found = zip(halves, in_turn(connection, *sums), strict=True)
    tallies = {names: _tallies(rows, numbered, names) for (_, names), rows in found}
    before, after = tallies.get(ELAPSED, {}), tallies.get(RECENT, {})
    held = running(connection, filters, numbered) if old else ()
    spared = Counter(numbered.code("service", service) for service, _ in held)
    counts: dict[str, Row] = {}
    for code in before.keys() | after.keys():
        row = _promise(before.get(code, NONE), after.get(code, NONE), spared[code])
        counts[code] = row if code not in numbered.closed_messaging else _not_applicable(row)
    return counts, sums[0].attrs if old else {}


NONE: Counter[str] = Counter()


def _promise(old: Row, new: Row, n_running: int) -> Row:
    return Counter(
        {
            "n_requests": old["n_requests"] + new["n_requests"],
            "n_unmeasurable": old["n_unmeasurable"] + new["n_unmeasurable"],
            "n_withdrawn": old["n_withdrawn"],
            "n_due": old["n_requests"] - old["n_unmeasurable"] - old["n_withdrawn"] - n_running,
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


def _tallies(rows: NDArray[np.int64], numbered: Ids, names: Sequence[str]) -> dict[str, Counter[str]]:
    """Return service code -> the sums by name."""
    named = ((key, dict(zip(names, found, strict=True))) for key, *found in rows.tolist())
    return {numbered.code("service", key): Counter(sums) for key, sums in named}
