"""Which mark stands between the cells: decided from the first rows."""

import re
from collections import Counter
from itertools import islice

from data.loaders.files.records import RecordCutter
from data.loaders.words import plain

DELIMITERS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
ROWS_LOOKED_AT = 60


def delimiter_of(lines: list[str]) -> str:
    """Return the delimiter under which most of the first rows have the same number of cells, then the most cells.

    A first line "sep=;", as Excel reads it, decides. A table of one column has a comma.
    """
    if lines and (told := SEPARATOR_LINE.fullmatch(lines[0].rstrip("\n"))):
        return told[1]
    return max(DELIMITERS, key=lambda each: _fit(lines, each))


def _fit(lines: list[str], delimiter: str) -> tuple[float, int, int]:
    rows = [row.cells for row in islice(RecordCutter(delimiter).rows(iter(lines)), ROWS_LOOKED_AT) if not row.is_blank]
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not widths:
        return 0.0, 0, 0
    width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
    named = sum(bool(plain(str(cell))) for cell in rows[0]) if rows else 0
    return round(count / len(rows), 1), named, width
