"""A loader killed at any moment: no torn batch, sums that hold, and the same command goes on to the end."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot
from data.rollups.recount import verify
from data.tables import content, issue, load_run, takedown_request
from tests.data.killed_commands import Command
from tests.loading import everything

ROWS = 5_000
ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "3"))
"""25 in a long run by hand."""


KILLS_A_SHEET = 3


def sheet(folder: Path, number: int = 0) -> Path:
    """Write a sheet of which every row is content, a request and its own isu; each number has rows of its own."""
    path = folder / f"besar-{number}.csv"
    lines = [
        f"Judul {n};https://x.com/a/{n};0{n % 9 + 1}/10/2025 08.{n % 60:02};0{n % 9 + 1}/10/2025 09.{n % 60:02}"
        for n in range(number * ROWS, (number + 1) * ROWS)
    ]
    path.write_text("\n".join(["judul;tautan;dilaporkan;diturunkan", *lines]))
    return path


def loading(path: Path, address: str) -> Command:
    return Command(["load", str(path), "--date-order", "dmy"], address, path.with_suffix(".said"))


def counts(engine: Engine) -> tuple[int, int, int]:
    with snapshot(engine) as connection:
        found = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (content, takedown_request, issue)
        ]
    return found[0], found[1], found[2]


def killed_while_loading(engine: Engine, address: str, path: Path, chance: random.Random, reached: int) -> int:
    """Kill a load somewhere in one of its batches; return how many rows are there: whole batches, none lost."""
    command, goal = loading(path, address), reached + chance.choice((-1, 0, 2_000))
    while counts(engine)[0] <= goal and command.is_running:
        time.sleep(chance.uniform(0.01, 0.05))
    time.sleep(chance.uniform(0, 0.4))
    ended = command.kill()
    contents, requests, issues = counts(engine)
    assert contents == requests == issues, "a batch was torn"
    assert contents >= reached, "an acknowledged batch was lost"
    with engine.connect() as connection:
        assert verify(connection) == []
    return contents if ended == -signal.SIGKILL else -1


@pytest.mark.slow
def test_a_killed_load_is_whole_up_to_its_last_batch_and_goes_on(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    chance, kills, number = random.Random(7), 0, 0
    while kills < ROUNDS:
        path, reached = sheet(tmp_path, number), number * ROWS
        for _ in range(min(KILLS_A_SHEET, ROUNDS - kills)):
            found = killed_while_loading(engine, database_url, path, chance, reached)
            kills, reached = kills + (found >= 0), max(found, reached)
        last = loading(path, database_url)
        assert last.ended(300) == 0, last.said()
        number += 1
        assert number <= 2 * ROUNDS, "the loads end before they are killed"
        assert counts(engine) == (number * ROWS, number * ROWS, number * ROWS)
    before = everything(engine, content, issue, takedown_request)
    assert loading(path, database_url).ended(300) == 0
    assert everything(engine, content, issue, takedown_request) == before
    with snapshot(engine) as connection:
        lines = connection.execute(select(load_run.c.n_unchanged).order_by(load_run.c.finished_at)).scalars().all()
    assert lines[-1] == ROWS
