"""Figures that were published: sets of isu, found, removed, labelled and open, with window and source.

They are kept as they were printed. Where the parts of a set do not add up, or one set says a figure twice, the load
says so; nothing is mended.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from data.loaders import styles
from data.loaders.codes import Codes
from data.loaders.files.headers import FIGURES, NEEDED_OF_FIGURES
from data.loaders.files.records import Row
from data.loaders.files.tables import Table
from data.loaders.formats.moments import TOLERANCE
from data.loaders.options import Options
from data.loaders.prepared import Refusal
from data.loaders.problems import RowProblem
from data.loaders.summaries import Counts
from data.loaders.values.date_orders import OrderEvidence
from data.loaders.values.dates import WIB, moment
from data.loaders.values.quantities import whole
from data.loaders.values.services import from_name
from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import is_unknown, one_line, plain, without_hidden
from data.tables import published_figure

_TOLD = vocabulary("figures")
MEASURES: dict[str, str] = by_word(_TOLD["measure"])
WINDOW = ("window_start", "window_end")
MOST_NOTES = 8
PARTS = ("removed", "restricted", "labelled", "rejected", "withdrawn", "open")
WHOLE = frozenset({"semua", "total", "all", "jumlah"})
LONGEST, LONGEST_PART = 300, 60

Figure = dict[str, Any]
Key = tuple[str, str, str]


def columns_of(header: tuple[str, ...]) -> dict[str, int]:
    """Return the position of each column of figures in a header."""
    return {FIGURES[plain(name)]: at for at, name in reversed(list(enumerate(header))) if plain(name) in FIGURES}


def is_figures(header: tuple[str, ...]) -> bool:
    """Return whether a header is one of published figures."""
    return set(columns_of(header)) >= NEEDED_OF_FIGURES


class FigureReader:
    """Reads a table of figures whole: it is small."""

    def __init__(self, table: Table, codes: Codes, options: Options) -> None:
        """Read all rows; `figures` by key, and the rows that cannot be kept in `refused`."""
        self.columns = columns_of(table.header)
        self.codes = codes
        self.now = options.now
        self.order, self.style = styles.decided(self._evidence(table), options.mapping, options.as_of)
        self.figures: dict[Key, Figure] = {}
        self.refused: list[Refusal] = []
        self.n_read = self.n_repeated = 0
        for row in table.rows():
            self.n_read += 1
            try:
                self._add(row)
            except RowProblem as problem:
                self.refused.append(Refusal(row.line, str(problem), row.cells))

    def _evidence(self, table: Table) -> OrderEvidence:
        """Return how the windows of all rows can be read."""
        found, today = OrderEvidence(), self.now.astimezone(WIB).date()
        for row in table.rows():
            for name in WINDOW if row.problem is None else ():
                found.add(self._cell(row, name), today)
        return found

    def _add(self, row: Row) -> None:
        if row.problem is not None:
            raise RowProblem(row.problem)
        figure = self._read(row)
        key = (figure["figure_set"], figure["measure"], figure["service_code"])
        known = self.figures.setdefault(key, figure)
        if known["value"] != figure["value"]:
            said = f"disebut juga {figure['value']}"
            known["note"] = one_line("; ".join(filter(None, (known["note"].replace(said, ""), said))), LONGEST)
            raise RowProblem(f"said twice in set {key[0]}: {known['value']} before, {figure['value']} here")
        self.n_repeated += known is not figure

    def _read(self, row: Row) -> Figure:
        measure, value = MEASURES.get(plain(self._text(row, "measure"))), whole(self._cell(row, "value"))
        if not self._text(row, "figure_set"):
            raise RowProblem("the figure belongs to no set")
        if measure is None:
            raise RowProblem(f"the measure '{self._text(row, 'measure')}' is not known")
        if value is None:
            raise RowProblem(f"'{self._text(row, 'value')}' is no whole number")
        start, end = (self._moment(row, name) for name in WINDOW)
        if start and end and end <= start:
            raise RowProblem("the window ends before it begins")
        return {
            "figure_set": one_line(self._text(row, "figure_set"), LONGEST),
            "measure": measure,
            "service_code": self._service(row),
            "value": value,
            "window_start": start,
            "window_end": end,
            "source": one_line(self._text(row, "source"), LONGEST),
            "note": one_line(self._text(row, "note"), LONGEST),
        }

    def _service(self, row: Row) -> str:
        """Return service.code, the category as printed where the release is by category, '' for the whole."""
        name, part = self._text(row, "service_code"), one_line(self._text(row, "part"), LONGEST_PART)
        is_whole = is_unknown(name) or plain(name) in WHOLE
        if not (is_unknown(part) or plain(part) in WHOLE):
            if not is_whole:
                raise RowProblem(f"the figure is of the service '{name}' and of the part '{part}': say one")
            return part
        if is_whole:
            return ""
        code = from_name(name) or (name if name in self.codes.service else None)
        if code is None:
            raise RowProblem(f"the service '{name}' is not known")
        return code

    def _moment(self, row: Row, name: str) -> datetime | None:
        """Return where a window begins, or ends: a day as its end is whole."""
        try:
            read = moment(self._cell(row, name), self.style)
        except RowProblem as problem:
            raise RowProblem(f"{name}: {problem}") from None
        if read is None:
            return None
        if read.at > self.now + TOLERANCE:
            raise RowProblem(f"{name} lies in the future: {read.at.astimezone(WIB):%Y-%m-%d}")
        return read.at + timedelta(days=1) if name == "window_end" and read.precision == "day" else read.at

    def _cell(self, row: Row, name: str) -> Any:
        return row.cells[self.columns[name]] if name in self.columns else ""

    def _text(self, row: Row, name: str) -> str:
        return without_hidden(str(self._cell(row, name))).strip()

    @property
    def notes(self) -> list[str]:
        """What was read, in words: the order of the windows where one was needed, and what was noted of figures."""
        told = [f"{' '.join(filter(None, key))}: {each['note']}" for key, each in self.figures.items() if each["note"]]
        order = [styles.sentence(self.order)] if self.order.order else []
        return [f"{len(self.figures)} figures", *order, *(f"noted of {each}" for each in told[:MOST_NOTES])]


def record(connection: Connection, figures: list[Figure]) -> Counts:
    """Write the figures that are new or differ, in the caller's transaction, and count them."""
    keys = [column.name for column in published_figure.primary_key]
    stored = {
        tuple(row[name] for name in keys): dict(row) for row in connection.execute(select(published_figure)).mappings()
    }
    counts = Counts()
    for figure in figures:
        key = tuple(figure[name] for name in keys)
        if key not in stored:
            connection.execute(published_figure.insert(), figure)
            counts.new += 1
        elif stored[key] == figure:
            counts.unchanged += 1
        else:
            among = [published_figure.c[name] == figure[name] for name in keys]
            connection.execute(published_figure.update().where(*among), figure)
            counts.updated += 1
    return counts


