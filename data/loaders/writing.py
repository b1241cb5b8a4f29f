"""Batches of interpreted rows into the database, one transaction each, through the recording functions."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from data import recording
from data.engine import retrying, transaction
from data.keys import stable_id
from data.loaders.interpreted import Interpreted, Part
from data.loaders.merging import earliest, merged
from data.loaders.prepared import Refusal
from data.loaders.summaries import Summary
from data.recording import Recorded, Reject, quarantine
from data.rollups import keeping
from data.tables import issue

ROWS_A_BATCH = 2_000
"""Rows of the file in one transaction: long enough to be fast, short enough to let other writers in."""

RECORDERS: dict[str, Callable[..., Recorded]] = {
    "content": recording.contents,
    "takedown_request": recording.takedown_requests,
    "clarification": recording.clarifications,
    "appeal": recording.appeals,
    "campaign_reach": recording.campaign_reach,
    "hashtag_reach": recording.hashtag_reach,
    "activity": recording.activities,
    "qos_measurement": recording.qos_measurements,
}


class Undone(Exception):
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

    @property
    def refused_lines(self) -> set[int]:
        """Lines of the rows the recorder refused."""
        return {each.line for each in self.refused}


@dataclass(frozen=True)
class Writer:
    """Writes batches of one file under one feed."""

    engine: Engine
    feed_code: str
    file_name: str
    header: tuple[str, ...]
    now: datetime
    is_dry_run: bool = False

    def write(self, batch: Batch, summary: Summary) -> list[Refusal]:
        """Write a batch, count it in the summary, and return the rows the recorder refused."""
        written = retrying(lambda: self._kept(batch))
        for table, answer in written.answers.items():
            summary.count(table, answer.new, answer.updated, answer.unchanged)
        _count_rows(batch, written, summary)
        return written.refused

    def _kept(self, batch: Batch) -> Written:
        written = Written()
        try:
            with transaction(self.engine) as connection, keeping.together(connection):
                self._record(connection, batch, written)
                if self.is_dry_run:
                    raise Undone  # noqa: TRY301 - the one way to make the block roll back
        except Undone:
            pass
        return written

    def _record(self, connection: Connection, batch: Batch, written: Written) -> None:
        for table, record in RECORDERS.items():
            refused = written.refused_lines
            kept = (row for row in batch.rows if row.line not in refused)
            parts = (part for row in kept for part in row.parts.get(table, ()))
            rows = [self._told(part) for part in merged(table, parts)]
            if rows:
                self._note(batch, written, table, record(connection, self.feed_code, rows, now=self.now))
        self._record_issues(connection, batch, written)
        rejects = rejects_of(batch.refused, self.header, self.file_name)
        quarantine.keep(connection, self.feed_code, rejects, now=self.now)

    def _record_issues(self, connection: Connection, batch: Batch, written: Written) -> None:
        refused, known = written.refused_lines, _first_seen(connection, list(batch.issues))
        rows = []
        for key, (part, is_complete) in batch.issues.items():
            if part["line"] not in refused and (is_complete or key not in known):
                rows.append(self._told({**part, "first_seen_at": earliest(known.get(key), part["first_seen_at"])}))
        if rows:
            self._note(batch, written, "issue", recording.issues(connection, self.feed_code, rows, now=self.now))

    def _note(self, batch: Batch, written: Written, table: str, answer: Recorded) -> None:
        written.answers[table] = answer
        if answer.rejected:
            cells = {row.line: row.raw for row in batch.rows}
            written.refused += [Refusal(each.line, each.reason, cells.get(each.line, [])) for each in answer.rejected]

    def _told(self, part: Part) -> Part:
        return {**part, "file_name": self.file_name}


def rejects_of(refused: Iterable[Refusal], header: tuple[str, ...], file_name: str) -> list[Reject]:
    """Return refused rows of a file as the recorder keeps them in quarantine."""
    return [
        Reject(each.reason, dict(zip(header, map(str, each.cells), strict=False)), each.line, file_name)
        for each in refused
    ]


def _first_seen(connection: Connection, keys: list[str]) -> dict[str, datetime | None]:
    """Return when the stored isu among these keys were first seen."""
    ids = {stable_id("issue", key): key for key in keys}
    statement = select(issue.c.issue_id, issue.c.first_seen_at).where(issue.c.issue_id.in_(list(ids)))
    return {ids[row.issue_id]: row.first_seen_at for row in connection.execute(statement.order_by(issue.c.issue_id))}


def _count_rows(batch: Batch, written: Written, summary: Summary) -> None:
    """Count rows of the file: new where their content, else their clarification, else their isu is new.

    A second row on the same thing counts as unchanged. Updated are as many rows as the most changed table has.
    """
    refused = written.refused_lines
    summary.n_rejected += len(batch.refused) + len(refused)
    leading = Counter(next(iter(row.parts), "issue") for row in batch.rows if row.line not in refused)
    kept, answers = leading.total(), written.answers
    new = sum(min(count, answers[table].new) for table, count in leading.items() if table in answers)
    most = max((answer.new + answer.updated for answer in answers.values()), default=0)
    updated = min(kept - new, max(most - new, 0))
    summary.rows.add(new, updated, kept - new - updated)
