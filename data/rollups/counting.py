"""Counting all facts in memory, for SQLite: its GROUP BY sorts every fact once a cube; arrays need not.

The counted rows are the declared ones (`statements.counted`); only the summing happens here. They come in blocks, so
that ten million facts need no more memory than a block and the cells.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, String, literal, select

from data.rollups.shapes import Cube, Flag, Rollup, unused
from data.rollups.statements import counted, key_columns, parents, text_of

BLOCK_ROWS = 200_000
"""Facts summed at once: about 60 MB at work."""

Cells = dict[Cube, pd.DataFrame]
Codes = dict[Any, int]


def count(connection: Connection, rollup: Rollup) -> Cells:
    """Return the cells of every cube: columns `at_<grain>`, the kept dimensions (text as codes), the measures."""
    order = parents(rollup)
    partial: dict[Cube, list[pd.DataFrame]] = {cube: [] for cube, parent in order if parent is None}
    codes: Codes = {}
    for block in _blocks(connection, rollup, codes):
        for cube, parts in partial.items():
            parts.append(_summed(rollup, cube, block))
    made: Cells = {}
    for cube, parent in order:
        source = pd.concat(partial.pop(cube)) if parent is None else _coarser(made[parent], parent, cube)
        made[cube] = _summed(rollup, cube, source)
    return {cube: _decoded(rollup, cells, codes) for cube, cells in made.items()}


def rows(rollup: Rollup, cube: Cube, cells: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Give the cells of one cube as rows of the roll-up table, in the order of its columns."""
    constant = {"cube": cube.id} | {name: unused(name) for name in rollup.dimensions if name not in cube.dimensions}
    named = cells.rename(columns={f"at_{cube.grain.name}": "bucket"})
    columns = [
        [constant[name]] * len(cells) if name in constant else named[name].tolist()
        for name in (*key_columns(rollup), *rollup.measures)
    ]
    return zip(*columns, strict=True)


def _summed(rollup: Rollup, cube: Cube, frame: pd.DataFrame) -> pd.DataFrame:
    time = f"at_{cube.grain.name}"
    key = [time if name == "bucket" else name for name in key_columns(rollup) if name in {"bucket", *cube.dimensions}]
    return frame.groupby(key, sort=True)[list(rollup.measures)].sum().reset_index()


def _coarser(cells: pd.DataFrame, parent: Cube, cube: Cube) -> pd.DataFrame:
    start = cells[f"at_{parent.grain.name}"] * parent.grain.width - parent.grain.offset
    return cells.assign(**{f"at_{cube.grain.name}": (start + cube.grain.offset) // cube.grain.width})


def _decoded(rollup: Rollup, cells: pd.DataFrame, codes: Codes) -> pd.DataFrame:
    words = np.array([*codes, ""], dtype=object)
    texts = {name: words[cells[name].to_numpy()] for name in _texts(rollup) if name in cells}
    return cells.assign(**{name: pd.Series(values, dtype=object) for name, values in texts.items()})


def _texts(rollup: Rollup) -> list[str]:
    return [name for name in rollup.dimensions if isinstance(rollup.table.c[name].type, String)]


def _blocks(connection: Connection, rollup: Rollup, codes: Codes) -> Iterator[pd.DataFrame]:
    """Give the counted rows in blocks, flags unpacked and texts replaced by codes."""
    statement, flags = _packed(rollup)
    names = [column.key for column in statement.selected_columns]
    cursor = connection.connection.cursor()
    cursor.execute(text_of(statement, connection.dialect))
    found = cursor.fetchmany(BLOCK_ROWS)
    while True:
        columns = zip(*found, strict=True) if found else [()] * len(names)
        block = dict(zip(names, columns, strict=True))
        for name in _texts(rollup):
            block[name] = tuple(codes.setdefault(word, len(codes)) for word in block[name])
        arrays = {name: np.array(values, dtype=np.int64) for name, values in block.items()}
        packed = arrays.pop("flags")
        arrays |= {name: packed >> place & 1 for place, name in enumerate(flags)}
        yield pd.DataFrame(arrays)
        found = cursor.fetchmany(BLOCK_ROWS)
        if not found:
            break
    cursor.close()


def _packed(rollup: Rollup) -> tuple[Select[Any], list[str]]:
    """Return the counted rows with all flags as bits of one column, and the flags' names from the lowest bit up."""
    rows = counted(rollup, rollup.facts.c).subquery()
    flags = [name for name in rollup.measures if isinstance(rows.c[name].type, Flag)]
    bits = sum((rows.c[name] * (1 << place) for place, name in enumerate(flags)), literal(0))
    needed = [f"at_{cube.grain.name}" for cube, parent in parents(rollup) if parent is None]
    others = [name for name in rollup.measures if name not in flags]
    return select(
        *(rows.c[name] for name in (*dict.fromkeys(needed), *rollup.dimensions, *others)), bits.label("flags")
    ), flags
