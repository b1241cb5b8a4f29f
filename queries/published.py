"""Official figures beside ours, balanced or not.

Figures are shown as published and nothing is mended: where their parts do not add up the row says so, and releases
known to contradict themselves are named. Ours are of the same window by now, where our data reaches back to its start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from data.rollups.clocks import seconds
from data.rollups.declarations import CONTENT, ISSUE
from data.tables import published_figure
from queries.cubes import Asked
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.first_days import first_found
from queries.reading import Columns, from_rows, rows
from queries.side_by_side import in_one_row, in_turn
from queries.windows import day_start

FIGURES: Columns = {
    "figure_set": "text", "service": "text", "is_total": "flag", "window_start": "time", "window_end": "time",
    "source": "text", "note": "text",
    "issues": "number", "found": "number", "removed": "number", "labelled": "number", "open": "number",
    "restricted": "number", "rejected": "number", "withdrawn": "number",
    "difference": "number", "services_difference": "number", "balance": "text",
    "slip": "text", "slip_id": "text", "slip_en": "text",
    "is_covered": "flag", "our_issues": "number", "our_found": "number", "our_removed": "number",
    "our_labelled": "number", "our_open": "number",
}  # fmt: skip

BALANCED, UNBALANCED, INCOMPLETE = "balanced", "unbalanced", "incomplete"
"""Parts add up; they do not; a part was not published, so nothing can be said."""

COLUMN_OF: Mapping[str, str] = MappingProxyType({
    "isu": "issues", "found": "found", "removed": "removed", "labelled": "labelled", "open": "open",
    "restricted": "restricted", "rejected": "rejected", "withdrawn": "withdrawn",
})  # fmt: skip
"""Published measure -> column."""

MEASURES = ("n_found", "n_removed", "n_labelled", "n_open")

PARTS = ("removed", "restricted", "labelled", "rejected", "withdrawn", "open")
"""What found is made of."""


@dataclass(frozen=True)
class Slip:
    """A release known to contradict itself: where it stands, the figures by which it is known, and what to say."""

    figure_set: str | None
    service: str
    figures: Mapping[str, frozenset[int]]
    code: str
    words_id: str
    words_en: str

    def is_of(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row is that release: a set of the same letter with other figures is another one."""
        is_there = self.figure_set in (None, row["figure_set"]) and self.service == row["service"]
        return is_there and all(row[name] in known for name, known in self.figures.items())


SLIPS = (
    Slip(
        "A", "facebook", {"found": frozenset({454, 455}), "removed": frozenset({332})}, "two_values",
        "Satu konferensi pers menyebut 454 dan 455; 332 + 123 = 455.",
        "One press conference says 454 and 455; 332 + 123 = 455.",
    ),
    Slip(
        "A", "tiktok", {"found": frozenset({25}), "removed": frozenset({14, 21})}, "misprint",
        "Tercetak 14 diturunkan dan 4 tersisa dari 25; 25 − 4 = 21.",
        "Printed as 14 removed and 4 left of 25; 25 − 4 = 21.",
    ),
    Slip(
        "B", "", {"issues": frozenset({96})}, "issues_as_content",
        "96 isu tercetak sebagai 96 konten; kontennya 355.",
        "96 issues were printed as 96 content items; the content is 355.",
    ),
    Slip(
        None, "", {"found": frozenset({2_179_223})}, "sum_of_parts",
        "Total 2.179.223, tetapi jumlah bagiannya 2.163.183.",
        "The total is 2,179,223 but its parts sum to 2,163,183.",
    ),
)  # fmt: skip
"""Releases known to contradict themselves; `posko load` names any other that does not add up."""

MIXED = Slip(
    None, "", {}, "issues_as_content",
    "Jumlah isu tercetak sebagai jumlah konten.", "The number of issues was printed as that of content items.",
)  # fmt: skip
"""Any other release that gives one number for both and does not add up."""

NO_SLIP = Slip(None, "", {}, "", "", "")


