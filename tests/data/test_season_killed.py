"""A simulator killed at any moment: what a reader has seen stays, no step is torn, and the next one goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot
from data.rollups import integrity
from data.rollups.recount import verify
from data.tables import content, feed, request_event, takedown_request

ROOT = Path(__file__).parent.parent.parent
ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "2"))
"""25 in a long run by hand."""

RATE = 6_000
"""Content items a minute: a hundred a second."""

PATIENCE_SECONDS = 120.0


def seen(engine: Engine) -> tuple[int, ...]:
    """Return what a reader sees: changes told by the feeds, and rows; none of them ever falls."""
    with snapshot(engine) as connection:
        rows = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (content, takedown_request, request_event)
        ]
        return int(connection.execute(select(func.sum(feed.c.seq))).scalar_one()), *rows


def simulating(address: str) -> "subprocess.Popen[bytes]":
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "POSKO_DATABASE_URL": address}
    words = [sys.executable, "-m", "dashboard", "simulate", "--rate", str(RATE)]
    return subprocess.Popen(words, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.slow
def test_a_killed_simulator_leaves_whole_steps_and_the_next_goes_on(engine: Engine, database_url: str) -> None:
    chance, before = random.Random(11), seen(engine)
    for _ in range(ROUNDS):
        process, ends_at = simulating(database_url), time.monotonic() + PATIENCE_SECONDS
        steps = chance.choice((1, 1, 2))
        last = before
        while steps:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < ends_at, "the simulator writes nothing"
            time.sleep(chance.uniform(0.001, 0.05))
            found = seen(engine)
            steps, last = steps - (found != last), found
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        after = seen(engine)
        assert all(now >= then for now, then in zip(after, last, strict=True)), "a step that was seen is lost"
        with snapshot(engine) as connection:
            assert integrity.check(connection) == []
        with engine.connect() as connection:
            assert verify(connection) == []
        before = after
    assert before[1] > 0
