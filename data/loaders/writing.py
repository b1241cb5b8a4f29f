"""Batches of interpreted rows into the database, one transaction each, through the recording functions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from data import recording
from data.engine import retrying, transaction
from data.keys import stable_id
from data.loaders.gathering import earliest
from data.loaders.interpreted import Interpreted, Part
from data.loaders.prepared import Refusal
from data.loaders.quarantines import quarantine_rows
from data.loaders.summaries import Summary
from data.recording import Recorded
from data.tables import issue

ROWS_A_BATCH = 2_000
"""Rows of the file in one transaction: long enough to be fast, short enough to let other writers in."""

RECORDERS: dict[str, Callable[..., Recorded]] = {
    "content": recording.contents,
    "takedown_request": recording.takedown_requests,
    "clarification": recording.clarifications,
    "appeal": recording.appeals,
}


class _Undone(Exception):
    """Ends a transaction of a dry run."""


@dataclass
class Batch:
    """Rows to be written together: `issues` by natural key with whether no later row can say more of them."""

    rows: list[Interpreted] = field(default_factory=list)
    issues: dict[str, tuple[Part, bool]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self.rows) + len(self.refused) >= ROWS_A_BATCH


@dataclass
class Written:
    """What became of one batch: answers by table, and the rows the recorder refused."""

    answers: dict[str, Recorded] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Writer:
    """Writes batches of one file under one feed."""

    engine: Engine
    feed_code: str
    file_name: str
    sha256: str
    now: datetime
    is_dry_run: bool = False

    def write(self, batch: Batch, summary: Summary) -> list[Refusal]:
        """Write a batch, count it in the summary, and return the rows the recorder refused."""
        written = self._kept(batch)
        for table, answer in written.answers.items():
            summary.count(table, answer.new, answer.updated, answer.unchanged)
        _count_rows(batch, written, summary)
        return written.refused

    def _kept(self, batch: Batch) -> Written:
        def once() -> Written:
            written = Written()
            try:
                with transaction(self.engine) as connection:
                    self._record(connection, batch, written)
                    if self.is_dry_run:
                        raise _Undone  # noqa: TRY301 - the one way to make the block roll back
            except _Undone:
                pass
            return written

        return retrying(once)

    def _record(self, connection: Connection, batch: Batch, written: Written) -> None:
        for table, record in RECORDERS.items():
            refused = {each.line for each in written.refused}
            rows = [
                self._told(row.parts[table]) for row in batch.rows if table in row.parts and row.line not in refused
            ]
            if rows:
                written.answers[table] = record(connection, self.feed_code, rows, now=self.now)
                written.refused += _refusals(batch, written.answers[table])
        self._record_issues(connection, batch, written)
        quarantine_rows(connection, self.feed_code, (self.file_name, self.sha256), batch.refused, self.now)

    def _record_issues(self, connection: Connection, batch: Batch, written: Written) -> None:
        refused = {each.line for each in written.refused}
        known = _first_seen(connection, list(batch.issues))
        rows = []
        for key, (part, is_complete) in batch.issues.items():
            if part["line"] in refused or (key in known and not is_complete):
                continue
            first_seen = earliest(known.get(key), part["first_seen_at"])
            rows.append(self._told({**part, "first_seen_at": first_seen}))
        if rows:
            written.answers["issue"] = recording.issues(connection, self.feed_code, rows, now=self.now)
            written.refused += _refusals(batch, written.answers["issue"])

    def _told(self, part: Part) -> Part:
        return {**part, "file_name": self.file_name}


def _first_seen(connection: Connection, keys: list[str]) -> dict[str, datetime | None]:
    """Return when the stored isu among these keys were first seen."""
    ids = {stable_id("issue", key): key for key in keys}
    statement = select(issue.c.issue_id, issue.c.first_seen_at).where(issue.c.issue_id.in_(list(ids)))
    return {ids[row.issue_id]: row.first_seen_at for row in connection.execute(statement.order_by(issue.c.issue_id))}


def _refusals(batch: Batch, answer: Recorded) -> list[Refusal]:
    if not answer.rejected:
        return []
    cells = {row.line: row.raw for row in batch.rows}
    return [Refusal(each.line, each.reason, cells.get(each.line, [])) for each in answer.rejected]


def _count_rows(batch: Batch, written: Written, summary: Summary) -> None:
    """Count rows of the file: new where their content (else clarification, else isu) is, updated where a part is."""
    summary.n_rejected += len(batch.refused) + len({each.line for each in written.refused})
    kept = len(batch.rows) - len({each.line for each in written.refused})
    leading = [written.answers[name] for name in ("content", "clarification") if name in written.answers]
    if "content" in written.answers and not all("content" in row.parts for row in batch.rows):
        new = sum(answer.new for answer in leading)
    else:
        new = (leading or list(written.answers.values()) or [Recorded()])[0].new
    new = min(new, kept)
    most = max((answer.updated + answer.new for answer in written.answers.values()), default=0)
    updated = min(kept - new, max(most - new, 0))
    summary.rows.add(new, updated, kept - new - updated)
