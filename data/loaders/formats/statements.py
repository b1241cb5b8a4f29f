"""Statements of reasons of the EU Digital Services Act: one platform decision a row, known by header names.

Full (38 columns since July 2025, 37 before) and light (34, 33) dumps are read alike. Times of content and decision are
days: the data cannot show a promise of minutes, and a day is never "0 minutes". A statement tells of a decision, not of
a request of ours: content carries its outcome, and no takedown request is invented.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.files.tables import Table
from data.loaders.formats.moments import TOLERANCE
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.options import Options
from data.loaders.prepared import GroupNumbers, Groups, Prepared
from data.loaders.problems import LoadProblem, RowProblem
from data.loaders.values.calendars import NAMED_ZONES
from data.loaders.values.dates import DateStyle, Moment, moment, whole_day
from data.loaders.values.services import from_name
from data.loaders.vocabulary import vocabulary
from data.loaders.words import one_line, plain, without_hidden

NEEDED = frozenset({"uuid", "platform_name", "application_date", "decision_ground", "category"})
DECISIONS = ("decision_visibility", "decision_account", "decision_provision", "decision_monetary")
CODE = re.compile(r"[A-Z][A-Z0-9_]{3,}")
LONGEST_FACTS = 500

DAYS = DateStyle()
"""Days of content and decision: taken as days of our own calendar, as they name no zone."""

DISCLOSED = DateStyle(zone=NAMED_ZONES["UTC"])

_TOLD = vocabulary("statements")
OUTCOMES: Mapping[str, str] = _TOLD["outcome"]
HARMS: Mapping[str, str] = _TOLD["harm"]
SOURCES: Mapping[str, str] = _TOLD["source"]
TECHNIQUES: Mapping[str, str] = _TOLD["technique"]
GRAVEST_FIRST = ("removed", "restricted", "labelled")


DAILY = frozenset({"statements", "platform"})
"""Columns of the statistics that the database of the EU gives by day and platform."""


def refuse_daily(table: Table) -> None:
    """Refuse daily counts of statements: they are no statements, and a mapping file would not make them any."""
    names = frozenset(map(_column, table.header))
    if names >= DAILY and any(name.startswith("moderation_delay") for name in names):
        told = "it holds counts of statements by day and platform, not the statements"
        raise LoadProblem(f"{table.name}: {told}. Download the full or light daily dump of the EU instead.")


def is_statements(header: tuple[str, ...]) -> bool:
    """Return whether a header is one of statements of reasons."""
    return frozenset(map(_column, header)) >= NEEDED


def prepare(table: Table, codes: Codes, options: Options) -> Prepared[Row]:
    """Survey a table of statements and return it ready to be loaded."""
    reader = StatementReader({_column(name): at for at, name in enumerate(table.header)}, codes, options)
    numbers, count = GroupNumbers(), 0
    for count, row in enumerate(table.rows(), start=1):
        if row.problem is None:
            numbers.add(reader.groups(row))
        if count % 500 == 0:
            options.progress(table.name, "survey", count, None)
    return Prepared(
        name=table.name,
        format="dsa",
        header=table.header,
        row_count=count,
        rows=table.rows,
        look=_itself,
        numbers=numbers,
        interpret=reader.interpret,
        unknowns=reader.unknowns,
        notes=[
            f"statements of reasons with {len(table.header)} columns; {table.decoding.sentence}",
            "counted by application_date; content and decision are known to the day only",
        ],
    )


def _column(name: str) -> str:
    """Return a header name as the database of the EU writes it: "Platform Name" is platform_name."""
    return plain(name).replace(" ", "_")


def _itself(row: Row) -> Row:
    return row


@dataclass
class StatementReader:
    """Turns statements into content with its outcome."""

    columns: dict[str, int]
    codes: Codes
    options: Options

    def __post_init__(self) -> None:
        """Begin to count what stays open."""
        self.unknowns = Unknowns()
        self.text = partial(_text, self.columns)

    def groups(self, row: Row) -> Groups:
        """Return the number of the statement; statements name no isu."""
        return hash(self.text(row, "uuid")), 0

    def interpret(self, row: Row) -> Interpreted:
        """Return the content of a statement; raise `RowProblem` when it cannot be kept."""
        uuid = self.text(row, "uuid")
        if not uuid:
            raise RowProblem("the statement has no uuid")
        posted, applied = self._day(row, "content_date"), self._day(row, "application_date")
        self._refuse_future(row, applied)
        if applied is None:
            self.unknowns.add("time")
        elif posted and applied.at < posted.at:
            self.unknowns.odd["decided before the content was posted: kept"] += 1
        content = self._content(row, applied)
        content |= {"natural_key": f"dsa:{uuid}", "posted_at": posted.at if posted else None, "line": row.line}
        return Interpreted(row.line, row.cells, {"content": [content]})

    def _content(self, row: Row, applied: Moment | None) -> Part:
        outcome = self._outcome(row)
        return {
            "title": one_line(self.text(row, "decision_facts"), LONGEST_FACTS) or None,
            "service_id": self._service(row),
            "harm_id": self.codes.harm.get(self._harm(row) or ""),
            "technique_id": self.codes.technique.get(self._first(row, ("content_type",), TECHNIQUES) or ""),
            "source_id": self.codes.source.get(self._source(row) or ""),
            "detected_at": applied.at if applied else None,
            "time_precision": "day",
            "outcome_id": self.codes.outcome[outcome] if outcome else None,
            "ended_at": applied.at if applied and outcome else None,
            **({"is_simulated": True} if self.options.is_simulated else {}),
        }

    def _day(self, row: Row, name: str) -> Moment | None:
        try:
            read = moment(self.text(row, name), DAYS)
        except RowProblem as problem:
            raise RowProblem(f"{name}: {problem}") from None
        return whole_day(read) if read else None

    def _refuse_future(self, row: Row, applied: Moment | None) -> None:
        try:
            disclosed = moment(self.text(row, "created_at"), DISCLOSED)
        except RowProblem as problem:
            raise RowProblem(f"created_at: {problem}") from None
        for name, read in (("application_date", applied), ("created_at", disclosed)):
            if read and read.at > self.options.now + TOLERANCE:
                raise RowProblem(f"{name} lies in the future: {read.at:%Y-%m-%d %H:%M} UTC")

    def _service(self, row: Row) -> int | None:
        name = self.text(row, "platform_name")
        code = from_name(name)
        if code is None:
            self.unknowns.add("service", name)
        return self.codes.service.get(code or "")

    def _outcome(self, row: Row) -> str | None:
        told = {OUTCOMES[code] for name in DECISIONS for code in codes_in(self.text(row, name)) if code in OUTCOMES}
        if not told:
            self.unknowns.add("outcome", self.text(row, "decision_visibility"))
        return next((outcome for outcome in GRAVEST_FIRST if outcome in told), None)

    def _harm(self, row: Row) -> str | None:
        found = self._first(row, ("category_specification", "category", "category_addition"), HARMS)
        if found is None:
            self.unknowns.add("category", self.text(row, "category"))
        return found

    def _source(self, row: Row) -> str | None:
        told = SOURCES.get(self.text(row, "source_type"))
        return told or ("automatic" if plain(self.text(row, "automated_detection")) == "yes" else None)

    def _first(self, row: Row, names: tuple[str, ...], meanings: Mapping[str, str]) -> str | None:
        told = (meanings[code] for name in names for code in codes_in(self.text(row, name)) if code in meanings)
        return next(told, None)


def _text(columns: dict[str, int], row: Row, name: str) -> str:
    position = columns.get(name)
    cell = row.cells[position] if position is not None else ""
    return without_hidden(cell).strip() if isinstance(cell, str) else str(cell)


def codes_in(cell: str) -> list[str]:
    """Return the codes of a cell: a JSON array in it, one bare code, or several in any other wrapping."""
    if cell.startswith("["):
        try:
            return [code for code in json.loads(cell) if isinstance(code, str)]
        except (json.JSONDecodeError, RecursionError):
            pass
    return CODE.findall(cell)
