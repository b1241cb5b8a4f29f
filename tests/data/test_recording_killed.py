"""A writer killed at any moment: no acknowledged batch is lost, none is torn, the roll-ups are exact.

The number of kills is POSKO_KILLS (default 5 for each database and way).
"""

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine, select

from data.engine import transaction
from data.rollups import integrity, recount
from data.schema import Rollups
from data.tables import content, takedown_request
from tests.data import killed_writer
from tests.data.recounts import assert_exact

KILLS = int(os.environ.get("POSKO_KILLS", "5"))
ROOT = Path(__file__).parents[2]


def killed_after(url: str, first: int, batches: int, seconds: float) -> set[int]:
    """Start a writer, kill it some time after it acknowledged some batches, and return those it acknowledged."""
    command = [sys.executable, killed_writer.__file__, url, str(first)]
    acknowledged: set[int] = set()
    path = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            acknowledged.add(int(line))
            if len(acknowledged) == batches:
                threading.Timer(seconds, process.kill).start()
    return acknowledged


def stored_batches(engine: Engine) -> Counter[int]:
    """Return the rows of each batch: content, requests and ended requests together."""
    with transaction(engine) as connection:
        joined = content.join(takedown_request, content.c.content_id == takedown_request.c.content_id)
        keys = connection.execute(
            select(content.c.natural_key, takedown_request.c.outcome_id)
            .select_from(joined)
            .order_by(content.c.natural_key)
        )
        counted: Counter[int] = Counter()
        for key, outcome in keys:
            counted[int(key[1:].split("-")[0])] += 1 + (outcome == 1)
        return counted


def test_no_acknowledged_batch_is_lost_and_none_is_torn(engine: Engine, database_url: str, both_ways: Rollups) -> None:
    whole = killed_writer.ROWS + (killed_writer.ROWS + 1) // 2
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        acknowledged |= killed_after(database_url, max(acknowledged, default=-1) + 2, 2, 0.007 * kill)
        stored = stored_batches(engine)
        assert acknowledged <= stored.keys()
        assert set(stored.values()) == {whole}
        with transaction(engine) as connection:
            assert_exact(connection)
            assert recount.verify(connection) == []
            assert integrity.check(connection) == []
