"""The one way in: validate, deduplicate, compare, write what changed, and let everything that follows follow."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table

from data.recording import cleaning, corrections, feeds, quarantine, stored
from data.recording.changes import Changes, Key, Row
from data.recording.results import Recorded, Refused, Reject, Rows, UnknownColumn
from data.recording.subjects import Subject
from data.rollups import keeping

BATCH_ROWS = 1_000
"""Rows merged and written together: enough to share statements and cells, few enough to stay small."""

ABOUT_THE_ROW = frozenset({"clear", "reason", "line", "file_name"})
"""Keys any row may carry beside columns."""

OURS = frozenset({"feed_code", "recorded_at", "updated_at"})
"""Columns the recorder writes itself, in every table; ignored in rows."""


def record(connection: Connection, subject: Subject, feed_code: str, rows: Rows, now: datetime) -> Recorded:
    """Record rows of one subject in the caller's transaction and return what became of them.

    The rows apply in order. Everything is written, or, when an exception leaves this function, nothing.
    """
    given = as_rows(rows)
    with connection.begin_nested():
        keeping.take_gate(connection)
        feeds.require(connection, feed_code)
        seconds, total, newest = at_seconds(now), Recorded(), None
        for batch in in_batches(given):
            done, latest = _record_batch(connection, subject, feed_code, batch, seconds)
            total += done
            newest = max(filter(None, (newest, latest)), default=None)
        simulated = any(cleaning.is_true(row.get("is_simulated")) for row in given)
        feeds.bump(connection, feed_code, seconds, newest, changed=total.changed, is_simulated=simulated)
        quarantine.keep(connection, feed_code, total.rejected, now=now)
    return total


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
    connection: Connection, subject: Subject, feed_code: str, batch: list[Mapping[str, Any]], now: int
) -> tuple[Recorded, int | None]:
    """Record one batch; return what became of it and the newest time in it."""
    rejected: list[Reject] = []
    cleaned = _cleaned(subject, feed_code, batch, now, rejected)
    changes = Changes(subject.table, feed_code, now)
    _read_before(connection, subject, changes, [row for row, _ in cleaned])
    accepted = 0
    for row, original in cleaned:
        try:
            merge(changes, subject, row, original)
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
    for original in batch:
        try:
            row = clean(subject, original, now)
            subject.identify(row, feed_code)
        except Refused as refused:
            rejected.append(reject(refused, original))
        else:
            passed.append((row, original))
    return passed


def clean(subject: Subject, original: Mapping[str, Any], now: int) -> Row:
    """Return what is known in a row, as the database stores it; raise `Refused` or `UnknownColumn`."""
    cleaners = cleaning.cleaners(subject.table, subject.planned)
    latest = cleaning.latest_allowed(now)
    row: Row = {}
    for name, value in original.items():
        if cleaning.is_missing(value) or name in ABOUT_THE_ROW or name in OURS or name in subject.kept:
            continue
        cleaner = cleaners.get(name)
        if cleaner is None and name not in subject.options:
            raise UnknownColumn(f"{name!r} is not a column of {subject.table.name}")
        try:
            row[name] = cleaner(value, latest) if cleaner is not None else cleaning.text(value)
        except Refused as refused:
            raise Refused(f"{name} {refused}") from None
        if row[name] == "" or row[name] not in subject.vocabularies.get(name, (row[name],)):
            _drop_or_refuse(row, name)
    return row


def _drop_or_refuse(row: Row, name: str) -> None:
    value = row.pop(name)
    if value != "":
        raise Refused(f"{name} {value[:40]!r} is not one of the known words")


def reject(refused: Refused, original: Mapping[str, Any]) -> Reject:
    """Return the reject of a row with its reason, line and file."""
    return Reject(str(refused), original, original.get("line") or 0, original.get("file_name") or "recording")


def _read_before(connection: Connection, subject: Subject, changes: Changes, rows: list[Row]) -> None:
    by = subject.read_by or changes.key_columns
    keys = [tuple(row[name] for name in by) for row in rows]
    for found in stored.read(connection, subject.table, by, keys):
        changes.before[tuple(found[name] for name in changes.key_columns)] = found


def merge(changes: Changes, subject: Subject, row: Row, original: Mapping[str, Any]) -> None:
    """Lay one row over what is known of its key; raise `Refused` when the result cannot be."""
    aside = {name: row.pop(name) for name in subject.options if name in row and name not in changes.table.c}
    key: Key = tuple(row[name] for name in changes.key_columns)
    known = changes.known(key)
    if known is None:
        merged = _blank(changes, subject) | row
        _require_all(changes, merged)
    else:
        if row.get("natural_key", known.get("natural_key")) != known.get("natural_key"):
            raise Refused("another row with another natural key has the same id")
        merged = known | row
    _clear(subject, merged, original.get("clear") or ())
    subject.settle(merged, row)
    subject.check(merged)
    changes.put(key, merged)
    changes.asides.setdefault(key, {}).update(aside)
    if original.get("reason"):
        changes.reasons[key] = cleaning.text(original["reason"])


def _blank(changes: Changes, subject: Subject) -> Row:
    ours = {
        "feed_code": changes.feed_code,
        "is_simulated": False,
        "recorded_at": changes.now,
        "updated_at": changes.now,
    }
    return {column.name: subject.defaults.get(column.name, ours.get(column.name)) for column in changes.table.columns}


@cache
def _required(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.nullable)


def _require_all(changes: Changes, row: Row) -> None:
    for name in _required(changes.table):
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
