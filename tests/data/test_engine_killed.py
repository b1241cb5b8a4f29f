"""A writer killed at any moment loses no acknowledged batch and leaves no torn one."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot
from data.tables import quarantine

ROOT = Path(__file__).resolve().parents[2]
BATCH = 50

WRITER = """
import sys
from sqlalchemy import insert
from data.engine import transaction, writer
from data.tables import quarantine

engine, batch = writer(sys.argv[1]), int(sys.argv[2])
while True:
    with transaction(engine) as connection:
        for number in range(50):
            row = {"reject_id": batch * 50 + number, "feed_code": "x", "file_name": "x", "line": batch, "reason": "x"}
            connection.execute(insert(quarantine), row | {"excerpt": "x" * 500, "recorded_at": 0})
    print(batch, flush=True)
    batch += 1
"""


def write_until_killed(address: str, first: int, wait_lines: int) -> int:
    """Start a writer, kill it some way behind a number of acknowledged batches, return the last acknowledged one."""
    command = [sys.executable, "-c", WRITER, address, str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = first - 1
        for _ in range(wait_lines):
            last = int(child.stdout.readline())
        child.kill()
        return max([last, *(int(line) for line in child.stdout if line.strip())])


@pytest.mark.parametrize("seed", [1])
def test_no_acknowledged_batch_is_lost_and_none_is_torn(
    engine: Engine, database_url: str, database_kind: str, seed: int
) -> None:
    chance, next_batch = random.Random(seed), 0
    for _ in range(12 if database_kind == "sqlite" else 5):
        acknowledged = write_until_killed(database_url, next_batch, chance.randrange(1, 30))
        question = select(quarantine.c.line, func.count().label("n")).group_by(quarantine.c.line)
        with snapshot(engine) as connection:
            batches = {row.line: row.n for row in connection.execute(question)}
            if database_kind == "sqlite":
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert set(range(acknowledged + 1)) <= set(batches), "an acknowledged batch is lost"
        assert set(batches.values()) == {BATCH}, "a batch is torn"
        assert max(batches) <= acknowledged + 1
        next_batch = max(batches) + 1
