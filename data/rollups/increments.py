"""What changed rows add to the sums, worked out in memory from the rows as they were and as they are.

The writer has both at hand. So nothing is read back, each cell is touched once however many rows fall into it, and a
row that counts as before touches none. What counts where is declared (`data.rollups.declarations`), as for a recount.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Column, String, Table

from data.rollups.counting import program_of
from data.rollups.fetching import Codes
from data.rollups.grouping import summed
from data.rollups.packing import AT, COUNTS, finest, texts_of, wider
from data.rollups.shapes import Cube, Rollup, unused
from data.rollups.shelves import Numbers
from data.rollups.statements import key_columns, rollups_of

Row = Mapping[str, Any]

SURE_TO_FIT = 1 << 40
"""Values below this can be added up a million times in 64 bits; greater ones are added as Python's whole numbers."""


@dataclass(frozen=True)
class Increments:
    """What is to be added to the cells of a roll-up: keys and `measures` by column, no cell twice.

    Texts are lists, whole numbers arrays.
    """

    rollup: Rollup
    measures: tuple[str, ...]
    columns: dict[str, Any]


def increments(facts: Table, left: Sequence[Row], entered: Sequence[Row]) -> Iterator[Increments]:
    """Give what the roll-ups of a fact table gain when the rows `left` go and the rows `entered` come."""
    rows, codes = [*left, *entered], Codes()
    if not rows:
        return
    program = program_of(tuple(rollup.table for rollup in rollups_of(facts)))
    names = tuple(program.columns.columns)
    cells = zip(*map(itemgetter(*names), rows), strict=True)
    columns = {name: _column(facts.c[name], found, codes) for name, found in zip(names, cells, strict=True)}
    values = program.run(columns, codes, len(rows))
    signs = np.repeat(np.array([-1, 1]), [len(left), len(entered)])
    for rollup in rollups_of(facts):
        prefix = f"{rollup.table.name}."
        mine = {name.removeprefix(prefix): each for name, each in values.items() if name.startswith(prefix)}
        found = _of_rollup(rollup, mine, signs, codes)
        if found is not None:
            yield found


def _column(column: Column[Any], found: Sequence[Any], codes: Codes) -> tuple[Numbers, Any]:
    """Return the values of a column, texts as codes, and which are known (None: all)."""
    known = None
    if None in found:
        known = np.array([value is not None for value in found], dtype=np.bool_)
    if isinstance(column.type, String):
        found = [0 if value is None else codes[value] for value in found]
    elif known is not None:
        found = [0 if value is None else value for value in found]
    return np.array(found, dtype=np.int64), known


def _of_rollup(rollup: Rollup, values: Mapping[str, Numbers], signs: Numbers, codes: Codes) -> Increments | None:
    counts = np.flatnonzero(values[COUNTS])
    names = [AT, *rollup.dimensions]
    sums = np.column_stack([values[name][counts] for name in rollup.measures]) * signs[counts, None]
    if sums.size and np.abs(sums).max() > SURE_TO_FIT:
        sums = sums.astype(object)
    keys, sums = _summed(np.column_stack([values[name][counts] for name in names]), sums)
    if not len(keys):
        return None
    moved = np.flatnonzero((sums != 0).any(axis=0))
    columns, sums = dict(zip(names, keys.T, strict=True)), sums[:, moved]
    cells = np.concatenate([_cells(rollup, cube, columns, sums, codes) for cube in rollup.written])
    measures = tuple(np.array(list(rollup.measures))[moved].tolist())
    return Increments(rollup, measures, _by_column(rollup, measures, cells, codes))


def _summed(keys: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct keys in order and the sums of the values of each, without those where all sums are 0."""
    keys, sums = summed(keys, values)
    moved = (sums != 0).any(axis=1)
    return keys[moved], sums[moved]


def _cells(rollup: Rollup, cube: Cube, columns: Mapping[str, Numbers], values: Numbers, codes: Codes) -> Numbers:
    """Return the cells of a cube: key columns, then measures, in their declared order."""
    constants, kept = _places(rollup, cube)
    bucket = wider(columns[AT], finest(rollup), cube.grain)
    keys, sums = _summed(np.column_stack([bucket if name == "bucket" else columns[name] for name in kept]), values)
    made = dict(zip(kept, keys.T, strict=True))
    for name, constant in constants.items():
        made[name] = np.full(len(keys), codes[constant] if isinstance(constant, str) else constant)
    return np.column_stack([*(made[name] for name in key_columns(rollup)), sums])


@cache
def _places(rollup: Rollup, cube: Cube) -> tuple[dict[str, int | str], list[str]]:
    """Return the key columns that are the same in each cell of a cube, with their values, and the others."""
    constants = {name: unused(name) for name in rollup.dimensions if name not in cube.dimensions}
    return constants | {"cube": cube.id}, [n for n in key_columns(rollup) if n in {"bucket", *cube.dimensions}]


def _by_column(rollup: Rollup, measures: tuple[str, ...], cells: Numbers, codes: Codes) -> dict[str, Any]:
    texts = texts_of(rollup.table)
    return {
        name: codes.texts(column.astype(np.int64)) if name in texts else column
        for name, column in zip([*key_columns(rollup), *measures], cells.T, strict=True)
    }
