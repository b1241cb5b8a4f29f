"""One table of a file: where its header is, and its rows as often as they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from data.loaders.files.decoding import DecodingReport, lines
from data.loaders.files.delimiters import SEPARATOR_LINE, delimiter_of
from data.loaders.files.headers import header_position
from data.loaders.files.records import RecordCutter, Row
from data.loaders.files.sources import Source
from data.loaders.problems import LoadProblem
from data.loaders.words import plain

HEAD_LINES = 200


@dataclass
class TableReport:
    """What was passed over in one reading: blank rows and rows that repeat the header."""

    blank_rows: int = 0
    repeated_headers: int = 0


@dataclass(frozen=True)
class Table:
    """A header and the rows under it; `rows()` reads them from the file each time."""

    name: str
    shape: str
    header: tuple[str, ...]
    header_line: int
    all_rows: Callable[[], Iterator[Row]]
    decoding: DecodingReport = field(default_factory=DecodingReport)

    def rows(self, report: TableReport | None = None) -> Iterator[Row]:
        """Give the rows below the header: blank ones and repeated headers left out, long ones marked."""
        report = report or TableReport()
        repeated = [plain(name) for name in self.header]
        for row in self.all_rows():
            if row.line <= self.header_line:
                continue
            if row.is_blank:
                report.blank_rows += 1
            elif _is_header(row, repeated):
                report.repeated_headers += 1
            else:
                yield self._fitted(row)

    def _fitted(self, row: Row) -> Row:
        width = len(self.header)
        cells = row.cells[:width] + [""] * (width - len(row.cells))
        too_long = any(str(cell or "").strip() for cell in row.cells[width:])
        if too_long and row.problem is None:
            reason = (
                f"the row has {len(row.cells)} cells, the header {width}; a cell with a delimiter in it needs quotes"
            )
            return Row(row.line, row.cells, reason)
        return row if len(row.cells) == width else Row(row.line, row.cells if row.problem else cells, row.problem)


def _is_header(row: Row, header: list[str]) -> bool:
    """Return whether a row repeats the header; most rows differ in their first cell already."""
    pairs = zip(row.cells, header, strict=False)
    return len(row.cells) >= len(header) and all(plain(str(cell or "")) == name for cell, name in pairs)


def delimited(source: Source, wanted: frozenset[str], delimiter: str | None = None) -> Table:
    """Return the table of a text file; `wanted` are header names a mapping asks for."""
    head = list(islice(lines(source, DecodingReport()), HEAD_LINES))
    mark = delimiter or delimiter_of(head)
    report = DecodingReport()

    def all_rows() -> Iterator[Row]:
        report.forget()
        return RecordCutter(mark).rows(lines(source, report))

    start = [
        row
        for row in RecordCutter(mark).rows(iter(head))
        if row.line > 1 or not SEPARATOR_LINE.fullmatch(head[0].strip())
    ]
    bare = Table(source.name, {"\t": "tab"}.get(mark, mark), (), 0, all_rows, report)
    return headed(bare, start, wanted)


def headed(bare: Table, start: list[Row], wanted: frozenset[str]) -> Table:
    """Return a table with the header found among its first rows; `wanted` are header names a mapping asks for."""
    position = header_position([row.cells for row in start], wanted)
    if position is None:
        raise LoadProblem(f"{bare.name} has no row that could be a header.")
    return replace(bare, header=unique_names(start[position].cells), header_line=start[position].line)


def unique_names(cells: list[object]) -> tuple[str, ...]:
    """Return the header's names: blanks trimmed, an empty name numbered, a second one of the same name numbered too."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(str(cell if cell is not None else "").split()) or f"#{number}"
        names.append(name if name not in names else f"{name} ({number})")
    return tuple(names)
