"""Every measure, declared once: tiles, axes, tooltips, downloads, the definitions page and the glossary read this.

The declarations are the rows of `measures.csv` beside this file; an office can read them in a spreadsheet.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self, cast

Kind = Literal["count", "share", "points", "ratio", "minutes", "seconds", "people"]
"""How a value is written: count 2.882, share 44,6 %, points +3,1, ratio 2,4×, minutes 3 j 12 m, seconds, people."""

Subject = Literal["content", "issue", "takedown", "outreach", "published", "feed", "change", "quality"]

_BETTER: Mapping[str, bool | None] = MappingProxyType({"more": True, "less": False, "neither": None})


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure in Indonesian and English.

    `better`: True when more is better, False when less is, None when neither. `column`: its name in frames and files.
    `unit`: words for axes, empty where the kind carries its own. `clock`: by which time it is counted.
    """

    code: str
    subject: Subject
    column: str
    kind: Kind
    better: bool | None
    label_id: str
    label_en: str
    unit_id: str
    unit_en: str
    definition_id: str
    definition_en: str
    formula_id: str
    formula_en: str
    clock_id: str
    clock_en: str

    def label(self, language: str) -> str:
        """Return the name on screens (`language` "id" or "en", here and below)."""
        return self.label_id if language == "id" else self.label_en

    def unit(self, language: str) -> str:
        """Return the unit on axes."""
        return self.unit_id if language == "id" else self.unit_en

    def definition(self, language: str) -> str:
        """Return the definition in one sentence."""
        return self.definition_id if language == "id" else self.definition_en

    def formula(self, language: str) -> str:
        """Return how it is computed."""
        return self.formula_id if language == "id" else self.formula_en

    def clock(self, language: str) -> str:
        """Return by which time it is counted."""
        return self.clock_id if language == "id" else self.clock_en

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Return the measure of one row of the file; raises `KeyError` for a direction that is not declared."""
        words = {name: text for name, text in row.items() if name.endswith(("_id", "_en"))}
        return cls(
            code=row["code"],
            subject=cast("Subject", row["subject"]),
            column=row["column"],
            kind=cast("Kind", row["kind"]),
            better=_BETTER[row["better"]],
            **words,
        )


def _declared() -> dict[str, Measure]:
    with Path(__file__).with_name("measures.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Measure.from_row(row) for row in csv.DictReader(file)}


MEASURES: Mapping[str, Measure] = MappingProxyType(_declared())
"""Code -> measure, in the order of the definitions page."""
