"""Published figures on their way into the database: one small table, one transaction."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from data.engine import retrying, transaction
from data.loaders.codes import Codes
from data.loaders.files.sources import Source
from data.loaders.files.tables import Table
from data.loaders.finishing import rejects_file, write_down
from data.loaders.formats.figures import FigureReader, imbalances, record
from data.loaders.options import Options
from data.loaders.summaries import Counts, Summary
from data.loaders.writing import Undone, rejects_of
from data.recording import feeds, quarantine


@dataclass
class FigureLoad:
    """One table of published figures."""

    engine: Engine
    source: Source
    table: Table
    codes: Codes
    sha256: str
    options: Options

    def run(self) -> Summary:
        """Write the figures and say where they do not add up."""
        reader, options = FigureReader(self.table, self.codes, self.options), self.options
        summary = Summary(self.table.name, "figures", reader.n_read, len(reader.refused))
        summary.sha256, summary.is_dry_run = self.sha256, options.is_dry_run
        summary.notes = [self.table.decoding.sentence, *reader.notes, *imbalances(reader.figures)]
        summary.date_order = reader.order.order
        with rejects_file(self.source, self.table.name, self.table.header, options) as rejects:
            counts = retrying(lambda: self._written(reader))
            for refusal in reader.refused:
                rejects.add(refusal.line, refusal.reason, refusal.cells)
                summary.refuse(refusal.reason)
            summary.rejects_path = rejects.path
        summary.tables["published_figure"] = counts
        summary.rows.add(counts.new, counts.updated, counts.unchanged + reader.n_repeated)
        if not options.is_dry_run:
            retrying(lambda: write_down(self.engine, summary, options))
        return summary

    def _written(self, reader: FigureReader) -> Counts:
        counts = Counts()
        try:
            with transaction(self.engine) as connection:
                counts = record(connection, list(reader.figures.values()))
                self._bump(connection, counts, reader)
                if self.options.is_dry_run:
                    raise Undone  # noqa: TRY301 - the one way to make the block roll back
        except Undone:
            pass
        return counts

    def _bump(self, connection: Connection, counts: Counts, reader: FigureReader) -> None:
        code, now = self.options.feed_code, self.options.now
        changed = bool(counts.new or counts.updated)
        feeds.bump(connection, code, int(now.timestamp()), None, changed=changed)
        feeds.tell(connection, {"published_figure"} if changed else (), feeds.require(connection, code))
        quarantine.keep(connection, code, rejects_of(reader.refused, self.table.header, self.table.name), now=now)
