"""What a load did, in numbers."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from data.loaders.interpreted import Unknowns

MOST_REASONS = 1_000
OTHER_REASONS = "other reasons: see the file of refused rows"


@dataclass
class Counts:
    """Rows new, changed and known already."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, new: int, updated: int, unchanged: int) -> None:
        """Count further rows."""
        self.new += new
        self.updated += updated
        self.unchanged += unchanged


@dataclass
class Summary:
    """One load of one table. `rows` counts rows of the file; `tables` rows of the database by table.

    read = new + updated + unchanged + rejected. A row counts as updated when anything it says was changed.
    """

    name: str
    format: str
    n_read: int = 0
    n_rejected: int = 0
    rows: Counts = field(default_factory=Counts)
    tables: dict[str, Counts] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    unknowns: Unknowns = field(default_factory=Unknowns)
    notes: list[str] = field(default_factory=list)
    date_order: str | None = None
    rejects_path: Path | None = None
    sha256: str = ""
    is_dry_run: bool = False
    seconds: float = 0.0

    def count(self, table: str, new: int, updated: int, unchanged: int) -> None:
        """Count rows of one table of the database."""
        self.tables.setdefault(table, Counts()).add(new, updated, unchanged)

    def refuse(self, reason: str) -> None:
        """Count a refused row by its reason; reasons quote cells, so only so many different ones are remembered."""
        is_remembered = reason in self.reasons or len(self.reasons) < MOST_REASONS
        self.reasons[reason if is_remembered else OTHER_REASONS] += 1

    @property
    def all_refused(self) -> bool:
        """Whether rows were read and none could be kept."""
        return bool(self.n_read) and self.n_rejected == self.n_read
