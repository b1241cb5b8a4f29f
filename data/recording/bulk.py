"""Millions of rows at once: whole rows into the tables, roll-ups made once at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Engine

Columns = Mapping[str, Sequence[Any]] | pd.DataFrame | pa.Table
"""One batch by column: lists, numpy arrays, masked arrays, a frame or an Arrow table. Times: UTC seconds or aware."""

Batch = tuple[str, Columns]
"""A table's name and rows for it. Columns that are missing take NULL, or their default where they have none."""

Progress = Callable[[str, int], None]
"""Called with what is being done (a table's name, or 'rollups') and how many rows of it are done."""


def load(
    engine: Engine, batches: Iterable[Batch], *, progress: Progress | None = None, one_transaction: bool = True
) -> dict[str, int]:
    """Load whole rows of any tables, rebuild the roll-ups, bump the feeds; return rows loaded by table.

    The rows are taken as they are: ids, copies and outcomes must already agree (`data.rollups.recount.verify` tells).
    Keys must be new. In one transaction readers see all or nothing; otherwise `setting.rollups_state` says
    `building` until the end, readers refuse, and a load that died is mended by `recount.rebuild`.
    """
    raise NotImplementedError
