"""Rows cleaned a column at a time: distinct values once, whole columns of times at once, odd cells one by one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from functools import cache
from itertools import chain
from types import NoneType
from typing import Any

from data.recording import cleaning
from data.recording.changes import Row
from data.recording.cleaning import Clean
from data.recording.results import Refused, UnknownColumn
from data.recording.subjects import Subject

ABOUT_THE_ROW = frozenset({"clear", "reason", "line", "file_name"})
"""Keys any row may carry beside columns."""

OURS = frozenset({"feed_code", "recorded_at", "updated_at"})
"""Columns the recorder writes itself, in every table; ignored in rows."""

COMPARABLE = (str, int, bool, float, date)
"""Types whose equal values are cleaned alike. In a column of two of them 1 and True would be taken for one."""


def cleaned(subject: Subject, batch: Sequence[Mapping[str, Any]], now: int) -> list[Row | Refused]:
    """Return what is known in each row, as the database stores it, or why it is refused; `now` in UTC seconds.

    Raises `UnknownColumn`.
    """
    names = dict.fromkeys(chain.from_iterable(batch))
    return _rows(_columns(subject, names, batch, cleaning.latest_allowed(now)), len(batch))


def _columns(
    subject: Subject, names: Iterable[str], rows: Sequence[Mapping[str, Any]], latest: int
) -> dict[str, list[Any]]:
    """Return the cleaned columns of rows; None is unknown, `Refused` stands for itself."""
    columns = {}
    for name in names:
        if name in ABOUT_THE_ROW or name in OURS or name in subject.kept:
            continue
        values, clean = [row.get(name) for row in rows], _cleaner(subject, name)
        if clean is not None:
            columns[name] = _column(clean, values, latest)
        elif not all(map(cleaning.is_missing, values)):
            raise UnknownColumn(f"{name!r} is not a column of {subject.table.name}")
    return columns


@cache
def _cleaner(subject: Subject, name: str) -> Clean | None:
    """Return how values of a column or option are cleaned, empty texts as None and words compared; None for others."""
    words = subject.vocabularies.get(name)
    known = cleaning.cleaners(subject.table, subject.planned).get(name)
    clean = cleaning.text if known is None and name in subject.options else known
    if clean is None or (clean not in {cleaning.text, cleaning.region} and words is None):
        return clean
    plain: Clean = clean

    def worded(value: Any, latest: int) -> Any:
        stored = plain(value, latest)
        if stored and words is not None and stored not in words:
            raise Refused(f"{stored[:40]!r} is not one of the known words")
        return stored or None

    return worded


def _column(clean: Clean, values: list[Any], latest: int) -> list[Any]:
    kinds = set(map(type, values)) - {NoneType}
    if kinds == {datetime} and clean in {cleaning.seconds, cleaning.planned_seconds}:
        return _instants(clean, values, latest)
    if len(kinds) == 1 and kinds.issubset(COMPARABLE):
        known = {value: None if value is None else _cell(clean, value, latest) for value in set(values)}
        return [known[value] for value in values]
    return [_cell(clean, value, latest) for value in values]


def _instants(clean: Clean, values: list[Any], latest: int) -> list[Any]:
    """Return datetimes as UTC seconds; where one of them is odd, each is looked at."""
    if all(value is None or type(value.tzinfo) is timezone for value in values):
        found = [None if value is None else int(value.timestamp()) for value in values]
        times = [at for at in found if at is not None]
        if min(times) >= cleaning.EARLIEST and (max(times) <= latest or clean is cleaning.planned_seconds):
            return found
    return [_cell(clean, value, latest) for value in values]


def _cell(clean: Clean, value: Any, latest: int) -> Any:
    if cleaning.is_missing(value):
        return None
    try:
        return clean(value, latest)
    except Refused as refused:
        return refused


def _rows(columns: Mapping[str, list[Any]], count: int) -> list[Row | Refused]:
    """Return columns as rows without what is unknown; of several refused cells of a row the first counts."""
    if not columns:
        return [{} for _ in range(count)]
    names = tuple(columns)
    made: list[Row | Refused] = [
        {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        for cells in zip(*columns.values(), strict=True)
    ]
    for name, values in reversed(list(columns.items())):
        if Refused in map(type, values):
            for place, value in enumerate(values):
                if isinstance(value, Refused):
                    made[place] = Refused(f"{name} {value}")
    return made
