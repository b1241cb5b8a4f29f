"""posko bench: what every question of the live pages costs, beside its naive form, and whether the targets are met."""

import gc
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard.command_line.consoles import bar, note, results, say, thousands
from dashboard.command_line.exits import TOLD, Exit, Misuse, told
from data import demonstrations, schema, season
from data.engine import is_postgres, reader, snapshot, writer
from data.errors import QueryTooSlow
from data.recording.bulk import Progress
from data.rollups import recount
from queries import benchmark_exactness, benchmark_pages, benchmarks
from queries.benchmark_questions import PAGES, QUESTIONS
from queries.benchmark_targets import TARGETS, Benched, Missed, missed, p95
from queries.benchmarks import Measured
from queries.filters import Choice
from queries.windows import WINDOWS

PATIENCE_SECONDS = 60.0
"""A naive form may take this long, and is then stopped and shown as more."""

TABLE_COLUMNS = 120
"""Letters of a line of a table, also where the terminal is narrower or there is none: cut figures are of no use."""

NOT_BUILT = "Not measured because not built yet: Q6 (the table page), the wall, the download of a million rows."


@told
def bench(
    *,
    requests: Annotated[list[int] | None, typer.Option(min=1_000, help="Requests of each generated database.")] = None,
    database: Annotated[list[str] | None, typer.Option(help="Measure this database instead; may be repeated.")] = None,
    fill: Annotated[bool, typer.Option("--fill", help="Fill each named, empty database with a season first.")] = False,
    window: Annotated[list[str] | None, typer.Option(help="Window of the pages; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=1_000, help="Rounds: five runs of ours, one naive.")] = 5,
    naive: Annotated[bool, typer.Option(help="Also run each question as full scans of the facts.")] = True,
) -> None:
    """Measure every question of the live pages beside its naive form, and hold it to its target.

    From a million requests on the naive form runs once. Ends with 1 when a target is missed, and says by how much.
    """
    windows = window or ["24h", "30d"]
    if unknown := [name for name in windows if name not in WINDOWS]:
        raise Misuse(f"Unknown window {unknown[0]}. Choose from {', '.join(WINDOWS)}.")
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    sizes = requests or [100_000, 1_000_000]
    with _databases(sizes, database or [], fill=fill) as addresses:
        benched = sorted((_benched(a, windows, rounds, naive=naive) for a in addresses), key=lambda one: one.requests)
    for group in ([one for one in benched if one.is_postgres == kind] for kind in (False, True)):
        if group:
            _print(group, windows)
    say(NOT_BUILT)
    if found := missed(benched):
        _print_missed(found)
        raise typer.Exit(Exit.NOT_RIGHT)
    spoken = [target for target in TARGETS if any(one.requests >= target.from_requests for one in benched)]
    say(f"All targets that speak of such sizes are met: {len(spoken)} of {len(TARGETS)}.")


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
    made = Benched(
        address, is_postgres(engine), n_requests, {(one.question, one.window): one for one in found},
        {(page, name): cost for name in windows for page, cost in benchmark_pages.pages(engine, name, now, rounds)},
        {one.question: one for one in benchmarks.singles(engine, now, rounds, naive=naive)},
    )  # fmt: skip
    for name in windows if naive else ():
        try:
            made.exactness[name] = benchmark_exactness.exactness(engine, Choice(window=name).resolve(now))
        except QueryTooSlow:
            note(f"{name}: not compared with the facts, which take longer than {PATIENCE_SECONDS:.0f} s to read.")
    with snapshot(engine) as connection:
        made.cells = sum(recount.status(connection).cells.values())
        made.rollup_bytes = benchmarks.rollup_bytes(connection)
    engine.dispose()
    return made


def _print(benched: Sequence[Benched], windows: Sequence[str]) -> None:
    largest = benched[-1]
    engine = "PostgreSQL" if largest.is_postgres else "SQLite"
    table = _table(f"{engine}: single questions", benched)
    for name, one in largest.singles.items():
        table.add_row(name, *_cells(one, benched[0].singles[name]))
        if one.percentiles:
            table.add_row("  as percentile_cont, without curve", f"{one.percentiles.cpu_ms:,.1f}", "", "", "", "", "")
    _show(table)
    for window in windows:
        table = _table(f"{engine}: {window}", benched)
        for name in QUESTIONS:
            table.add_row(name, *_cells(largest.questions[name, window], benched[0].questions[name, window]))
        for page in PAGES:
            table.add_row(f"all of {page}, p95", *_sums(largest, page, window), end_section=True)
        _show(table)
    for database in benched:
        _print_exactness(database)


def _show(table: Table) -> None:
    Console(width=max(results.width, TABLE_COLUMNS)).print(table)


def _table(what: str, benched: Sequence[Benched]) -> Table:
    smallest, largest = benched[0], benched[-1]
    title = f"{what}, {thousands(largest.requests)} requests, processor ms (median; wall: median, p95)"
    if smallest is not largest:
        title += f"; growth from {thousands(smallest.requests)}"
    table = Table(title=title, title_justify="left")
    for heading in ("question", "naive", "ours", "ratio", "wall", "p95", "growth"):
        table.add_column(heading, justify="left" if heading == "question" else "right", no_wrap=True)
    return table


def _cells(large: Measured, small: Measured) -> list[str]:
    ours, naive = large.ours, large.naive
    ratio = f"{naive.cpu_ms / ours.cpu_ms:,.0f}×" if naive and ours.cpu_ms else ""
    growth = f"{ours.cpu_ms / small.ours.cpu_ms:.1f}×" if small is not large and small.ours.cpu_ms else ""
    scanned = f"{'> ' if naive.is_stopped else ''}{naive.cpu_ms:,.1f}" if naive else ""
    return [
        scanned, f"{ours.cpu_ms:.1f}", ratio, f"{ours.wall_ms:.1f}", f"{ours.wall_p95_ms:.1f}", growth,
    ]  # fmt: skip


def _sums(database: Benched, page: str, window: str) -> list[str]:
    cpu, wall = database.page(page, window)
    naive = [one.naive.cpu_ms for name in PAGES[page] if (one := database.questions[name, window]).naive]
    return [f"{sum(naive):,.1f}" if naive else "", f"{p95(cpu):.1f}", "", "", f"{p95(wall):.1f}", ""]


def _print_exactness(one: Benched) -> None:
    size = f", {one.rollup_bytes / 1_000_000:,.0f} MB" if one.rollup_bytes is not None else ""
    say(f"{thousands(one.requests)} requests: sums are {thousands(one.cells)} cells{size}.")
    for window, found in one.exactness.items():
        error = (
            f"largest error of {found.n_quantiles} quantiles {found.largest_error:.2%}; " if found.n_quantiles else ""
        )
        say(f"  {window}: {error}{found.miscounted} requests miscounted against the facts.")
    answers = [each.is_same for each in one.questions.values() if each.is_same is not None]
    if answers:
        say(f"  {sum(answers)} of {len(answers)} answers equal those from the facts.")


def _print_missed(found: Sequence[Missed]) -> None:
    table = Table(title="TARGETS MISSED", title_justify="left")
    for heading in ("requests", "target", "of", "found", "allowed", "times", "source"):
        table.add_column(heading, justify="right" if heading in {"requests", "found", "allowed", "times"} else "left")
    for one in found:
        limit = one.target.limit(one.database)
        table.add_row(
            thousands(one.database.requests), one.target.what, one.figure.of,
            f"{one.figure.value:.4g} {one.target.unit}", f"{limit:g} {one.target.unit}",
            f"{one.times:.1f}×" if limit else "", one.target.source,
        )  # fmt: skip
    _show(table)
    say(f"{len(found)} targets missed.")


bench.__doc__ = f"{bench.__doc__}\n\nExample: posko bench --requests 20000 --requests 200000 --rounds 3\n\n{TOLD}"
