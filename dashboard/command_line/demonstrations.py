"""posko demo: a season, a live simulator and the dashboard on one command."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from dashboard import server
from dashboard.command_line.choices import LOOPBACK, Folder, Port, demonstration_folder, free_port
from dashboard.command_line.consoles import bar, note, thousands
from dashboard.command_line.exits import TOLD, told
from data import demonstrations, schema
from data.engine import writer
from data.errors import DatabaseDamaged, DatabaseUnreachable, SchemaMissing, SchemaOlder
from data.season import simulator

OLD = timedelta(days=1)
ENDING_SECONDS = 10


@told
def demo(
    *,
    folder: Folder = None,
    requests: Annotated[int, typer.Option(min=100, max=50_000_000, help="Requests in the season.")] = 100_000,
    port: Port = None,
    rate: Annotated[
        float,
        typer.Option(min=0.1, max=6_000, help="New content items a minute, each with about eight changes to come."),
    ] = simulator.RATE_PER_MINUTE,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make the season anew even if there is one.")] = False,
) -> None:
    """Make an invented season, append to it live, and show it in the dashboard on this machine."""
    chosen = free_port(LOOPBACK, port)
    path = demonstration_folder(folder) / "demo.db"
    with demonstrations.alone(path):
        ready(path, requests, fresh=fresh)
    with simulated(path, rate):
        note(f"Posko: http://{LOOPBACK}:{chosen}  (invented data; stop with Ctrl-C)")
        server.start(str(path), LOOPBACK, chosen)


def ready(path: Path, requests: int, *, fresh: bool) -> None:
    """Have a season at `path` that is whole and not old: the one there, or a new one.

    Tables of an earlier version of Posko are brought up to date; a damaged file is kept beside the new one. Raises
    `data.errors.SchemaNewer` where a later version made the one there.
    """
    why = "as asked for with --fresh" if fresh else _why_anew(path)
    if why is None:
        return
    note(f"Making a season of about {thousands(requests)} requests ({why}) …")
    now = datetime.now(UTC)
    with bar() as progress:
        demonstrations.make(path, requests, now, _Drawn(progress, requests))
    note(f"The season is ready after {(datetime.now(UTC) - now).total_seconds():.0f} s.")


def _why_anew(path: Path) -> str | None:
    """Return why a new season is needed, None when the one there will do."""
    if not path.exists():
        return "none is here yet"
    try:
        found = _standing(path)
    except (DatabaseDamaged, DatabaseUnreachable):
        path.replace(path.with_name(f"{path.name}.damaged"))
        return "the one here is damaged and kept as *.damaged"
    except SchemaMissing:
        return "the one here is empty"
    age = datetime.now(UTC) - found.written_at if found.written_at else OLD * 2
    if age <= OLD:
        note(f"Going on with the season of {thousands(found.requests)} requests here (--fresh makes a new one).")
        return None
    days = f"the one here ended {age.days} day{'s' if age.days > 1 else ''} ago"
    if found.has_own_rows:
        note(f"Keeping the season: {days}, but rows of your own were loaded into it (--fresh makes a new one).")
        return None
    return days


def _standing(path: Path) -> demonstrations.Standing:
    engine = writer(str(path))
    try:
        return demonstrations.standing(engine)
    except SchemaOlder:
        note("Bringing the season of an earlier version of Posko up to date …")
        schema.upgrade(engine)
        return demonstrations.standing(engine)
    finally:
        engine.dispose()


class _Drawn:
    """Shows how far the season is: rows by table."""

    def __init__(self, progress: Progress, requests: int) -> None:
        self._progress = progress
        self._expected = {"content": round(requests / 0.952), "takedown_request": requests}
        self._tasks: dict[str, int] = {}

    def __call__(self, table: str, done: int) -> None:
        if table not in self._tasks:
            self._tasks[table] = self._progress.add_task(table, total=self._expected.get(table))
        self._progress.update(self._tasks[table], completed=done)  # type: ignore[arg-type]


@contextmanager
def simulated(path: Path, rate: float) -> Iterator[subprocess.Popen[bytes]]:
    """Run the live simulator beside the block; it ends with the block, and with this process however that ends."""
    options = ["--until-closed", "--rate", str(rate), "--database", str(path)]
    command = [sys.executable, "-m", "dashboard", "simulate", *options]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        yield child
    finally:
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


demo.__doc__ = f"{demo.__doc__}\n\nExample: posko demo --requests 20000 --port 8600\n\n{TOLD}"
