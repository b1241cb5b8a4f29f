"""posko load: files into the database."""

import gc
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import typer
from rich.progress import Progress, TaskID

from dashboard.command_line.choices import Database, named
from dashboard.command_line.consoles import bar, say_fault
from dashboard.command_line.exits import TOLD, Exit, Misuse, told
from dashboard.command_line.load_choices import (
    AsOf,
    DryRun,
    Feed,
    Files,
    Format,
    Kind,
    MappingFile,
    NamedZone,
    Order,
    Rejects,
    Sheet,
    Simulated,
)
from dashboard.command_line.load_reports import report
from data.engine import writer
from data.errors import DatabaseDamaged, DatabaseFault
from data.loaders import FILES_FEED, LoadProblem, Mapping, Options, Source, load, read_mapping, sources

GOES_ON = "What was loaded before stays: run the same line again to go on."


@told
def load_files(
    files: Files,
    *,
    database: Database = "",
    kind: Kind = Format.AUTO,
    mapping: MappingFile = None,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    feed: Feed = None,
    as_of: AsOf = None,
    zone: NamedZone = None,
    date_order: Order = None,
    sheet: Sheet = None,
    simulated: Simulated = False,
) -> None:
    """Load files. Good rows load, bad ones go to a rejects file; the same file once more changes nothing."""
    in_file = read_mapping(mapping) if mapping else Mapping()
    options = Options(
        now=datetime.now(UTC),
        mapping=replace(
            in_file,
            zone=zone.value if zone else in_file.zone,
            date_order=date_order.value if date_order else in_file.date_order,
            sheet=sheet or in_file.sheet,
        ),
        format=kind.value,
        feed_code=feed or in_file.feed or FILES_FEED,
        as_of=_moment(as_of),
        is_dry_run=dry_run,
        is_simulated=simulated,
        rejects=rejects,
    )
    raise typer.Exit(_loaded(files, named(database), options))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Misuse("--as-of must be a time with its offset, for example 2026-11-20T12:00:00+07:00.")
    return moment


def _loaded(files: list[str], database: str, options: Options) -> Exit:
    """Load every file; a file that cannot be loaded does not keep the others out. Return the gravest exit code."""
    engine = writer(database)
    spare_the_collector()
    gravest = Exit.DONE
    with bar() as progress:
        drawn = _Drawn(progress)
        options = replace(options, progress=drawn)
        for source in _each(files):
            if isinstance(source, LoadProblem):
                gravest = max(gravest, _faulty(source))
                continue
            try:
                done = load(engine, source, options)
            except LoadProblem as problem:
                gravest = max(gravest, _faulty(problem))
                continue
            except DatabaseFault as fault:
                if not drawn.has_loaded or isinstance(fault, DatabaseDamaged):
                    raise
                raise type(fault)(f"{fault} {GOES_ON}") from None
            for summary in done:
                report(summary)
                gravest = max(gravest, Exit.NOT_RIGHT if summary.all_refused else Exit.DONE)
    engine.dispose()
    return gravest


def spare_the_collector() -> None:
    """Let the garbage collector look seldom: a batch is thousands of small objects that go together (a tenth saved)."""
    gc.freeze()
    gc.set_threshold(50_000, 25, 100)


def _each(files: list[str]) -> Iterator[Source | LoadProblem]:
    for name in files:
        try:
            yield from sources(name, sys.stdin.buffer)
        except LoadProblem as problem:
            yield problem


def _faulty(problem: LoadProblem) -> Exit:
    say_fault(str(problem))
    return Exit.MISUSE


class _Drawn:
    """Shows how far each file is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[tuple[str, str], TaskID] = {}

    @property
    def has_loaded(self) -> bool:
        """Whether a batch was acknowledged."""
        return any(stage == "load" for _, stage in self._tasks)

    def __call__(self, name: str, stage: str, done: int, total: int | None) -> None:
        if (name, stage) not in self._tasks:
            self._tasks[name, stage] = self._progress.add_task(f"{stage} {name}", total=total)
        self._progress.update(self._tasks[name, stage], completed=done, total=total)


load_files.__doc__ = (
    f"{load_files.__doc__}\n\nExamples: posko load laporan.csv · posko load 'ekspor/*.xlsx' --dry-run · "
    f"posko load artikel.csv --map mapping.toml · posko load jangkauan.csv --as reach · "
    f"posko load batas.geojson --as map\n\n{TOLD}"
)
