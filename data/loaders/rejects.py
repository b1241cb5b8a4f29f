"""Rows that were refused: a file for those who can mend them, with line number, reason and the row itself."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from data.loaders.problems import LoadProblem

HEADER = ("line", "reason")
GOES_ON = "What was loaded before stays: make room or name another with --rejects, and run the same line again."
LONGEST_CELL = 32_000
"""Characters of a cell that a spreadsheet can show."""


class RejectsFile:
    """A CSV file made when the first row is refused; one left from an earlier load is taken away when none is."""

    def __init__(self, path: Path, header: tuple[str, ...], *, is_ours: bool = True) -> None:
        """Write to `path`; where its folder may not be written, to the current folder.

        A path that somebody named (not `is_ours`) is never taken away.
        """
        self._is_ours = is_ours
        self._wanted = path
        self._header = header
        self._stream: IO[str] | None = None
        self._writer: Any = None
        self.path: Path | None = None
        self.count = 0

    def __enter__(self) -> "RejectsFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            with self._writing():
                self._stream.close()
        elif kind is None and self._is_ours:
            _take_away(self._wanted)

    def add(self, line: int, reason: str, cells: Sequence[Any]) -> None:
        """Write one refused row."""
        if self._stream is None:
            self._open()
        self.count += 1
        shown = [str(cell if cell is not None else "")[:LONGEST_CELL] for cell in cells]
        with self._writing():
            self._writer.writerow([line, reason, *shown])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Name the file where its disk is full or gone: its rows are in the quarantine of the database too."""
        try:
            yield
        except OSError as error:
            said = error.strerror or "its disk does not answer"
            raise LoadProblem(f"The rejects file {self._wanted.name} cannot be written: {said}. {GOES_ON}") from None

    def _open(self) -> None:
        for path in (self._wanted, Path.cwd() / self._wanted.name):
            try:
                self._stream = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
            except OSError:
                continue
            self.path = path
            self._writer = csv.writer(self._stream)
            self._writer.writerow([*HEADER, *self._header])
            return
        raise LoadProblem(f"The rejects file {self._wanted.name} cannot be written. Name another with --rejects.")


def _take_away(path: Path) -> None:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            is_ours = stream.readline().startswith(",".join(HEADER))
        if is_ours:
            path.unlink()
    except OSError:
        return
