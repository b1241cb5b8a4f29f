"""What every format hands to the loader: a file decided on, whose rows can now be turned into rows of the database."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from data.loaders.files.records import Row
from data.loaders.interpreted import Interpreted, Unknowns
from data.loaders.problems import LoadProblem, RowProblem

T = TypeVar("T")
Groups = tuple[int, int]
"""A number that rows of the same content share, and one that rows of the same isu share."""


@dataclass
class Refusal:
    """A row of the file that was refused."""

    line: int
    reason: str
    cells: Sequence[Any]


@dataclass(slots=True)
class Outcome:
    """One row of the file: what it says or why it was refused; a row that cannot be cut into cells has no groups."""

    groups: Groups | None
    row: Interpreted | None = None
    refusal: Refusal | None = None


@dataclass
class GroupNumbers:
    """The groups of all rows of a file in order, 16 bytes a row."""

    contents: "array[int]" = field(default_factory=lambda: array("q"))
    issues: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, groups: Groups) -> None:
        """Append the groups of one row."""
        self.contents.append(groups[0])
        self.issues.append(groups[1])

    def lasts(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the row at which each repeated group ends, for content and for isu."""
        return lasts(self.contents), lasts(self.issues)


@dataclass
class Prepared(Generic[T]):
    """A table of a file, surveyed, and how its rows are read.

    `numbers` are the groups of its readable rows; `look` gives what a row shows at first sight, `interpret` its rows of
    the database or `RowProblem`.
    """

    name: str
    format: str
    header: tuple[str, ...]
    row_count: int
    rows: Callable[[], Iterator[Row]]
    look: Callable[[Row], T]
    numbers: GroupNumbers
    interpret: Callable[[T], Interpreted]
    unknowns: Unknowns
    notes: list[str] = field(default_factory=list)
    date_order: str | None = None

    def outcomes(self) -> Iterator[Outcome]:
        """Give what became of each row, in the order of the file; raise `LoadProblem` when it has changed meanwhile."""
        groups = iter(zip(self.numbers.contents, self.numbers.issues, strict=True))
        for row in self.rows():
            if row.problem is not None:
                yield Outcome(None, refusal=Refusal(row.line, row.problem, row.cells))
                continue
            own = next(groups, None)
            if own is None:
                raise LoadProblem(f"{self.name} has grown while it was read. Load it again when it is finished.")
            yield self._outcome(row, own)

    def _outcome(self, row: Row, groups: Groups) -> Outcome:
        try:
            return Outcome(groups, self.interpret(self.look(row)))
        except RowProblem as problem:
            return Outcome(groups, refusal=Refusal(row.line, str(problem), row.cells))


def lasts(groups: "array[int]") -> dict[int, int]:
    """Return the last position of each number that occurs more than once."""
    if not len(groups):
        return {}
    numbers = np.frombuffer(groups, dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    is_last = np.append(ordered[1:] != ordered[:-1], True)
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    repeated = is_last & ~is_first
    return dict(zip(ordered[repeated].tolist(), order[repeated].tolist(), strict=True))
