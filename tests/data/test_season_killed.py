"""A simulator killed at any moment: what a reader has seen stays, no step is torn, and the next one goes on."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot
from data.rollups import integrity
from data.rollups.recount import verify
from data.tables import content, feed, request_event, takedown_request
from tests.data.killed_commands import Command

ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "2"))
"""25 in a long run by hand."""

RATE = 900
"""Content items a minute: some in each step, and not so many that the rounds grow while they wait for a processor."""

PATIENCE_SECONDS = 300.0


def seen(engine: Engine) -> tuple[int, ...]:
    """Return what a reader sees: changes told by the feeds, and rows; none of them ever falls."""
    with snapshot(engine) as connection:
        rows = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (content, takedown_request, request_event)
        ]
        return int(connection.execute(select(func.sum(feed.c.seq))).scalar_one()), *rows


@pytest.mark.slow
def test_a_killed_simulator_leaves_whole_steps_and_the_next_goes_on(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    chance, before = random.Random(11), seen(engine)
    for _ in range(ROUNDS):
        command = Command(["simulate", "--rate", str(RATE)], database_url, tmp_path / "said")
        ends_at = time.monotonic() + PATIENCE_SECONDS
        steps = chance.choice((1, 1, 2))
        last = before
        while steps:
            assert command.is_running, command.said()
            assert time.monotonic() < ends_at, "the simulator writes nothing"
            time.sleep(chance.uniform(0.001, 0.05))
            found = seen(engine)
            steps, last = steps - (found != last), found
        time.sleep(chance.uniform(0, 0.05))
        assert command.kill() == -signal.SIGKILL
        after = seen(engine)
        assert all(now >= then for now, then in zip(after, last, strict=True)), "a step that was seen is lost"
        with snapshot(engine) as connection:
            assert integrity.check(connection) == []
        with engine.connect() as connection:
            assert verify(connection) == []
        before = after
    assert before[1] > 0
