"""Sheets of XLSX, XLS, XLSB and ODS workbooks. Real date cells come as dates, so their order needs no guess."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import python_calamine

from data.loaders.files.decoding import DecodingReport
from data.loaders.files.records import Row
from data.loaders.files.sources import Source, readable
from data.loaders.files.tables import HEAD_LINES, Table, headed
from data.loaders.problems import LoadProblem

MOST_BYTES = 2 * 2**30
"""Bytes a workbook may unpack to: more does not fit into the memory of the office's machine."""


def sheets(source: Source, wanted: frozenset[str], only: str | None = None) -> list[Table]:
    """Return the tables of a workbook's sheets that have rows; raise `LoadProblem` when it cannot be read."""
    workbook = _workbook(source)
    names = workbook.sheet_names
    if only is not None and only not in names:
        raise LoadProblem(f"{source.name} has no sheet '{only}'. Its sheets: {', '.join(names)}.")
    found = []
    for name in [only] if only else names:
        rows = partial(_rows, source, workbook, name)
        start = [row for _, row in zip(range(HEAD_LINES), rows(), strict=False)]
        if any(not row.is_blank for row in start):
            shown = f"{source.name}[{name}]" if len(names) > 1 else source.name
            found.append(headed(Table(shown, "sheet", (), 0, rows, DecodingReport("workbook")), start, wanted))
    if not found:
        raise LoadProblem(f"{source.name} is empty: none of its sheets has a row.")
    return found


def _workbook(source: Source) -> Any:
    with readable(source.name), source.opened() as stream:
        _refuse_bomb(source, stream)
        stream.seek(0)
        try:
            return python_calamine.CalamineWorkbook.from_filelike(stream)
        except python_calamine.PasswordError:
            raise LoadProblem(f"{source.name} is locked with a password. Save a copy without one.") from None
        except python_calamine.CalamineError:
            raise LoadProblem(
                f"{source.name} is no workbook that can be read. Open it and save it again as XLSX."
            ) from None


def _refuse_bomb(source: Source, stream: Any) -> None:
    if zipfile.is_zipfile(stream):
        with zipfile.ZipFile(stream) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise LoadProblem(
                f"{source.name} unpacks to {size // 2**20} MB. Save the table as CSV, which is read row by row."
            )


def _rows(source: Source, workbook: Any, name: str) -> Iterator[Row]:
    try:
        for number, cells in enumerate(workbook.get_sheet_by_name(name).iter_rows(), start=1):
            yield Row(number, [_cell(cell) for cell in cells])
    except python_calamine.CalamineError:
        raise LoadProblem(
            f"The sheet '{name}' of {source.name} cannot be read. Open it and save it again as XLSX."
        ) from None


def _cell(value: Any) -> Any:
    """Return text, numbers and dates; whole floats become whole numbers, spans of time a clock."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, timedelta):
        return str(value) if timedelta(0) <= value < timedelta(days=1) else ""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    return value if isinstance(value, (str, int, float, date)) else ""
