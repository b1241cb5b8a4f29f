"""How the rows of one table are read: decided once from the whole table, then applied to each row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from data.loaders.fields import TIMES
from data.loaders.files.records import Row
from data.loaders.mappings import RecordKind
from data.loaders.values.dates import DateStyle
from data.loaders.values.regions import Scheme
from data.loaders.words import plain, without_hidden

TimeField = str


@dataclass(frozen=True)
class Plan:
    """Columns by field (the first filled one counts), constants, translations of cells, and what was decided.

    `main_time` is the field by which rows are counted; `day_only` are time columns that never name a time of day.
    """

    columns: Mapping[str, tuple[int, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    styles: Mapping[TimeField, DateStyle] = field(default_factory=dict)
    style: DateStyle = field(default_factory=DateStyle)
    day_only: frozenset[TimeField] = frozenset()
    record: RecordKind | Literal["both"] = "content"
    main_time: TimeField | None = None
    scheme: Scheme | None = None
    is_takedown_sheet: bool = False

    @cached_property
    def known(self) -> frozenset[str]:
        """Fields that have a column or a constant."""
        return frozenset({*self.columns, *self.constants})

    @cached_property
    def times(self) -> tuple[TimeField, ...]:
        """Time fields that have a column or a constant."""
        return tuple(name for name in TIMES if name in self.known)

    def has(self, *names: str) -> bool:
        """Return whether any of the fields has a column or a constant."""
        return not self.known.isdisjoint(names)

    def cell(self, row: Row, name: str) -> Any:
        """Return the cell of a field as it stands, its constant where it is empty, else ''."""
        for position in self.columns.get(name, ()):
            cell = row.cells[position]
            if cell is not None and cell != "":
                return cell
        return self.constants.get(name, "")

    def text(self, row: Row, name: str) -> str:
        """Return the cell of a field as text without hidden characters, translated where the mapping says so."""
        if name not in self.known:
            return ""
        cell = self.cell(row, name)
        text = without_hidden(cell).strip() if isinstance(cell, str) else str(cell)
        return self.values[name].get(plain(text), text) if name in self.values else text
