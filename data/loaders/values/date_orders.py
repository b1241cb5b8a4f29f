"""Day first or month first: decided once for a file from all of its dates, with the evidence kept to be reported."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from data.loaders.values.calendars import RELATIVE
from data.loaders.values.dates import LONGEST, NUMERIC, Order, arranged, with_hyphens

Kind = Literal["day_first", "month_first", "either", "year_first", "other"]


@dataclass
class OrderEvidence:
    """Counts of dates by the orders in which they can be read.

    `later_if_day_first` and `later_if_month_first` count dates that can be read both ways but would lie in the
    future in one of them: nothing is reported before it happens.
    """

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    year_first: int = 0
    other: int = 0
    relative: int = 0
    later_if_day_first: int = 0
    later_if_month_first: int = 0

    def add(self, cell: object, today: date) -> None:
        """Count one cell of a time column."""
        if isinstance(cell, datetime) or not isinstance(cell, str):
            self.other += 1
            return
        text = with_hyphens(cell.strip().casefold()[:LONGEST])
        found = NUMERIC.search(text)
        if found is None:
            self.other += 1
            self.relative += RELATIVE.fullmatch(text) is not None
            return
        first, second, third = found[1], found[3], found[4]
        kind = kind_of(first, second)
        setattr(self, kind, getattr(self, kind) + 1)
        if kind == "either":
            self.later_if_day_first += _is_later(first, second, third, "dmy", today)
            self.later_if_month_first += _is_later(first, second, third, "mdy", today)

    def decide(self) -> "OrderDecision":
        """Return the order of the file: the one more dates insist on, then the one with fewer dates in the future."""
        if self.day_first != self.month_first:
            order: Order = "dmy" if self.day_first > self.month_first else "mdy"
            return OrderDecision(order, self, self._insisting())
        if self.later_if_day_first != self.later_if_month_first:
            order = "dmy" if self.later_if_day_first < self.later_if_month_first else "mdy"
            return OrderDecision(order, self, self._future())
        if self.day_first:
            return OrderDecision("dmy", self, f"assumed day first: {self._insisting()}")
        if self.either:
            return OrderDecision("dmy", self, f"assumed day first: all {self.either} dates can be read both ways")
        return OrderDecision(None, self, "no date leaves the order of day and month open")

    def _insisting(self) -> str:
        return (
            f"{self.day_first} dates can only be day first, {self.month_first} only month first, "
            f"{self.either} can be read both ways"
        )

    def _future(self) -> str:
        return (
            f"{self._insisting()}; day first would put {self.later_if_day_first} of them "
            f"in the future, month first {self.later_if_month_first}"
        )


@dataclass(frozen=True)
class OrderDecision:
    """The order decided for a file (None where no date needs one), the counts and the reason in words."""

    order: Order | None
    evidence: OrderEvidence
    reason: str


def kind_of(first: str, second: str) -> Kind:
    """Return how a numeric date that begins with two numbers can be read."""
    if len(first) == 4:
        return "year_first"
    if int(first) > 12:
        return "day_first"
    if int(second) > 12:
        return "month_first"
    return "other" if int(first) == int(second) else "either"


def _is_later(first: str, second: str, third: str, order: Order, today: date) -> bool:
    year, month, day = arranged(first, second, third, order)
    try:
        return date(year, month, day) > today
    except ValueError:
        return False