def imbalances(figures: dict[Key, Figure]) -> Iterator[str]:
    """Give a sentence for each set and service whose parts do not add up to what was found."""
    by_place: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (figure_set, measure, service), figure in figures.items():
        by_place[figure_set, service][measure] = figure["value"]
    for (figure_set, service), values in sorted(by_place.items()):
        where = f"TIDAK SEIMBANG, set {figure_set}{', ' + service if service else ''}"
        said = [_of_outcomes(values)]
        if not service:
            others = [other for (named, part), other in by_place.items() if named == figure_set and part]
            said += [_of_services(name, values, others) for name in ("found", *PARTS)]
        wrong = [sentence for sentence in said if sentence]
        yield from (f"{where}: {sentence}" for sentence in wrong)
        if wrong and values.get("isu") == values.get("found"):
            yield f"{where}: {values['isu']} isu may have been printed as konten"


def _of_outcomes(values: dict[str, int]) -> str | None:
    parts, found = {name: values[name] for name in PARTS if name in values}, values.get("found")
    total = sum(parts.values())
    if found is None or not parts or not (total > found or ("open" in parts and total != found)):
        return None
    said = " + ".join(f"{value} {name}" for name, value in parts.items())
    return f"{said} = {total}, but found is {found}"


def _of_services(name: str, values: dict[str, int], others: list[dict[str, int]]) -> str | None:
    """Return how a figure by service or category differs from the whole, where both were published.

    What became of the content of some services alone may be less than the whole, never more.
    """
    whole, told = values.get(name), [other[name] for other in others if name in other]
    if whole is None or not told or sum(told) == whole:
        return None
    is_some_alone = name != "found" and len(told) < len(others)
    return None if is_some_alone and sum(told) < whole else f"its parts sum to {sum(told)}, but {name} is {whole}"
