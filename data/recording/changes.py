"""The rows of one batch beside what is stored: merged in order, compared once, written once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Change:
    """One column of one stored row that got another value."""

    key: Key
    column: str
    old: Any
    new: Any


@dataclass
class Changes:
    """Rows of one table as stored (`before`) and as they shall be (`after`), by primary key.

    `before` may hold more rows than `after`: neighbours that a later step wants to see.
    """

    table: Table
    feed_code: str
    now: int
    before: dict[Key, Row] = field(default_factory=dict)
    after: dict[Key, Row] = field(default_factory=dict)
    reasons: dict[Key, str] = field(default_factory=dict)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the primary key's columns, in order."""
        return tuple(column.name for column in self.table.primary_key)

    def key_of(self, row: Mapping[str, Any]) -> Key:
        """Return the primary key of a row."""
        return tuple(row[name] for name in self.key_columns)

    def known(self, key: Key) -> Row | None:
        """Return the row as it stands after the rows merged so far, or None."""
        return self.after.get(key) or self.before.get(key)

    def new_rows(self) -> list[Row]:
        """Return the rows that are not stored yet."""
        return [row for key, row in self.after.items() if key not in self.before]

    def changed_columns(self, key: Key) -> tuple[str, ...]:
        """Return the columns in which a stored row will differ."""
        before, after = self.before[key], self.after[key]
        if before is after:
            return ()
        return tuple(name for name, value in after.items() if value != before[name])

    def changed(self) -> dict[Key, tuple[str, ...]]:
        """Return the changed columns of each stored row that will differ."""
        pairs = ((key, self.changed_columns(key)) for key in self.after if key in self.before)
        return {key: names for key, names in pairs if names}

    def differences(self, columns: Iterable[str]) -> Iterator[Change]:
        """Give every changed value of stored rows in the named columns."""
        wanted = set(columns)
        for key, names in self.changed().items():
            for name in names:
                if name in wanted:
                    yield Change(key, name, self.before[key][name], self.after[key][name])
