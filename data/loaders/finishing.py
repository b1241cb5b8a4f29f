"""What every load ends with: its refused rows in a file, its line in `load_run`, its feed alive."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from data.engine import transaction
from data.keys import stable_id
from data.loaders.files.sources import REJECTS_ENDING, Source
from data.loaders.options import Options
from data.loaders.rejects import RejectsFile
from data.loaders.summaries import Summary
from data.recording import heartbeat
from data.tables import load_run


def rejects_file(source: Source, name: str, header: tuple[str, ...], options: Options) -> RejectsFile:
    """Return the file for refused rows: beside the file; under a name somebody gave, numbered from the second on."""
    if options.rejects is None:
        folder = source.path.parent if source.path else Path.cwd()
        return RejectsFile(folder / (Path(name).name + REJECTS_ENDING), header)
    path, used = options.rejects, options.rejects_used
    used.append(path)
    number = used.count(path)
    named = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
    return RejectsFile(named, header, is_ours=False)


def write_down(engine: Engine, summary: Summary, options: Options) -> None:
    """Write the line of a finished load and the heartbeat of its feed."""
    finished = datetime.now(UTC)
    line = {
        "load_id": stable_id("load", summary.sha256, summary.name, summary.format, finished.isoformat()),
        "feed_code": options.feed_code,
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
    with transaction(engine) as connection:
        connection.execute(load_run.insert(), line)
        heartbeat(connection, options.feed_code, options.now)
