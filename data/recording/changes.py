"""The rows of one batch beside what is stored: merged in order, compared once, written once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Table

from data import tables

Row = dict[str, Any]
"""One row by column name, with values as the database stores them: times are whole UTC seconds."""

Key = tuple[Any, ...]

HOUR_SECONDS = 3_600


@cache
def key_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the primary key's columns, in order."""
    return tuple(str(column.name) for column in table.primary_key)


@cache
def key_getter(table: Table) -> Callable[[Row], Key]:
    """Return what takes the primary key from a row; it raises `KeyError` where the row lacks a part."""
    names = key_columns(table)
    if len(names) > 1:
        return itemgetter(*names)
    (name,) = names
    return lambda row: (row[name],)


class Change(NamedTuple):
    """One column of one stored row that got another value."""

    key: Key
    column: str
    old: Any
    new: Any


@dataclass
class Changes:
    """Rows of one table as stored (`before`) and as they shall be (`after`), by primary key.

    `before` may hold more rows than `after`: neighbours that a later step wants to see. Rows are never changed in
    place; `put` and `set` replace them. `asides` are options of rows that are no columns, `reasons` why they came,
    `related` stored rows of another table that a later step needs again. `told` collects the names of tables written.
    """

    table: Table
    feed_code: str
    now: int
    before: dict[Key, Row] = field(default_factory=dict)
    after: dict[Key, Row] = field(default_factory=dict)
    reasons: dict[Key, str] = field(default_factory=dict)
    asides: dict[Key, Row] = field(default_factory=dict)
    related: list[Row] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    _differ: dict[Key, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _changed: dict[Key, tuple[str, ...]] | None = field(default=None, init=False, repr=False)

    @property
    def stamp(self) -> int:
        """What `updated_at` becomes: this moment, of content the last second of its hour.

        Content is told again and again: asked for, acted upon, verified. PostgreSQL changes a row on its page when no
        indexed column changes, else it puts the row into all eight indexes anew. Fixed links ask `updated_at` only for
        rows that may have changed since: a later time makes them look at a row more, an earlier one would be wrong.
        """
        return self.now // HOUR_SECONDS * HOUR_SECONDS + HOUR_SECONDS - 1 if self.table is tables.content else self.now

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the primary key's columns, in order."""
        return key_columns(self.table)

    def key_of(self, row: Row) -> Key:
        """Return the primary key of a row; raise `KeyError` where it lacks a part."""
        return key_getter(self.table)(row)

    def known(self, key: Key) -> Row | None:
        """Return the row as it stands after the rows merged so far, or None."""
        return self.after.get(key) or self.before.get(key)

    def put(self, key: Key, row: Row) -> None:
        """Take a merged row; an equal one keeps the stored object, so that comparing is cheap."""
        stored, self._changed = self.before.get(key), None
        self.after[key] = stored if stored == row else row
        self._differ.pop(key, None)

    def set(self, key: Key, values: Mapping[str, Any]) -> None:
        """Give some columns of a row that is already here these values."""
        row = self.after.get(key) or self.before[key]
        for name, value in values.items():
            if row[name] != value:
                self.put(key, row | dict(values))
                return

    def new(self) -> dict[Key, Row]:
        """Return the rows that are not stored yet."""
        return {key: row for key, row in self.after.items() if key not in self.before}

    def changed(self) -> dict[Key, tuple[str, ...]]:
        """Return the changed columns of each stored row that will differ."""
        if self._changed is None:
            stored = [key for key in self.after if key in self.before]
            self._changed = {key: names for key in stored if (names := self._changed_columns(key))}
        return self._changed

    def touched(self) -> Collection[Any]:
        """Return the distribution keys of rows that are new or will differ."""
        place = self.key_columns.index(self.table.info["distributed_by"])
        return {key[place] for key in (*self.new(), *self.changed())}

    def differences(self, columns: Iterable[str]) -> Iterator[Change]:
        """Give every changed value of stored rows in the named columns."""
        wanted = frozenset(columns)
        for key, names in self.changed().items():
            for name in names:
                if name in wanted:
                    yield Change(key, name, self.before[key][name], self.after[key][name])

    def _changed_columns(self, key: Key) -> tuple[str, ...]:
        before, after = self.before[key], self.after[key]
        if before is after:
            return ()
        if key not in self._differ:
            self._differ[key] = tuple([name for name, value in after.items() if value != before[name]])
        return self._differ[key]
