"""How one table is recorded, declared once: its keys, its checks, what counts as a correction, what follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Table

from data.recording.changes import Changes, Row

Identify = Callable[[Row, str], None]
"""Fills the key columns of a row from what else it carries, given the feed's code; raises `Refused`."""

Step = Callable[[Connection, Changes], None]


def _nothing(_: Connection, __: Changes) -> None:
    return None


def _as_merged(_: Row, __: Row) -> None:
    return None


def _anything_goes(_: Row) -> None:
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """How one fact table is recorded.

    `clock` are the columns whose newest value is the feed's watermark (WIB days where they end in `day`).
    `options` are keys of a row that are no columns; `kept` are columns the recorder keeps itself, ignored in rows.
    `corrected` are columns whose change is a correction, `growing` those of them for which only a decrease is one.
    `planned` are times that may lie ahead. `settle` mends a merged row in the light of what was given, `check` may
    refuse it.
    `read_by` are the columns by which stored rows are looked up (default: the primary key).
    `complete` runs on the merged rows before they are written, `follow` after, both in the caller's transaction.
    """

    table: Table
    clock: tuple[str, ...]
    identify: Identify
    defaults: Mapping[str, Any] = field(default_factory=dict)
    vocabularies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    corrected: frozenset[str] = frozenset()
    growing: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()
    read_by: tuple[str, ...] = ()
    settle: Callable[[Row, Row], None] = _as_merged
    check: Callable[[Row], None] = _anything_goes
    complete: Step = _nothing
    follow: Step = _nothing

    @cached_property
    def asides(self) -> frozenset[str]:
        """Options that are no columns of the table."""
        return self.options - {column.name for column in self.table.columns}
