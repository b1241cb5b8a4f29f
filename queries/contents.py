"""How much hoax content was found, of what kind, and what became of it."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
from sqlalchemy import Connection

from data.rollups.declarations import CONTENT
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.reading import Columns, from_rows
from queries.series import buckets_of, numbers_of
from queries.shares import relative_change
from queries.side_by_side import in_one_row

PARTS = ("n_removed", "n_restricted", "n_labelled", "n_rejected", "n_withdrawn", "n_open")
"""found = the sum of these; what they do not add up to is `difference`."""

COUNTS: Columns = dict.fromkeys(
    ("n_found", "n_verified", "n_clarified", "n_requested", *PARTS, "n_day_precision"), "count"
)
TOTALS: Columns = {**COUNTS, "difference": "count", "is_balanced": "flag"}
FUNNEL: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "is_closed_messaging": "flag", **TOTALS,
}  # fmt: skip
BY: Columns = {"code": "text", **TOTALS, "found_share": "share"}
OVER_TIME: Columns = {"started_at": "time", "series": "text", "n_found": "count", "is_filling": "flag"}
SAME_HOURS: Columns = {
    "n_found": "count", "n_found_before": "count", "change_share": "share", "weeks_back": "count",
    "since": "time", "until": "time", "since_before": "time", "until_before": "time",
}  # fmt: skip

AXES: Mapping[str, str] = MappingProxyType({
    "service": "service_id", "theme": "theme_id", "technique": "technique_id", "source": "source_id",
    "province": "province_code",
})  # fmt: skip
"""What content can be split by -> the dimension of the roll-up."""


def totals(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: content found in the window and what became of it."""
    rows, attrs = _sums(connection, filters)
    return from_rows([_balanced(rows[""])], TOTALS, attrs)


def funnel(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service in screen order (with content, or a signatory), then the total with service ''."""
    rows, attrs = _sums(connection, filters, "service")
    numbered = ids(connection)
    shown = [code for code in numbered.of["service"] if code in rows or _is_expected(code, filters, numbered)]
    everything = {code: rows.get(code, NOTHING) for code in [*shown, *sorted(rows.keys() - set(shown))]}
    everything[""] = {name: sum(row[name] for row in rows.values()) for name in COUNTS}
    lines = [_balanced(row) | numbered.about(code) for code, row in everything.items()]
    return from_rows(lines, FUNNEL, attrs)


def by(connection: Connection, filters: Filters, dimension: str) -> pd.DataFrame:
    """One row per service, theme, technique, source or province with content, most found first.

    `dimension` is a key of `AXES`; content without a region has the code `tanpa`.
    """
    rows, attrs = _sums(connection, filters, dimension)
    found = sum(row["n_found"] for row in rows.values())
    order = sorted(rows, key=lambda code: (-rows[code]["n_found"], code))
    lines = [_balanced(rows[code]) | {"code": code, "found_share": rows[code]["n_found"] / found} for code in order]
    return from_rows(lines, BY, attrs)


def over_time(connection: Connection, filters: Filters, by: str | None = None) -> pd.DataFrame:
    """One row per series and bucket that has begun, zeros included; one series '' without `by` (a key of `AXES`).

    Buckets are hours up to 31 days and WIB days beyond; series with nothing in the window are left out.
    """
    numbered, buckets = ids(connection), buckets_of(filters)
    axis = (AXES[by],) if by else ()
    asked = Asked(CONTENT, filters, numbered, by=axis, grain=buckets.grain, measures=("n_found",)).sums()
    rows = asked.rows(connection) if by == "province" else numbers_of(connection, asked, buckets, is_split=bool(by))
    keys, found = buckets.counts(rows, is_split=bool(by))
    order = sorted(range(len(keys)), key=lambda place: numbered.place(by, keys[place]))
    names = [numbered.code(by, keys[place]) for place in order]
    return buckets.frame(names, {"n_found": found[order]}, OVER_TIME, asked.attrs)


def same_hours_last_week(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: found from since to as_of, and in the same hours whole weeks earlier (1 week up to 7 days of window)."""
    numbered, both = ids(connection), (filters, filters.same_hours_earlier())
    sums = (Asked(CONTENT, one, numbered, measures=("n_found",)).sums() for one in both)
    n_now, n_before = in_one_row(connection, *sums)
    line = {"n_found": n_now, "n_found_before": n_before, "change_share": relative_change(n_now, n_before)}
    return from_rows([line | filters.compared()], SAME_HOURS)


NOTHING: Mapping[str, int] = MappingProxyType(dict.fromkeys(COUNTS, 0))


def _sums(
    connection: Connection, filters: Filters, by: str | None = None
) -> tuple[dict[str, Mapping[str, int]], dict[str, object]]:
    """Return the counts of the window by code of `by` (or under ''), codes with content only, and how it was read."""
    numbered = ids(connection)
    asked = Asked(CONTENT, filters, numbered, by=(AXES[by],) if by else (), measures=tuple(COUNTS)).sums()
    names = (*((AXES[by],) if by else ()), *COUNTS)
    rows = asked.rows(connection) if by == "province" else asked.numbers(connection).tolist()
    found = (dict(zip(names, row, strict=True)) for row in rows)
    kept = {numbered.code(by, row[AXES[by]]) if by else "": row for row in found}
    return {code: row for code, row in kept.items() if row["n_found"] or not by}, asked.attrs


def _balanced(row: Mapping[str, int]) -> dict[str, object]:
    difference = row["n_found"] - sum(row[part] for part in PARTS)
    return {**row, "difference": difference, "is_balanced": difference == 0}


def _is_expected(code: str, filters: Filters, numbered: Ids) -> bool:
    return code in filters.services if filters.services else code in numbered.signatories
