"""What every format hands to the loader: a file decided on, whose rows can now be turned into rows of the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from data.loaders.interpreted import Interpreted, Unknowns


@dataclass
class Refusal:
    """A row of the file that was refused."""

    line: int
    reason: str
    cells: Sequence[Any]


@dataclass(slots=True)
class Outcome:
    """One row of the file: what it says or why it was refused, and the numbers rows of the same content or isu share.

    A row that could not even be cut into cells has no place in any group: `groups` is None.
    """

    groups: tuple[int, int] | None
    row: Interpreted | None = None
    refusal: Refusal | None = None


class Prepared(Protocol):
    """A table of a file, surveyed. `last_of_group` and `last_of_issue` tell at which row each repeated group ends."""

    name: str
    format: str
    header: tuple[str, ...]
    notes: list[str]
    date_order: str | None
    row_count: int
    last_of_group: dict[int, int]
    last_of_issue: dict[int, int]

    @property
    def unknowns(self) -> Unknowns:
        """What stayed open in the rows given so far."""
        ...

    def outcomes(self) -> Iterator[Outcome]:
        """Give what became of each row, in the order of the file."""
        ...
