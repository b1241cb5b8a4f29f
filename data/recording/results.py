"""What a recording function takes and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Rows = Sequence[Mapping[str, Any]] | pd.DataFrame
"""Rows by column name. A missing key, None, NaN and NaT all mean "not known" and never overwrite what is known."""


class UnknownFeed(LookupError):
    """The feed is not in the feed table: its agency, topic and expected silence must be known before it writes."""

    def __init__(self, feed_code: str) -> None:
        """Name the feed that is missing."""
        super().__init__(f"feed {feed_code!r} is not in the table feed; add its row first")


class UnknownColumn(ValueError):
    """A row has a key that no column and no option of its table carries: a mistake of the caller, not of the data."""


class Refused(ValueError):
    """One value or row that cannot be kept; its text is the reason shown to people."""


@dataclass(frozen=True)
class Reject:
    """A row refused at the door: why, the row as it came, and its line in the file (0 for a direct write)."""

    reason: str
    row: Mapping[str, Any]
    line: int = 0
    file_name: str = "recording"


@dataclass(frozen=True)
class Recorded:
    """How many rows were new, changed something, or were known already; and those refused. They sum to the rows given.

    Of a deletion, `updated` counts the rows removed and `unchanged` those that were not there.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Reject] = field(default_factory=list)

    def __add__(self, other: "Recorded") -> "Recorded":
        """Return the sum of two answers, rejects in order."""
        return Recorded(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            [*self.rejected, *other.rejected],
        )

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return bool(self.new or self.updated)
