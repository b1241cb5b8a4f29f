"""Counting all facts in memory, four weeks at a time: a GROUP BY would sort every fact once a cube; arrays need not.

What counts where is declared; the facts of a table are read once for all its roll-ups, and the declared expressions
worked out on arrays. What is counted is laid onto shelves of four weeks; every bucket up to four weeks lies within one
shelf, so each shelf gives whole cells; those of wider grains are few and come together at the end. Ten million facts
need no more memory than their busiest four weeks.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table

from data.rollups.declarations import ROLLUPS
from data.rollups.evaluating import Program
from data.rollups.fetching import Codes, blocks, question_of
from data.rollups.grouping import order_of, summed
from data.rollups.packing import AT, COUNTS, LONG, Layout, finest, is_long, layout, part_of, texts_of, wider
from data.rollups.shapes import Cube, Rollup, unused
from data.rollups.shelves import Numbers, Shelves
from data.rollups.statements import bucket, key_columns, parents

SUMMED_ROWS = 400_000
"""Facts summed at once: about 100 MB at work. Not above a million, or sums of flags would not fit into 20 bits."""

Cells = tuple[Numbers, Numbers]
"""Keys of a cube's cells (the columns of its key that it keeps, in order) and their measures."""


@contextmanager
def counted(connection: Connection, rollups: Sequence[Rollup], codes: Codes) -> Iterator[Mapping[Rollup, Shelves]]:
    """Give what counts in the roll-ups of one fact table, packed, by the four weeks; the facts are read once."""
    program = program_of(tuple(rollup.table for rollup in rollups))
    asked = question_of(program.columns.statement(), connection.dialect)
    with ExitStack() as stack:
        shelves = {each: stack.enter_context(closing(Shelves(layout(each.table).width))) for each in rollups}
        for block in blocks(connection, asked, len(program.columns.texts), codes):
            values = program.run(program.columns.unpacked(block, codes), codes, len(block))
            for rollup in rollups:
                _lay(rollup, shelves[rollup], values)
        yield shelves


@cache
def program_of(tables: tuple[Table, ...]) -> Program:
    """Return how everything that counts in these roll-ups is worked out; names begin with that of the roll-up."""
    made: dict[str, ColumnElement[Any]] = {}
    for rollup in (rollup for rollup in ROLLUPS if rollup.table in tables):
        row = rollup.facts.c
        parts = {AT: bucket(rollup.at(row), finest(rollup)), COUNTS: rollup.where(row)}
        parts |= {name: make(row) for name, make in (*rollup.dimensions.items(), *rollup.measures.items())}
        made |= {f"{rollup.table.name}.{name}": part for name, part in parts.items()}
    return Program(made)


def _lay(rollup: Rollup, shelves: Shelves, values: Mapping[str, Numbers]) -> None:
    place, prefix = layout(rollup.table), f"{rollup.table.name}."
    mine = {name.removeprefix(prefix): column for name, column in values.items() if name.startswith(prefix)}
    counts = np.flatnonzero(mine.pop(COUNTS))
    kept = {name: column[counts] for name, column in mine.items()}
    shelves.put(part_of(kept[AT], finest(rollup)), place.packed(kept))


def parts(rollup: Rollup, shelves: Shelves, codes: Codes) -> Iterator[tuple[int, Numbers]]:
    """Give the cells of every cube, four weeks at a time, oldest first, then `LONG` ones: their number, and the cells.

    A cell is a row of whole numbers: key columns, then measures, in their declared order; texts are codes.
    """
    place = layout(rollup.table)
    pending: dict[Cube, list[Cells]] = {cube: [] for cube in rollup.cubes if is_long(cube.grain)}
    for number in shelves.numbers():
        made = _cells(rollup, place, shelves.take(number))
        for cube, parts_of_it in pending.items():
            parts_of_it.append(made.pop(cube))
        yield number, np.concatenate([_rows(rollup, cube, cells, codes) for cube, cells in made.items()])
    if any(pending.values()):
        rows = [_rows(rollup, cube, _together(several), codes) for cube, several in pending.items()]
        yield LONG, np.concatenate(rows)


def _cells(rollup: Rollup, place: Layout, facts: Numbers) -> dict[Cube, Cells]:
    order = parents(rollup)
    made = _from_facts(rollup, place, [cube for cube, parent in order if parent is None], facts)
    for cube, parent in order:
        if parent is not None:
            made[cube] = _coarser(rollup, made[parent], parent, cube)
    return made


def _from_facts(rollup: Rollup, place: Layout, cubes: list[Cube], facts: Numbers) -> dict[Cube, Cells]:
    partial: dict[Cube, list[Cells]] = {cube: [] for cube in cubes}
    grain = finest(rollup)
    for first in range(0, len(facts), SUMMED_ROWS):
        some = facts[first : first + SUMMED_ROWS]
        columns, flags = place.unpacked(some), place.flags_in_threes(some)
        plain = [name for name in rollup.measures if name not in place.flags]
        values = np.column_stack([*flags, *(columns[name] for name in plain)])
        for cube, several in partial.items():
            columns["bucket"] = wider(columns[AT], grain, cube.grain)
            keys, sums = summed(np.column_stack([columns[name] for name in _kept(rollup, cube)]), values)
            found = place.flags_apart(sums) | {n: sums[:, len(flags) + at] for at, n in enumerate(plain)}
            several.append((keys, np.column_stack([found[name] for name in rollup.measures])))
    return {cube: _together(several) for cube, several in partial.items()}


def _together(several: list[Cells]) -> Cells:
    return several[0] if len(several) == 1 else summed(*map(np.concatenate, zip(*several, strict=True)))


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
