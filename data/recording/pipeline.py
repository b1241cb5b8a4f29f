"""The one way in: validate, deduplicate, compare, write what changed, and let everything that follows follow."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data.recording import batches, cleaning, corrections, feeds, quarantine, stored, upserts
from data.recording.changes import Changes, Row
from data.recording.results import Recorded, Refused, Reject, Rows, UnknownColumn
from data.recording.subjects import Subject
from data.rollups import keeping

BATCH_ROWS = 2_000
"""Rows merged and written together: enough to share statements and cells, few enough to stay small."""


def record(connection: Connection, subject: Subject, feed_code: str, rows: Rows, now: datetime) -> Recorded:
    """Record rows of one subject in the caller's transaction and return what became of them.

    The rows apply in order. Everything is written, or, when an exception leaves this function, nothing.
    """
    given = as_rows(rows)
    with _unsearched(), keeping.savepoint(connection), keeping.together(connection):
        keeping.take_gate(connection)
        keeping.expect(connection, len(given))
        own_topic, told = feeds.require(connection, feed_code), set[str]()
        seconds, total, newest = at_seconds(now), Recorded(), None
        for batch in in_batches(given):
            changes = Changes(subject.table, feed_code, seconds, told=told)
            done, latest = _record_batch(connection, subject, changes, batch)
            total += done
            newest = max(filter(None, (newest, latest)), default=None)
        simulated = any(cleaning.is_true(row.get("is_simulated")) for row in given)
        feeds.bump(connection, feed_code, seconds, newest, changed=total.changed, is_simulated=simulated)
        feeds.tell(connection, told, own_topic)
        quarantine.keep(connection, feed_code, total.rejected, now=now)
    return total


@contextmanager
def _unsearched() -> Iterator[None]:
    """Keep Python from searching for garbage: recording makes twenty rows and keys of each row, and no cycles of them.

    It would search twenty times for a thousand rows, now and then through all there is: up to a tenth of the work.
    """
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


def at_seconds(now: datetime) -> int:
    """Return the moment of recording as UTC seconds; raise `ValueError` for a naive one."""
    if now.utcoffset() is None:
        raise ValueError("now must be an aware datetime")
    return int(now.astimezone(UTC).timestamp())


def as_rows(rows: Rows) -> Sequence[Mapping[str, Any]]:
    """Return a frame as rows; rows come back as they are."""
    return rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows  # type: ignore[return-value]


def in_batches(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Give the rows in batches of `BATCH_ROWS`."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH_ROWS)):
        yield batch


def _record_batch(
    connection: Connection, subject: Subject, changes: Changes, batch: list[Mapping[str, Any]]
) -> tuple[Recorded, int | None]:
    """Record one batch; return what became of it and the newest time in it."""
    rejected: list[Reject] = []
    cleaned = _cleaned(subject, changes.feed_code, batch, changes.now, rejected)
    _read_before(connection, subject, changes, [row for row, _ in cleaned])
    accepted = 0
    blank = _blank(changes, subject)
    for row, original in cleaned:
        try:
            merge(changes, subject, blank, row, original)
            accepted += 1
        except Refused as refused:
            rejected.append(reject(refused, original))
    subject.complete(connection, changes)
    new, updated = len(changes.new()), len(changes.changed())
    stored.write(connection, changes)
    corrections.append(connection, changes, subject)
    subject.follow(connection, changes)
    return Recorded(new, updated, accepted - new - updated, rejected), _newest(subject, changes)


def _cleaned(
    subject: Subject, feed_code: str, batch: list[Mapping[str, Any]], now: int, rejected: list[Reject]
) -> list[tuple[Row, Mapping[str, Any]]]:
    """Return the rows that pass, with their keys filled, beside the rows as they came."""
    passed = []
    for row, original in zip(batches.cleaned(subject, batch, now), batch, strict=True):
        if isinstance(row, Refused):
            rejected.append(reject(row, original))
            continue
        try:
            subject.identify(row, feed_code)
        except Refused as refused:
            rejected.append(reject(refused, original))
        else:
            passed.append((row, original))
    return passed


def clean(subject: Subject, original: Mapping[str, Any], now: int) -> Row:
    """Return what is known in a row, as the database stores it; raise `Refused` or `UnknownColumn`."""
    (row,) = batches.cleaned(subject, [original], now)
    if isinstance(row, Refused):
        raise row
    return row


def reject(refused: Refused, original: Mapping[str, Any]) -> Reject:
    """Return the reject of a row with its reason, line and file."""
    return Reject(str(refused), original, original.get("line") or 0, original.get("file_name") or "recording")


def _read_before(connection: Connection, subject: Subject, changes: Changes, rows: list[Row]) -> None:
    by = subject.read_by or changes.key_columns
    keys = [tuple(row[name] for name in by) for row in rows]
    for found in stored.read(connection, subject.table, by, keys):
        changes.before[changes.key_of(found)] = found


@dataclass(frozen=True)
class Blank:
    """A row of which nothing is known yet, and the columns that a new row must bring."""

    row: Row
    needed: tuple[str, ...]


def merge(changes: Changes, subject: Subject, blank: Blank, row: Row, original: Mapping[str, Any]) -> None:
    """Lay one row over what is known of its key; raise `Refused` when the result cannot be."""
    aside = {name: row.pop(name) for name in subject.asides if name in row}
    key = changes.key_of(row)
    known = changes.known(key)
    if known is None:
        merged = blank.row | row
        _require(blank.needed, merged)
    else:
        if "natural_key" in row and row["natural_key"] != known.get("natural_key"):
            raise Refused("another row with another natural key has the same id")
        merged = known | row
    if original.get("clear"):
        _clear(subject, merged, original["clear"])
    subject.settle(merged, row)
    subject.check(merged)
    changes.put(key, merged)
    if aside:
        changes.asides.setdefault(key, {}).update(aside)
    if original.get("reason"):
        changes.reasons[key] = cleaning.text(original["reason"])


def _blank(changes: Changes, subject: Subject) -> Blank:
    ours = {
        "feed_code": changes.feed_code,
        "is_simulated": False,
        "recorded_at": changes.now,
        "updated_at": changes.stamp,
    }
    table = changes.table
    row = {name: subject.defaults.get(name, ours.get(name)) for name in upserts.names_of(table)}
    return Blank(row, tuple(name for name in row if not table.c[name].nullable and row[name] is None))


def _require(names: Iterable[str], row: Row) -> None:
    for name in names:
        if row[name] is None:
            raise Refused(f"{name} is missing")


def _clear(subject: Subject, row: Row, names: Any) -> None:
    for name in (names,) if isinstance(names, str) else names:
        if name not in subject.table.c:
            raise UnknownColumn(f"{name!r} is not a column of {subject.table.name}")
        if name in subject.table.primary_key.columns or (
            not subject.table.c[name].nullable and name not in subject.defaults
        ):
            raise Refused(f"{name} cannot be emptied")
        row[name] = subject.defaults.get(name)


def _newest(subject: Subject, changes: Changes) -> int | None:
    times = [row[name] for row in changes.after.values() for name in subject.clock if row[name] is not None]
    return feeds.as_seconds(max(times), subject.clock[0]) if times else None
