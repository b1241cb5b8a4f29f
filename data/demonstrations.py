"""The database of `posko demo`: an invented season in one file, made beside its place and moved there when whole."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from data import schema, season, sqlite_engines
from data.engine import snapshot, writer
from data.recording import bulk
from data.tables import content, feed, issue, load_run, takedown_request

SEED = 2024


@dataclass(frozen=True)
class Standing:
    """What a demonstration database holds; `has_own_rows` says that somebody loaded rows of their own into it."""

    requests: int
    written_at: datetime | None
    has_own_rows: bool


def standing(engine: Engine) -> Standing:
    """Return what the database holds; raise `data.errors.DatabaseFault` when it cannot be read or is of another age."""
    with snapshot(engine) as connection:
        schema.require(connection)
        return Standing(
            requests=connection.execute(select(func.count()).select_from(takedown_request)).scalar_one(),
            written_at=connection.execute(select(func.max(feed.c.written_at))).scalar(),
            has_own_rows=_has_own_rows(connection),
        )


def _has_own_rows(connection: Connection) -> bool:
    loaded = select(load_run.c.load_id).order_by(load_run.c.load_id).limit(1)
    found = [
        select(table.primary_key.columns[0])
        .where(~table.c.is_simulated)
        .order_by(table.primary_key.columns[0])
        .limit(1)
        for table in (content, issue)
    ]
    return any(connection.execute(each).first() is not None for each in (loaded, *found))


def make(path: Path, requests: int, now: datetime, progress: bulk.Progress | None = None, seed: int = SEED) -> None:
    """Make the database anew at `path`, with about so many takedown requests, known at `now`.

    Whoever reads an older database there goes on reading it until it opens the new one. Stopped at any moment, the
    older one is left as it was; killed in the last of them, `alone` puts the new one in its place.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _remove(part)
        engine = writer(str(part))
        schema.create(engine)
        with sqlite_engines.unlogged(engine):
            season.write(engine, season.generate(seed, requests, now=now), progress)
        engine.dispose()
        part.replace(_whole(path))
        _put_in_place(path)
    finally:
        _remove(part)


def _whole(path: Path) -> Path:
    """Return where a new database waits, whole, while the journals of the older one are taken away."""
    return path.with_name(f"{path.name}.whole")


def _put_in_place(path: Path) -> None:
    """Move a whole database to `path`. The journals go first: SQLite would apply the older one's to the new one."""
    _forget_journals(path)
    _whole(path).replace(path)


def _forget_journals(path: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _remove(part: Path) -> None:
    part.unlink(missing_ok=True)
    _forget_journals(part)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the place of a demonstration for the time its season is made, so that a second one waits for it.

    What killed ones left is settled first: a season that was whole takes its place, parts of one go.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in path.parent.glob(f"{path.name}.*.part*"):
            left.unlink(missing_ok=True)
        if _whole(path).exists():
            _put_in_place(path)
        yield
