"""From a file to the database: what it is, one pass to decide, one pass to write."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, select

from data import schema
from data.engine import retrying, snapshot, transaction
from data.keys import stable_id
from data.loaders.codes import Codes
from data.loaders.files.kinds import kind_of
from data.loaders.files.sources import REJECTS_ENDING, Source
from data.loaders.formats import claim_reviews, sheets, statements
from data.loaders.gathering import Gathering, IssueGathering
from data.loaders.options import Options
from data.loaders.prepared import Outcome, Prepared
from data.loaders.problems import LoadProblem
from data.loaders.rejects import RejectsFile
from data.loaders.summaries import Summary
from data.loaders.writing import Batch, Writer
from data.recording import heartbeat
from data.tables import feed, load_run

EVERY = 500
"""Rows between two calls of the progress function."""


def load(engine: Engine, source: Source, options: Options) -> list[Summary]:
    """Load one file and return what was done, one summary a table.

    Raises `LoadProblem` for a file that cannot be loaded (nothing is changed), `data.errors.DatabaseFault` for the
    database (what was loaded before stays; the same call goes on from there).
    """
    with snapshot(engine) as connection:
        schema.require(connection)
        _require_feed(connection, options.feed_code)
        codes = Codes.read(connection)
    options = replace(options, as_of=options.as_of or source.modified)
    prepared = prepare(source, codes, options)
    sha256 = source.sha256()
    return [TableLoad(engine, source, each, sha256, options).run() for each in prepared]


def prepare(source: Source, codes: Codes, options: Options) -> list[Prepared[Any]]:
    """Survey a file of any known format and return its tables ready to be loaded."""
    kind = kind_of(source)
    if kind == "json":
        return [claim_reviews.prepare(source, codes, options)]
    tables = sheets.tables_of(source, options.mapping, is_text=kind == "text")
    if options.format == "dsa" or (options.format == "auto" and statements.is_statements(tables[0].header)):
        return [statements.prepare(table, codes, options) for table in tables]
    return sheets.prepare_known(tables, codes, options)


def _require_feed(connection: Connection, feed_code: str) -> None:
    known = connection.execute(select(feed.c.code).order_by(feed.c.code)).scalars().all()
    if feed_code not in known:
        raise LoadProblem(f"There is no feed '{feed_code}' in this database. Feeds: {', '.join(known)}.")


@dataclass
class TableLoad:
    """One prepared table on its way into the database."""

    engine: Engine
    source: Source
    prepared: Prepared[Any]
    sha256: str
    options: Options

    def run(self) -> Summary:
        """Write all rows in batches, then the line in `load_run`."""
        started = perf_counter()
        prepared, options = self.prepared, self.options
        summary = Summary(prepared.name, prepared.format, notes=prepared.notes, date_order=prepared.date_order)
        summary.sha256, summary.is_dry_run, summary.unknowns = self.sha256, options.is_dry_run, prepared.unknowns
        writer = Writer(
            self.engine, options.feed_code, prepared.name, prepared.header, options.now, is_dry_run=options.is_dry_run
        )
        with self._rejects_file() as rejects:
            for batch in self._batches(summary):
                for refusal in [*batch.refused, *writer.write(batch, summary)]:
                    rejects.add(refusal.line, refusal.reason, refusal.cells)
                    summary.reasons[refusal.reason] += 1
                options.progress(prepared.name, "load", summary.n_read, prepared.row_count)
            summary.rejects_path = rejects.path
        summary.seconds = perf_counter() - started
        self._finish(summary)
        return summary

    def _rejects_file(self) -> RejectsFile:
        """Return the file for refused rows: beside the file; under a name somebody gave, numbered from the second."""
        if self.options.rejects is None:
            folder = self.source.path.parent if self.source.path else Path.cwd()
            return RejectsFile(folder / (Path(self.prepared.name).name + REJECTS_ENDING), self.prepared.header)
        path, used = self.options.rejects, self.options.rejects_used
        used.append(path)
        number = len(used)
        named = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        return RejectsFile(named, self.prepared.header, is_ours=False)

    def _batches(self, summary: Summary) -> Iterator[Batch]:
        """Give batches of complete groups; the number of rows read is kept in the summary."""
        rows, issues = Gathering(self.prepared.last_of_group), IssueGathering(self.prepared.last_of_issue)
        batch, position = Batch(), 0
        for outcome in self.prepared.outcomes():
            summary.n_read += 1
            if outcome.refusal is not None:
                batch.refused.append(outcome.refusal)
            if outcome.groups is not None:
                _gather(batch, rows, issues, outcome, position)
                position += 1
            if batch.is_full:
                yield batch
                batch = Batch()
        if batch.rows or batch.refused or batch.issues:
            yield batch

    def _finish(self, summary: Summary) -> None:
        if self.options.is_dry_run:
            return
        finished = datetime.now(UTC)

        def once() -> None:
            with transaction(self.engine) as connection:
                connection.execute(load_run.insert(), _line_of(summary, self.options.feed_code, finished))
                heartbeat(connection, self.options.feed_code, self.options.now)

        retrying(once)


def _gather(batch: Batch, rows: Gathering, issues: IssueGathering, outcome: Outcome, position: int) -> None:
    groups = outcome.groups or (0, 0)
    issue, is_complete = issues.add(position, groups[1], outcome.row.issue if outcome.row else None)
    if issue is not None:
        batch.issues[issue["natural_key"]] = (issue, is_complete)
    batch.rows.extend(rows.add(position, groups[0], outcome.row))


def _line_of(summary: Summary, feed_code: str, finished: datetime) -> dict[str, object]:
    return {
        "load_id": stable_id("load", summary.sha256, summary.name, summary.format, finished.isoformat()),
        "feed_code": feed_code,
        "file_name": summary.name,
        "sha256": summary.sha256,
        "format": summary.format,
        "date_order": summary.date_order,
        "n_read": summary.n_read,
        "n_new": summary.rows.new,
        "n_updated": summary.rows.updated,
        "n_unchanged": summary.rows.unchanged,
        "n_rejected": summary.n_rejected,
        "finished_at": finished,
    }
