"""What rises: issues, themes and services whose last six hours exceed their usual ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, bindparam, select

from data.many_keys import among, bound
from data.rollups.declarations import CONTENT, ISSUE_CONTENT
from data.rollups.shapes import DAY, HOUR
from data.tables import rollup_issue_content
from queries.baselines import RISING as RULE
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.issue_facts import facts
from queries.limits import RISING_CANDIDATES, RISING_ROWS
from queries.most_found import is_summed, most_found
from queries.reading import Columns, Statement, from_rows, whole_numbers
from queries.side_by_side import Part, in_turn
from queries.sum_statements import recurring
from queries.windows import hour_end, hour_start

RISING: Columns = {
    "kind": "text", "code": "text", "title": "text", "n_last": "count", "usual": "real", "threshold": "real",
    "ratio": "real", "since": "time", "until": "time",
}  # fmt: skip

HOURS, DAYS = 6, 7
"""The running hour and the five before, against the same hours on each of the seven days before."""


@dataclass(frozen=True)
class Counted:
    """One thing that may rise: what it is, its count of the last hours, and its usual ones of the days before."""

    kind: str
    code: str
    n_last: int
    earlier: Sequence[float]


def rising(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per issue, theme or service that rises by the rule, largest ratio first, at most `RISING_ROWS`."""
    numbered = ids(connection)
    moment = min(filters.until, filters.as_of)
    last = replace(filters, since=hour_start(moment) - timedelta(hours=HOURS - 1), until=hour_end(moment + ONE_SECOND))
    counted = [
        *_by_hour(connection, last, numbered),
        *_issues(connection, last, numbered),
    ]
    lines = _risen(counted)[:RISING_ROWS]
    titles = _titles(connection, filters, numbered, [line["code"] for line in lines if line["kind"] == "issue"])
    stretch = {"since": last.since, "until": moment}
    return from_rows([line | stretch | {"title": titles.get(line["code"], "")} for line in lines], RISING)


ONE_SECOND = timedelta(seconds=1)


def _risen(counted: Sequence[Counted]) -> list[dict[str, Any]]:
    if not counted:
        return []
    last = np.array([one.n_last for one in counted])
    usual, threshold, _ = RULE.usual(np.array([one.earlier for one in counted], dtype=np.float64).T)
    ratio = last / np.maximum(usual, 1)
    lines = [
        {"kind": one.kind, "code": one.code, "n_last": one.n_last, "usual": float(usual[place]),
         "threshold": float(threshold[place]), "ratio": float(ratio[place])}
        for place, one in enumerate(counted) if last[place] > threshold[place]
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line["ratio"], line["kind"], line["code"]))


def _by_hour(connection: Connection, last: Filters, numbered: Ids) -> list[Counted]:
    """Return each service and theme with content in the last hours, beside the same hours of the days before."""
    first = int(last.since.timestamp()) // HOUR.width
    longer = replace(last, since=last.since - timedelta(days=DAYS))
    wanted = {"first_wanted": first - 24 * DAYS, "period": 24, "n_wanted": HOURS}
    parts = []
    for dimension in ("service_id", "theme_id"):
        asked = Asked(CONTENT, longer, numbered, by=(dimension,), grain=HOUR, measures=("n_found",)).sums()
        parts.append(Part(recurring(asked.statement), {**asked.parameters, **wanted}))
    found = zip(("service", "theme"), in_turn(connection, *parts), strict=True)
    return [counted for kind, rows in found for counted in _by_day(rows, kind, first, numbered)]


def _by_day(rows: NDArray[np.int64], kind: str, first: int, numbered: Ids) -> list[Counted]:
    key, bucket, n = rows.T
    day = (first + HOURS - 1 - bucket) // 24
    keys, place = np.unique(key, return_inverse=True)
    counts = np.zeros((len(keys), DAYS + 1), dtype=np.int64)
    np.add.at(counts, (place, day), n)
    return [
        Counted(kind, numbered.code(kind, key), days[0], days[1:])
        for key, days in zip(keys.tolist(), counts.tolist(), strict=True)
        if key and days[0]
    ]


def _issues(connection: Connection, last: Filters, numbered: Ids) -> list[Counted]:
    """Return the issues with most content in the last hours, beside a quarter of each of their days before.

    The days before are those of the issue as a whole, whatever the filters: a narrowed issue must rise above them all.
    """
    found = _busiest(connection, last, numbered)
    if not found:
        return []
    today = (int(last.since.timestamp()) + DAY.offset) // DAY.width
    counts = np.zeros((len(found), DAYS))
    place = {issue: number for number, issue in enumerate(found)}
    values = {"start": today - DAYS, "end": today - 1, **bound(found, connection.dialect.name)}
    for issue, bucket, n in whole_numbers(connection, _daily(connection.dialect.name), values).tolist():
        counts[place[issue], bucket - today + DAYS] = n * HOURS / 24
    return [Counted("issue", str(i), n, days) for (i, n), days in zip(found.items(), counts.tolist(), strict=True)]


def _busiest(connection: Connection, last: Filters, numbered: Ids) -> Mapping[int, int]:
    if is_summed(last):
        return dict(most_found(connection, last, RISING_CANDIDATES, RULE.least))
    by = ("issue_id",)
    asked = Asked(ISSUE_CONTENT, last, numbered, by, measures=("n_found",), most=RISING_CANDIDATES)
    return {issue: n for issue, n in asked.sums().numbers(connection).tolist() if n >= RULE.least}


@lru_cache(maxsize=2)
def _daily(dialect_name: str) -> Statement:
    sums = rollup_issue_content.c
    days = sums.bucket.between(bindparam("start", type_=BigInteger), bindparam("end", type_=BigInteger))
    issues = among(sums.issue_id, dialect_name)
    kept = select(sums.issue_id, sums.bucket, sums.n_found).where(sums.cube == ISSUE_CONTENT.cubes[0].id, days, issues)
    return kept.order_by(sums.issue_id, sums.bucket)


def _titles(connection: Connection, filters: Filters, numbered: Ids, codes: Sequence[str]) -> Mapping[str, str]:
    rows = facts(connection, filters, numbered, "named", [int(code) for code in codes]) if codes else ()
    return {str(row.issue_id): row.title for row in rows}
