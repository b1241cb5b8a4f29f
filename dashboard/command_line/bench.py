"""posko bench: what every question of the live pages costs, beside its naive form, and how it grows."""

import gc
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dashboard.command_line.consoles import bar, note, results, thousands
from dashboard.command_line.exits import TOLD, Misuse, told
from data import demonstrations, schema, season
from data.engine import reader, writer
from data.recording.bulk import Progress
from queries import benchmarks
from queries.benchmarks import Measured
from queries.windows import WINDOWS

PATIENCE_SECONDS = 600.0
"""A naive form may take this long; the dashboard itself would have stopped it."""


@dataclass(frozen=True)
class Benched:
    """One database: its size and what each question cost in it, by question and window."""

    requests: int
    costs: dict[tuple[str, str], Measured]


@told
def bench(
    *,
    requests: Annotated[list[int] | None, typer.Option(min=1_000, help="Requests of each generated database.")] = None,
    database: Annotated[list[str] | None, typer.Option(help="Measure this database instead; may be repeated.")] = None,
    fill: Annotated[bool, typer.Option("--fill", help="Fill each named, empty database with a season first.")] = False,
    window: Annotated[list[str] | None, typer.Option(help="Window of the questions; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=1_000, help="Rounds: five runs of ours, one naive.")] = 5,
    naive: Annotated[bool, typer.Option(help="Also run each question as full scans of the facts.")] = True,
) -> None:
    """Measure every question of the live pages, its naive form in the same run, and its growth with the data."""
    windows = window or ["24h", "30d"]
    if unknown := [name for name in windows if name not in WINDOWS]:
        raise Misuse(f"Unknown window {unknown[0]}. Choose from {', '.join(WINDOWS)}.")
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    sizes = requests or [100_000, 1_000_000]
    with _databases(sizes, database or [], fill=fill) as addresses:
        benched = sorted((_benched(a, windows, rounds, naive=naive) for a in addresses), key=lambda one: one.requests)
    for name in windows:
        results.print(_table(name, benched))


@contextmanager
def _databases(sizes: Sequence[int], named: Sequence[str], *, fill: bool) -> Iterator[Sequence[str]]:
    """Give the addresses to measure: generated ones in a folder that goes away, or those named."""
    if named:
        for address, size in zip(named, sizes, strict=False) if fill else ():
            _fill(address, size)
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="posko-bench-") as folder:
        paths = [Path(folder) / f"{size}.db" for size in sizes]
        for path, size in zip(paths, sizes, strict=True):
            with _progress(size) as progress:
                demonstrations.make(path, size, datetime.now(UTC), progress)
        yield [str(path) for path in paths]


def _fill(address: str, size: int) -> None:
    engine = writer(address)
    schema.create(engine)
    if benchmarks.size(engine)[0]:
        raise Misuse("The database holds requests already. Name an empty one, or leave out --fill.")
    with _progress(size) as progress:
        season.write(engine, season.generate(demonstrations.SEED, size, now=datetime.now(UTC)), progress)
    engine.dispose()


@contextmanager
def _progress(size: int) -> Iterator[Progress]:
    note(f"Making a season of about {thousands(size)} requests …")
    with bar() as drawn:
        task = drawn.add_task("rows")
        yield lambda table, done: drawn.update(task, description=table, completed=done)


def _benched(address: str, windows: Sequence[str], rounds: int, *, naive: bool) -> Benched:
    engine = reader(address, query_seconds=PATIENCE_SECONDS)
    n_requests, now = benchmarks.size(engine)
    if now is None:
        raise Misuse("There is no content in the database, so there is nothing to measure.")
    note(f"Measuring {thousands(n_requests)} requests …")
    found = [one for name in windows for one in benchmarks.measure(engine, name, now, rounds, naive=naive)]
    engine.dispose()
    return Benched(n_requests, {(one.question, one.window): one for one in found})


def _table(window: str, benched: Sequence[Benched]) -> Table:
    smallest, largest = benched[0], benched[-1]
    title = f"{window}, {thousands(largest.requests)} requests, processor ms (median; wall: median, p95)"
    table = Table(title=title, title_justify="left")
    for heading in ("question", "naive", "ours", "ratio", "wall", "p95", f"growth from {thousands(smallest.requests)}"):
        table.add_column(heading, justify="left" if heading == "question" else "right", no_wrap=True)
    for name in benchmarks.QUESTIONS:
        table.add_row(name, *_cells(largest.costs[name, window], smallest.costs[name, window]))
    for page, names in benchmarks.PAGES.items():
        table.add_row(f"all of {page}", *_sums([largest.costs[name, window] for name in names]), end_section=True)
    return table


def _cells(large: Measured, small: Measured) -> list[str]:
    ours, naive = large.ours, large.naive
    ratio = f"{naive.cpu_ms / ours.cpu_ms:,.0f}×" if naive and ours.cpu_ms else ""
    growth = f"{ours.cpu_ms / small.ours.cpu_ms:.1f}×" if small is not large and small.ours.cpu_ms else ""
    return [
        f"{naive.cpu_ms:,.1f}" if naive else "", f"{ours.cpu_ms:.1f}", ratio, f"{ours.wall_ms:.1f}",
        f"{ours.wall_p95_ms:.1f}", growth,
    ]  # fmt: skip


def _sums(measured: Sequence[Measured]) -> list[str]:
    ours = sum(one.ours.cpu_ms for one in measured)
    wall = sum(one.ours.wall_ms for one in measured)
    naive = [one.naive.cpu_ms for one in measured if one.naive]
    return [f"{sum(naive):,.1f}" if naive else "", f"{ours:.1f}", "", f"{wall:.1f}", "", ""]


bench.__doc__ = f"{bench.__doc__}\n\nExample: posko bench --requests 20000 --requests 200000 --rounds 3\n\n{TOLD}"
