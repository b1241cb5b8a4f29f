"""Counting all facts in memory, four weeks at a time: a GROUP BY would sort every fact once a cube; arrays need not.

The counted rows are the declared ones (`statements.counted`); only the summing happens here. The facts are read once
a roll-up and laid onto shelves of four weeks; every bucket of every grain lies within one shelf, so each shelf gives
whole cells. Ten million facts need no more memory than their busiest four weeks.
"""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
from sqlalchemy import Connection

from data.rollups.grouping import order_of, summed
from data.rollups.packing import Codes, Layout, facts_of, finest, layout, part_of, texts_of, wider
from data.rollups.shapes import Cube, Rollup, unused
from data.rollups.shelves import Numbers, Shelves
from data.rollups.statements import key_columns, parents

SUMMED_ROWS = 400_000
"""Facts summed at once: about 100 MB at work."""

Cells = tuple[Numbers, Numbers]
"""Keys of a cube's cells (the columns of its key that it keeps, in order) and their measures."""


def parts(connection: Connection, rollup: Rollup, codes: Codes) -> Iterator[tuple[int, Numbers]]:
    """Give the cells of every cube, four weeks at a time, oldest first: the number of the four weeks, and the cells.

    A cell is a row of whole numbers: key columns, then measures, in their declared order; texts are codes.
    """
    place = layout(rollup.table)
    with closing(Shelves(place.width)) as shelves:
        for block in facts_of(connection, rollup, codes):
            shelves.put(part_of(block[:, 0] >> len(place.flags), finest(rollup)), block)
        for number in shelves.numbers():
            yield number, _cells(rollup, place, shelves.take(number), codes)


def _cells(rollup: Rollup, place: Layout, facts: Numbers, codes: Codes) -> Numbers:
    order = parents(rollup)
    made = _from_facts(rollup, place, [cube for cube, parent in order if parent is None], facts)
    for cube, parent in order:
        if parent is not None:
            made[cube] = _coarser(rollup, made[parent], parent, cube)
    return np.concatenate([_rows(rollup, cube, made[cube], codes) for cube in rollup.cubes])


def _from_facts(rollup: Rollup, place: Layout, cubes: list[Cube], facts: Numbers) -> dict[Cube, Cells]:
    partial: dict[Cube, list[Cells]] = {cube: [] for cube in cubes}
    grain = finest(rollup)
    for first in range(0, len(facts), SUMMED_ROWS):
        columns = place.unpacked(facts[first : first + SUMMED_ROWS])
        values = np.column_stack([columns[name] for name in rollup.measures])
        for cube, several in partial.items():
            bucket = {"bucket": wider(columns[place.at], grain, cube.grain)}
            keys = np.column_stack([{**columns, **bucket}[name] for name in _kept(rollup, cube)])
            several.append(summed(keys, values))
    return {cube: summed(*map(np.concatenate, zip(*several, strict=True))) for cube, several in partial.items()}


def _kept(rollup: Rollup, cube: Cube) -> list[str]:
    return [name for name in key_columns(rollup) if name in {"bucket", *cube.dimensions}]


def _coarser(rollup: Rollup, cells: Cells, parent: Cube, cube: Cube) -> Cells:
    keys, values = cells
    columns = dict(zip(_kept(rollup, parent), keys.T, strict=True))
    columns["bucket"] = wider(columns["bucket"], parent.grain, cube.grain)
    return summed(np.column_stack([columns[name] for name in _kept(rollup, cube)]), values)


def _rows(rollup: Rollup, cube: Cube, cells: Cells, codes: Codes) -> Numbers:
    keys, values = cells
    columns = dict(zip(_kept(rollup, cube), keys.T, strict=True))
    fixed: dict[str, int] = {"cube": cube.id}
    for name in set(rollup.dimensions) - set(cube.dimensions):
        constant = unused(name)
        fixed[name] = codes[constant] if isinstance(constant, str) else constant
    key = [np.full(len(keys), fixed[name]) if name in fixed else columns[name] for name in key_columns(rollup)]
    return np.column_stack([*key, values])


def in_key_order(rollup: Rollup, cells: Numbers, codes: Codes) -> Numbers:
    """Return cells in the order of their keys, texts by their letters."""
    rank = np.argsort(np.argsort(np.array([*codes, ""], dtype=object), kind="stable"), kind="stable")
    names, texts = key_columns(rollup), texts_of(rollup.table)
    keys = [rank[cells[:, place]] if name in texts else cells[:, place] for place, name in enumerate(names)]
    return cells[order_of(np.column_stack(keys))]
