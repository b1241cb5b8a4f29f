"""One row of a file, turned into rows of the database."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Part = dict[str, Any]

MOST_EXAMPLES = 200
"""Different unknown words that are remembered for a field; more would only lengthen the report."""


@dataclass(slots=True)
class Interpreted:
    """Rows by table (content, takedown_request, clarification, appeal), and the issue they belong to.

    The first table of `parts` is the one by which the row of the file counts as new or known.
    """

    line: int
    raw: list[Any]
    parts: dict[str, list[Part]] = field(default_factory=dict)
    issue: Part | None = None


@dataclass
class Unknowns:
    """What could not be understood: rows by field, and the words that stood there; and rows kept although odd."""

    rows: Counter[str] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    odd: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, word: str = "") -> None:
        """Count a row whose field is unknown; `word` is what stood there, '' where nothing did."""
        self.rows[name] += 1
        if word:
            seen = self.words.setdefault(name, Counter())
            if len(seen) < MOST_EXAMPLES or word[:60] in seen:
                seen[word[:60]] += 1
