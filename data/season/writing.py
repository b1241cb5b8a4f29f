"""A whole season into a database."""

from collections.abc import Iterable

from sqlalchemy import Engine

from data.recording import bulk
from data.season.cells import Batch


def write(engine: Engine, batches: Iterable[Batch], progress: bulk.Progress | None = None) -> dict[str, int]:
    """Write the batches of `generate` in one transaction, roll-ups and feeds included; return the rows of each table.

    Readers see the whole season or none of it. The season must not be in the database already.
    """
    return bulk.load(engine, batches, progress=progress)
