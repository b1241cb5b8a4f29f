"""Rows of whole numbers sorted onto numbered shelves, so that what belongs together can be taken out together."""

from collections import defaultdict
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

HELD_BYTES = 33_554_432
"""Rows held in memory (32 MiB); beyond that all go into a temporary file without a name, which dies with its owner."""


class Shelves:
    """Rows of `columns` whole numbers each; memory stays bounded however many there are."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._held: defaultdict[int, list[Numbers]] = defaultdict(list)
        self._held_bytes = 0
        self._stored: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._file: IO[bytes] | None = None

    def put(self, shelves: Numbers, rows: Numbers) -> None:
        """Lay each row, shape (rows, columns), onto the shelf of the same place in `shelves`."""
        order = np.argsort(shelves, kind="stable")
        numbers, rows = shelves[order], rows[order]
        edges = np.flatnonzero(np.diff(numbers)) + 1
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), numbers.size], strict=True):
            if last > first:
                self._held[int(numbers[first])].append(rows[first:last])
        self._held_bytes += rows.nbytes
        if self._held_bytes > HELD_BYTES:
            self._store()

    def numbers(self) -> list[int]:
        """Return the shelves that hold something, in order."""
        return sorted(self._held.keys() | self._stored.keys())

    def take(self, shelf: int) -> Numbers:
        """Return the rows of a shelf, shape (rows, columns), in the order they came; the shelf is empty then."""
        parts = [self._read(*place) for place in self._stored.pop(shelf, [])] + self._held.pop(shelf, [])
        return np.concatenate(parts) if parts else np.empty((0, self._columns), dtype=np.int64)

    def close(self) -> None:
        """Give back the memory and the file."""
        self._held.clear()
        self._stored.clear()
        if self._file is not None:
            self._file.close()

    def _store(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 (closed by `close`)
        file = self._file
        at = file.seek(0, 2)
        for shelf, parts in self._held.items():
            for part in parts:
                self._stored[shelf].append((at, part.nbytes))
                at += file.write(np.ascontiguousarray(part).data)
        self._held.clear()
        self._held_bytes = 0

    def _read(self, at: int, size: int) -> Numbers:
        file: Any = self._file
        file.seek(at)
        return np.frombuffer(file.read(size), dtype=np.int64).reshape(-1, self._columns)
