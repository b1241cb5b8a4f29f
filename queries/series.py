"""Time series with every bucket: zeros are drawn, what is not yet over says so, what has not begun is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.rollups.shapes import Grain
from queries.cubes import Sums
from queries.filters import Filters
from queries.reading import Columns, frame, whole_numbers
from queries.sum_statements import apart, in_one

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Buckets:
    """The buckets of a window that have begun by `as_of`, oldest first."""

    grain: Grain
    first: int
    n: int
    as_of: int

    @property
    def starts(self) -> Counts:
        """Start of each bucket, UTC seconds, shape (n,)."""
        return (self.first + np.arange(self.n, dtype=np.int64)) * self.grain.width - self.grain.offset

    @property
    def filling(self) -> NDArray[np.bool_]:
        """Whether each bucket was still filling at `as_of`, shape (n,)."""
        return self.starts + self.grain.width > self.as_of

    def place(self, moment: int) -> int:
        """Return the index of the bucket that holds a moment in UTC seconds."""
        return (moment + self.grain.offset) // self.grain.width - self.first

    def counts(self, rows: Sequence[Any] | Counts, *, is_split: bool) -> tuple[list[Any], Counts]:
        """Return rows of (key, bucket, count) as keys with any count and an array of shape (keys, n), 0 without a row.

        Rows without a key, of (bucket, count), are one series with the key ''.
        """
        if not len(rows):
            return ([], np.zeros((0, self.n), dtype=np.int64)) if is_split else ([""], np.zeros((1, self.n), np.int64))
        columns = list(rows.T) if isinstance(rows, np.ndarray) else [np.array(c) for c in zip(*rows, strict=True)]
        place, counts = columns[-2] - self.first, columns[-1]
        kept = (place >= 0) & (place < self.n) & (counts != 0 if is_split else True)
        codes, keys = pd.factorize(columns[0][kept]) if is_split else (np.zeros(kept.sum(), int), np.array([""]))
        filled = np.zeros((len(keys), self.n), dtype=np.int64)
        filled[codes, place[kept]] = counts[kept]
        return keys.tolist(), filled

    def frame(
        self, series: Sequence[str], values: Mapping[str, NDArray[Any]], columns: Columns, attrs: Mapping[str, object]
    ) -> pd.DataFrame:
        """Return one row per series and bucket: started_at, series, is_filling and values of shape (series, n)."""
        names = pd.array(list(series), dtype="str")
        known = {
            "started_at": np.tile(self.starts, len(series)),
            "series": pd.Series(names.take(np.repeat(np.arange(len(series)), self.n))),
            "is_filling": np.tile(self.filling, len(series)),
        }
        flat = {name: array.ravel() for name, array in values.items()}
        return frame(known | flat, columns, attrs)


def numbers_of(connection: Connection, sums: Sums, buckets: Buckets, *, is_split: bool) -> Counts:
    """Return the rows of sums of one measure as `counts` takes them: by bucket, and by a numbered key where split."""
    if not is_split:
        return sums.numbers(connection)
    first = buckets.first
    found = whole_numbers(connection, in_one(sums.statement), {**sums.parameters, "first": first})[:, 0]
    return np.column_stack(apart(found, first))


def buckets_of(filters: Filters, grain: Grain | None = None) -> Buckets:
    """Return the buckets that a window touches, in its own grain unless another is asked."""
    grain = grain or filters.grain
    as_of = int(filters.as_of.timestamp())
    first = (int(filters.since.timestamp()) + grain.offset) // grain.width
    last = (int(filters.until.timestamp()) - 1 + grain.offset) // grain.width
    running = (as_of + grain.offset) // grain.width
    return Buckets(grain, first, max(min(last, running) - first + 1, 0), as_of)
