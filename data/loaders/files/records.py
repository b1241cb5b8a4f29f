"""Lines to rows of cells: quotes, line breaks in cells, stray quotes, each row with the line it begins on."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

csv.field_size_limit(2**31 - 1)

QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
CLOSING = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
MOST_CHARACTERS = 16 * 2**20
"""A cell may hold line breaks, but a quote that is still open after so much was never closed."""

Quote = Literal["closed", "open", "stray"]
"""How a quoted cell stands at the end of a line; a stray one would be closed in the middle of another row's words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on (1 the first), its cells, and why it cannot be read when it cannot."""

    line: int
    cells: list[Any]
    problem: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether every cell is empty."""
        return not any(cell if not isinstance(cell, str) else cell.strip() for cell in self.cells)


class RecordCutter:
    """Cuts lines into rows. A quote that is never closed costs its own line and no other."""

    def __init__(self, delimiter: str) -> None:
        """Cut at the delimiter; blanks before a quote are ignored."""
        self.delimiter = delimiter

    def rows(self, lines: Iterator[str]) -> Iterator[Row]:
        """Give the rows of the lines."""
        waiting: deque[str] = deque()
        number = 0
        while True:
            first = waiting.popleft() if waiting else next(lines, None)
            if first is None:
                return
            if self._quote(first, is_open=False) == "closed":
                yield self._row(number + 1, first)
                number += 1
                continue
            taken, closed = self._joined(first, waiting, lines)
            if closed:
                yield self._row(number + 1, "".join(taken))
                number += len(taken)
            else:
                yield Row(number + 1, [first.strip()], "a quote is opened and never closed")
                waiting.extendleft(reversed(taken[1:]))
                number += 1

    def _joined(self, first: str, waiting: deque[str], lines: Iterator[str]) -> tuple[list[str], bool]:
        """Return the lines of one row and whether its last quote is closed."""
        taken, size = [first], len(first)
        quote: Quote = "open"
        while quote == "open" and size < MOST_CHARACTERS:
            line = waiting.popleft() if waiting else next(lines, None)
            if line is None:
                break
            taken.append(line)
            size += len(line)
            quote = self._quote(line, is_open=True)
        return taken, quote == "closed"

    def _quote(self, line: str, *, is_open: bool) -> Quote:
        """Return how a quoted cell stands at the end of the line; `is_open`: one is open where the line begins.

        A quote that closes a cell of an earlier line stands at the end of its cell; any other is the next row's own.
        """
        at = 0
        if is_open:
            closing = CLOSING.match(line)
            if closing is None:
                return "open"
            behind = line[closing.end() :].lstrip(" \r\n")
            if behind and not behind.startswith(self.delimiter):
                return "stray"
            at = self._after_cell(line, closing.end())
        elif '"' not in line:
            return "closed"
        while at < len(line):
            if line[at] == '"':
                quoted = QUOTED.match(line, at)
                if quoted is None:
                    return "open"
                at = quoted.end()
            at = self._after_cell(line, at)
        return "closed"

    def _after_cell(self, line: str, at: int) -> int:
        found = line.find(self.delimiter, at)
        if found < 0:
            return len(line)
        at = found + 1
        while at < len(line) and line[at] == " ":
            at += 1
        return at

    def _row(self, number: int, text: str) -> Row:
        try:
            cells = next(csv.reader((text,), delimiter=self.delimiter, skipinitialspace=True), [])
        except csv.Error:
            return Row(number, [text.strip()], "the quotes of this row cannot be read")
        return Row(number, cells)
