"""`posko demo` killed while it makes its season without a journal: never a half-made one, and the next comes up."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from data import demonstrations
from data.engine import reader, snapshot, transaction, writer
from data.rollups import integrity
from data.rollups.recount import verify
from data.tables import feed, qos_measurement, takedown_request
from tests import postgres
from tests.data.killed_commands import Command
from tests.loading import NOW

ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "3"))
"""25 in a long run by hand."""

REQUESTS = 500
PATIENCE_SECONDS = 120.0


def until(condition: Callable[[], bool], why: Callable[[], str]) -> None:
    """Wait until the condition holds."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends_at, why()
        time.sleep(0.01)


def demonstrating(folder: Path, *words: str) -> tuple[Command, str]:
    """Start `posko demo` and return it with the address of its screens."""
    port = str(postgres.free_port())
    line = ["demo", "--folder", str(folder), "--requests", str(REQUESTS), "--port", port, *words]
    return Command(line, "", folder.with_suffix(".said")), f"http://127.0.0.1:{port}/"


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def assert_whole(path: Path) -> None:
    """Check that the season is all there: its last rows, its feeds, its sums, its pages."""
    engine = reader(str(path), query_seconds=PATIENCE_SECONDS)
    with snapshot(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert integrity.check(connection) == []
        assert connection.execute(select(func.count()).select_from(qos_measurement)).scalar_one() > 0
        assert connection.execute(select(func.min(feed.c.seq)).where(feed.c.is_simulated)).scalar_one() > 0
        requests = select(func.count()).select_from(takedown_request)
        assert connection.execute(requests).scalar_one() > REQUESTS * 0.8
    with engine.connect() as connection:
        assert verify(connection) == []
    engine.dispose()


def parts(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.part")}


def end(command: Command) -> None:
    """Kill a demonstration, and wait until its simulator has noticed."""
    helpers = Path(f"/proc/{command.process.pid}/task/{command.process.pid}/children").read_text().split()
    assert command.kill() == -signal.SIGKILL, command.said()
    until(lambda: not any(map(is_running, map(int, helpers))), lambda: "the simulator outlived the demonstration")


def killed(folder: Path, chance: random.Random, longest_seconds: float, *words: str) -> bool:
    """Kill a demonstration at any moment of its making; return whether it was killed before its season was ready."""
    before, (command, _) = parts(folder), demonstrating(folder, *words)
    until(lambda: bool(parts(folder) - before) or "is ready" in command.said(), command.said)
    time.sleep(chance.uniform(0, longest_seconds))
    end(command)
    return "is ready" not in command.said()


@pytest.mark.slow
def test_a_killed_demonstration_shows_no_half_season_and_the_next_comes_up(tmp_path: Path) -> None:
    chance, folder, kills = random.Random(23), tmp_path / "room", 0
    path, older = folder / "demo.db", tmp_path / "older.db"
    folder.mkdir()
    started = time.monotonic()
    demonstrations.make(older, REQUESTS, NOW)
    longest_seconds = time.monotonic() - started
    while kills < ROUNDS:
        for left in folder.glob("demo.db*[!t]"):
            left.unlink()
        if kills % 2:
            shutil.copyfile(older, path)
        kills += killed(folder, chance, longest_seconds, "--fresh")
        assert not (kills % 2 == 0 and not path.exists()), "the older season is gone"
        if path.exists():
            assert_whole(path)
    command, address = demonstrating(folder, "--fresh")
    until(lambda: answers(address), command.said)
    assert_whole(path)
    assert {each.suffix for each in folder.iterdir()}.isdisjoint({".part", ".whole"})
    end(command)


def test_a_season_that_was_whole_when_its_maker_died_takes_its_place(tmp_path: Path) -> None:
    path, other = tmp_path / "demo.db", tmp_path / "other.db"
    demonstrations.make(path, 100, NOW)
    demonstrations.make(other, 300, NOW)
    engine = writer(str(path))
    with transaction(engine) as connection:
        connection.execute(feed.update().values(seq=0))
    shutil.copyfile(tmp_path / "demo.db-wal", tmp_path / "kept")
    engine.dispose()
    (tmp_path / "kept").rename(tmp_path / "demo.db-wal")
    wanted = demonstrations.standing(writer(str(other)))
    other.rename(tmp_path / "demo.db.whole")
    with demonstrations.alone(path):
        assert demonstrations.standing(writer(str(path))) == wanted
        assert [each.name for each in sorted(tmp_path.iterdir()) if not each.name.endswith(("-shm", "-wal"))] == [
            "demo.db",
            "demo.lock",
        ]


def test_a_part_left_by_a_process_of_the_same_number_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    part = tmp_path / f"demo.db.{os.getpid()}.part"
    for name in (part.name, f"{part.name}-wal", f"demo.db.{os.getpid()}.part-journal"):
        (tmp_path / name).write_bytes(b"half made" * 1_000)
    demonstrations.make(path, 100, NOW)
    part.write_bytes(b"half made" * 1_000)
    with demonstrations.alone(path):
        assert not part.exists()
    assert demonstrations.standing(writer(str(path))).requests > 50
