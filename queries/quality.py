"""What is odd about the rows: unknown codes, missing or impossible times, refused rows, corrections.

Odd rows are kept and counted; the figures that need what they lack leave them out.
"""

import pandas as pd
from sqlalchemy import BigInteger, Connection, bindparam, func, literal, select, union_all

from data.rollups.declarations import ISSUE_CONTENT, REQUEST
from data.tables import correction, quarantine
from queries import contents
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.reading import Columns, from_rows
from queries.shares import share
from queries.waiting import Waiting

COUNTS: Columns = {"check": "text", "n": "count", "n_of": "count", "share": "share"}

CHECKS = (
    "service_unknown", "theme_unknown", "source_unknown", "without_province", "without_issue", "found_day_only",
    "unbalanced", "request_unmeasurable", "request_without_clock", "quarantined", "corrected",
)  # fmt: skip
"""Checks in the order shown.

The first seven are of content found in the window. request_unmeasurable: clocks started in the window whose times are
negative, missing or of day precision. request_without_clock: open now, whenever sent, without a usable start.
quarantined and corrected: rows refused and values corrected in the window, of everything.
"""

UNKNOWN = {"service_unknown": "service", "theme_unknown": "theme", "source_unknown": "source"}


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per check in the order of `CHECKS`, zeros included; share is NaN without a whole."""
    numbered = ids(connection)
    found = contents.totals(connection, filters).iloc[0]
    requests = Asked(REQUEST, filters, numbered, measures=("n_requests", "n_unmeasurable")).sums().rows(connection)[0]
    n = {
        **{check: _coded(connection, filters, axis, "unknown") for check, axis in UNKNOWN.items()},
        "without_province": _coded(connection, filters, "province", "tanpa"),
        "without_issue": int(found.n_found) - _with_issue(connection, filters, numbered),
        "found_day_only": found.n_day_precision,
        "unbalanced": abs(found.difference),
        "request_unmeasurable": requests.n_unmeasurable,
        "request_without_clock": sum(row.n_undated for row in Waiting(filters, numbered).odd(connection)),
        **_ledgers(connection, filters),
    }
    n_of = dict.fromkeys(CHECKS[:7], found.n_found) | {"request_unmeasurable": requests.n_requests}
    lines = [{"check": check, "n": n[check], "n_of": n_of.get(check, 0)} for check in CHECKS]
    return from_rows([line | {"share": float(share(line["n"], line["n_of"]))} for line in lines], COUNTS)


def _coded(connection: Connection, filters: Filters, axis: str, code: str) -> int:
    rows = contents.by(connection, filters, axis)
    return int(rows.loc[rows["code"] == code, "n_found"].sum())


def _with_issue(connection: Connection, filters: Filters, numbered: Ids) -> int:
    return int(Asked(ISSUE_CONTENT, filters, numbered, measures=("n_found",)).sums().rows(connection)[0][0])


_SINCE, _UNTIL = (bindparam(name, type_=BigInteger) for name in ("since", "until"))
_COUNTED = union_all(
    *(
        select(literal(name).label("name"), func.count().label("n")).where(column >= _SINCE, column < _UNTIL)
        for name, column in (("quarantined", quarantine.c.recorded_at), ("corrected", correction.c.corrected_at))
    )
).subquery()
_LEDGERS = select(_COUNTED).order_by(_COUNTED.c.name)


def _ledgers(connection: Connection, filters: Filters) -> dict[str, int]:
    window = {"since": int(filters.since.timestamp()), "until": int(filters.until.timestamp())}
    return {row.name: int(row.n) for row in connection.execute(_LEDGERS, window)}
