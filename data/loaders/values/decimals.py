"""Numbers of measurements: which mark begins their decimals is decided once a column, from all its cells."""

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from data.loaders.values.quantities import LONGEST, number
from data.loaders.words import without_hidden

Mark = Literal[".", ","]

PARTS = re.compile(r"[~±≈<>≥≤]?\s*(\d[\d.,' ]*)(.*)", re.DOTALL)
ONE_MARK = re.compile(r"(\d+)([.,])(\d+)")
GROUP = 3
"""Digits of a group of thousands; any other number of digits behind a mark are decimals."""


@dataclass
class MarkEvidence:
    """Counts of cells whose mark can only begin decimals, and the largest value if marks are thousands."""

    decimals: Counter[str] = field(default_factory=Counter)
    largest: Decimal = Decimal(0)

    def add(self, cell: object) -> None:
        """Count one cell."""
        found = _one_mark(cell)
        if found is None:
            return
        if len(found[3]) != GROUP or found[1].startswith("0") or len(found[1]) > GROUP:
            self.decimals[found[2]] += 1
        else:
            self.largest = max(self.largest, Decimal(found[1] + found[3]))

    def decide(self, most: int) -> Mark | None:
        """Return the decimal mark: the one most cells insist on; a point where thousands would exceed `most`."""
        if self.decimals:
            return "," if self.decimals[","] > self.decimals["."] else "."
        return "." if self.largest > most else None


def measured(cell: object, mark: Mark | None) -> tuple[Decimal, str] | None:
    """Return the number a cell begins with and what follows it, None where it begins with none.

    With `mark` None a mark before three digits separates thousands.
    """
    if not isinstance(cell, str):
        value = number(cell)
        return None if value is None else (value, "")
    parts, found = PARTS.fullmatch(without_hidden(cell).strip()[:LONGEST]), _one_mark(cell)
    if parts is None:
        return None
    value = Decimal(f"{found[1]}.{found[3]}") if found and found[2] == mark else number(parts[1].strip(" .,'"))
    return None if value is None else (value, parts[2].strip())


def _one_mark(cell: object) -> "re.Match[str] | None":
    parts = PARTS.fullmatch(without_hidden(cell).strip()[:LONGEST]) if isinstance(cell, str) else None
    return ONE_MARK.fullmatch(parts[1].strip()) if parts else None
