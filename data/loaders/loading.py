"""From a file to the database: what it is, one pass to decide, one pass to write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, select

from data import schema
from data.engine import retrying, snapshot
from data.loaders.boundary_loads import BoundaryLoad
from data.loaders.codes import Codes
from data.loaders.columns import seen
from data.loaders.figure_loads import FigureLoad
from data.loaders.files.kinds import kind_of
from data.loaders.files.sources import Source
from data.loaders.files.tables import Table
from data.loaders.finishing import rejects_file, write_down
from data.loaders.formats import boundaries, claim_reviews, figures, sheets, statements
from data.loaders.gathering import Gathering, IssueGathering
from data.loaders.options import Options
from data.loaders.prepared import Outcome, Prepared
from data.loaders.problems import LoadProblem
from data.loaders.reports import kinds
from data.loaders.reports import tables as reports
from data.loaders.summaries import Summary
from data.loaders.writing import Batch, Writer
from data.tables import feed

JSON_FORMATS = frozenset({"claimreview", "map"})
"""Formats that come as JSON. A table is a map too where a mapping file says which column is what."""


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
    tables = _tables(source, options)
    sha256 = source.sha256()
    if not tables and _is_map(source, options):
        return [BoundaryLoad(engine, source, codes, sha256, options).run()]
    if tables and _is(figures.is_figures, "figures", tables[0], options):
        return [FigureLoad(engine, source, table, codes, sha256, options).run() for table in tables]
    options, prepared = prepare(source, tables, codes, options)
    with snapshot(engine) as connection:
        _require_feed(connection, options.feed_code)
    return [TableLoad(engine, source, each, sha256, options).run() for each in prepared]


def _tables(source: Source, options: Options) -> list[Table]:
    """Return the tables of a file; none of JSON, which is read in another way."""
    kind, told = kind_of(source), options.format
    is_mapped = told == "map" and bool(options.mapping.columns)
    if told != "auto" and not is_mapped and (kind == "json") != (told in JSON_FORMATS):
        raise LoadProblem(f"{source.name} is {'JSON' if kind == 'json' else 'no JSON'}: it cannot be {told}.")
    wanted = kinds.wanted(options.mapping, told)
    return [] if kind == "json" else sheets.tables_of(source, options.mapping, wanted, is_text=kind == "text")


def _is(known: Callable[[tuple[str, ...]], bool], name: str, table: Table, options: Options) -> bool:
    """Return whether a table is of a format: as was told, else by its header."""
    if options.format == name and not known(table.header):
        raise LoadProblem(f"{table.name} has not the columns of {name}. {seen(table)}")
    return options.format == name or (options.format == "auto" and not options.mapping.columns and known(table.header))


def prepare(source: Source, tables: list[Table], codes: Codes, options: Options) -> tuple[Options, list[Prepared[Any]]]:
    """Survey a file of any known format and return its tables ready to be loaded, and the options to load them with."""
    if not tables:
        return options, [claim_reviews.prepare(source, codes, options)]
    if options.format in {"auto", "dsa"} and not options.mapping.columns:
        statements.refuse_daily(tables[0])
    if _is(statements.is_statements, "dsa", tables[0], options):
        return options, [statements.prepare(table, codes, options) for table in tables]
    return reports.prepare_known(tables, codes, options) or (options, sheets.prepare_known(tables, codes, options))


def _is_map(source: Source, options: Options) -> bool:
    """Return whether a JSON document is a map: as was told, else by its first words."""
    return options.format == "map" or (options.format == "auto" and boundaries.is_boundaries(source))


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
        with rejects_file(self.source, prepared.name, prepared.header, options) as rejects:
            for batch in self._batches(summary):
                for refusal in [*batch.refused, *writer.write(batch, summary)]:
                    rejects.add(refusal.line, refusal.reason, refusal.cells)
                    summary.refuse(refusal.reason)
                options.progress(prepared.name, "load", summary.n_read, prepared.row_count)
            summary.rejects_path = rejects.path
        summary.seconds = perf_counter() - started
        if not summary.n_read:
            summary.notes.append("a header and no rows under it: nothing to load")
        if not options.is_dry_run:
            retrying(lambda: write_down(self.engine, summary, options))
        return summary

    def _batches(self, summary: Summary) -> Iterator[Batch]:
        """Give batches of complete groups; the number of rows read is kept in the summary."""
        last_of_group, last_of_issue = self.prepared.numbers.lasts()
        rows, issues = Gathering(last_of_group), IssueGathering(last_of_issue)
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


def _gather(batch: Batch, rows: Gathering, issues: IssueGathering, outcome: Outcome, position: int) -> None:
    groups = outcome.groups or (0, 0)
    issue, is_complete = issues.add(position, groups[1], outcome.row.issue if outcome.row else None)
    if issue is not None:
        batch.issues[issue["natural_key"]] = (issue, is_complete)
    batch.rows.extend(rows.add(position, groups[0], outcome.row))
