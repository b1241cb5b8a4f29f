"""Proving a whole database with two processors: a second process reads the very same moment and takes half the work.

Whatever becomes of the second process, nothing is left out: tasks it does not answer for are done here.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, text

from data.engine import is_postgres, snapshot, writer
from data.errors import DatabaseFault
from data.rollups import integrity, recount
from data.rollups.integrity import Finding
from data.rollups.recount import Difference
from data.rollups.statements import FACTS, rollups_of
from data.tables import content, setting

SMALL_ROWS = 200_000
"""With less content than this a second process would take longer to begin than it saves."""

TRIES = 50
"""How often both processes begin to read a SQLite file before one goes alone: others may write in between."""

TASKS: tuple[Table | None, ...] = (*sorted(FACTS, key=lambda facts: -len(rollups_of(facts))), None)
"""Fact tables whose sums are proved, most work first; None: what the facts say of each other."""

BEGIN, WORK, LEAVE = "begin", "work", "leave"
"""What the second process is told: begin to read (again), work on what it reads, or end."""

Found = dict[int, list[Any]]
"""What was found, by the number of the task."""


@dataclass(frozen=True)
class Proof:
    """The cells that differ from a recount, and what the facts say against each other; both empty when all is right."""

    differences: list[Difference]
    findings: list[Finding]


def prove(engine: Engine) -> Proof:
    """Recount every sum and compare the facts, all of one moment; nothing is written, others may write meanwhile.

    `engine` is one for writing: those for reading stop a question that takes long.
    """
    if (os.cpu_count() or 1) < 2 or _is_small(engine):
        with snapshot(engine) as connection:
            return _proof(connection, {})
    with _second(engine) as second, _moment(engine, second) as connection:
        found = _work(connection, second.taken)
        return _proof(connection, found | second.answer())


def _is_small(engine: Engine) -> bool:
    with snapshot(engine) as connection:
        some = select(content.c.content_id).limit(SMALL_ROWS).subquery()
        return bool(connection.execute(select(func.count()).select_from(some)).scalar_one() < SMALL_ROWS)


def _proof(connection: Connection, found: Found) -> Proof:
    """Return what was found, after the tasks that nobody has done."""
    all_found = {task: found[n] if n in found else _done(connection, n) for n, task in enumerate(TASKS)}
    return Proof([each for facts in FACTS for each in all_found[facts]], all_found[None])


def _done(connection: Connection, number: int) -> list[Any]:
    facts = TASKS[number]
    return integrity.check(connection) if facts is None else recount.differences(connection, facts)


def _work(connection: Connection, taken: Any) -> Found:
    """Do tasks that nobody has taken until there are none."""
    found = {}
    while (number := _next(taken)) < len(TASKS):
        found[number] = _done(connection, number)
    return found


def _next(taken: Any) -> int:
    with taken.get_lock():
        taken.value += 1
        return int(taken.value) - 1


class _Second:
    """The second process as the first sees it; when it has gone, it answers nothing."""

    def __init__(self, engine: Engine) -> None:
        context = multiprocessing.get_context("spawn")
        self.taken = context.Value("i", 0)
        self._pipe, theirs = context.Pipe()
        address = engine.url.render_as_string(hide_password=False)
        self.process = context.Process(target=_assist, args=(address, theirs, self.taken), daemon=True)
        self.process.start()
        theirs.close()

    def tell(self, word: str, moment: str | None = None) -> None:
        """Tell it what to do and wait until it has begun."""
        with suppress(EOFError, OSError):
            self._pipe.send((word, moment))
            self._pipe.recv()

    def answer(self) -> Found:
        """Return what it has found, once it is done."""
        with suppress(EOFError, OSError):
            found: Found = self._pipe.recv()
            return found
        return {}

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.terminate()
        self.process.join()
        self._pipe.close()


@contextmanager
def _second(engine: Engine) -> Iterator[_Second]:
    second = _Second(engine)
    try:
        yield second
    finally:
        second.end()


@contextmanager
def _moment(engine: Engine, second: _Second) -> Iterator[Connection]:
    """Give a connection that reads one moment, which the second process reads too; failing that, it reads nothing."""
    if is_postgres(engine):
        with snapshot(engine) as connection:
            second.tell(BEGIN, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
            second.tell(WORK)
            yield connection
        return
    with _version(engine) as version:
        for _ in range(TRIES):
            before = version()
            with snapshot(engine) as connection:
                _read(connection)
                second.tell(BEGIN)
                if version() == before:
                    second.tell(WORK)
                    yield connection
                    return
    second.tell(LEAVE)
    with snapshot(engine) as connection:
        yield connection


@contextmanager
def _version(engine: Engine) -> Iterator[Callable[[], int]]:
    """Give a question that SQLite answers with another number as soon as anybody has committed."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        yield lambda: int(raw.execute("PRAGMA data_version").fetchone()[0])


def _read(connection: Connection) -> None:
    """Read a row: what SQLite shows from now on is of this moment."""
    connection.execute(select(setting.c.name).limit(1)).all()


def _assist(address: str, pipe: Pipe, taken: Any) -> None:
    """Work as the second process: begin to read when told to, then take tasks. The first one repeats what fails."""
    with suppress(DatabaseFault, EOFError, OSError, KeyboardInterrupt, MemoryError):
        engine, (word, moment) = writer(address), pipe.recv()
        while word == BEGIN:
            with snapshot(engine) as connection:
                if moment is not None:
                    connection.execute(text(f"SET TRANSACTION SNAPSHOT '{moment}'"))
                _read(connection)
                pipe.send(BEGIN)
                word, moment = pipe.recv()
                if word == WORK:
                    pipe.send(WORK)
                    pipe.send(_work(connection, taken))