def figures(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per published set and service, the whole (service '') first, sets in order of their letters.

    difference: found less the published parts. services_difference: found of the whole less that
    of its services, or of the categories it was printed by.
    balance: `balanced`, `unbalanced` or `incomplete`. Narrowed by service only.
    """
    numbered = ids(connection)
    told = _published(connection, filters, numbered)
    first = first_found(connection)
    wholes = {set_: row for (set_, service), row in told.items() if not service and _is_covered(row, first)}
    windows = {set_: _window(row, filters) for set_, row in wholes.items()}
    issues = [Asked(ISSUE, window, numbered, measures=("n_issues",)).sums() for window in windows.values()]
    n_issues = in_one_row(connection, *issues) if issues else []
    by = ("service_id",)
    sums = [Asked(CONTENT, window, numbered, by=by, measures=MEASURES).sums() for window in windows.values()]
    found = in_turn(connection, *sums) if sums else []
    ours = {set_: _ours(part, numbered, n) for set_, part, n in zip(windows, found, n_issues, strict=True)}
    lines = [
        _line(row, _services(told, set_) if not service else ()) | _own(ours.get(set_), service)
        for (set_, service), row in told.items()
    ]
    return from_rows(lines, FIGURES)


Row = Mapping[str, Any]


def _published(connection: Connection, filters: Filters, numbered: Ids) -> dict[tuple[str, str], dict[str, Any]]:
    """Return (set, service) -> what was published of it, in the order shown."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for figure_set, service, measure, value, note, *about in rows(connection, _FIGURES, {}):
        if service and filters.services and service not in filters.services:
            continue
        line = told.setdefault((figure_set, service), {**_NOTHING, "figure_set": figure_set, "service": service})
        line["window_start"], line["window_end"], line["source"] = about
        line["note"] = "; ".join(filter(None, (line["note"], note)))
        line[COLUMN_OF[measure]] = value
    order = {code: place for place, code in enumerate(("", *numbered.of["service"]))}
    return dict(sorted(told.items(), key=lambda item: (item[0][0], order.get(item[0][1], len(order)), item[0][1])))


_FIGURE = published_figure.c
_FIGURES = select(
    _FIGURE.figure_set, _FIGURE.service_code, _FIGURE.measure, _FIGURE.value, _FIGURE.note,
    seconds(_FIGURE.window_start).label("window_start"), seconds(_FIGURE.window_end).label("window_end"),
    _FIGURE.source,
).order_by(_FIGURE.figure_set, _FIGURE.service_code, _FIGURE.measure)  # fmt: skip
_NOTHING: Row = {**dict.fromkeys(COLUMN_OF.values()), "note": ""}


def _services(told: Mapping[tuple[str, str], Row], figure_set: str) -> list[Row]:
    return [row for (set_, service), row in told.items() if set_ == figure_set and service]


def _line(row: Row, services: Sequence[Row]) -> dict[str, Any]:
    parts = [row[name] for name in PARTS if row[name] is not None]
    found = row["found"]
    difference = found - sum(parts) if found is not None and parts else None
    by_service = [service["found"] for service in services if service["found"] is not None]
    gap = found - sum(by_service) if found is not None and by_service else None
    balance = _balance(difference, gap, is_whole=row["open"] is not None)
    is_mixed = balance == UNBALANCED and found == row["issues"]
    slip = next((slip for slip in SLIPS if slip.is_of(row)), MIXED if is_mixed else NO_SLIP)
    return {
        **row, "is_total": not row["service"], "difference": difference, "services_difference": gap,
        "balance": balance,
        "slip": slip.code, "slip_id": slip.words_id, "slip_en": slip.words_en,
    }  # fmt: skip


def _balance(difference: int | None, gap: int | None, *, is_whole: bool) -> str:
    if gap or (difference and (is_whole or difference < 0)):
        return UNBALANCED
    return BALANCED if difference == 0 else INCOMPLETE


def _is_covered(row: Row, first: int | None) -> bool:
    """Return whether our data, which begins at `first`, reaches back to the start of a set's window."""
    start, end = row["window_start"], row["window_end"]
    return first is not None and start is not None and end is not None and first < start + 86_400


def _window(row: Row, filters: Filters) -> Filters:
    start, end = (datetime.fromtimestamp(row[name], UTC) for name in ("window_start", "window_end"))
    everything = replace(filters, services=(), provinces=(), themes=(), sources=())
    return replace(everything, since=day_start(start), until=end, pinned=False)


def _ours(found: NDArray[np.int64], numbered: Ids, n_issues: int) -> dict[str, Any]:
    """Return our sums of a set's window by service code and in the whole ('')."""
    names = ("our_found", "our_removed", "our_labelled", "our_open")
    rows_of = ((key, dict(zip(names, values, strict=True))) for key, *values in found.tolist())
    sums = {numbered.code("service", key): row for key, row in rows_of}
    whole = {name: sum(row[name] for row in sums.values()) for name in names}
    return {**sums, "": whole | {"our_issues": n_issues}}


def _own(ours: Mapping[str, Row] | None, service: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("our_issues", "our_found", "our_removed", "our_labelled", "our_open"))
    if ours is None:
        return {**nothing, "is_covered": False}
    zero = {name: 0 for name in nothing if name != "our_issues"}
    return {**nothing, **zero, **ours.get(service, {}), "is_covered": True}
