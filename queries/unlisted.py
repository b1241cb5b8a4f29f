"""Ids that facts carry and no reference table lists: they are looked for in the sums, so that groups add up to wholes.

A roll-up is read by every value of the numbered columns that stand before the time in its key: that makes it few
ranges. Values nobody has listed must be among them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, SmallInteger, bindparam, literal, select, union_all

from data.rollups.declarations import ROLLUPS
from data.rollups.shapes import Cube, Rollup, unused
from queries.reading import Statement, rows

NUMBERED = {"service_id": "service", "theme_id": "theme", "source_id": "source", "technique_id": "technique"}
"""Dimension of roll-ups -> name in `Ids`."""

ENDS = (-32_768, 32_767)
"""What a small integer may be."""

Gap = tuple[int, int]
"""The first and the last number of a stretch of ids that are not listed."""


def keys_of(rollup: Rollup) -> list[str]:
    """Return the numbered columns before the bucket in the roll-up's key: given always, a read is few ranges."""
    names = [column.name for column in rollup.table.primary_key]
    return [name for name in names[1 : names.index("bucket")] if name in NUMBERED]


def unlisted(
    connection: Connection, facts: str, listed: Mapping[str, Mapping[str, int]]
) -> Mapping[str, Sequence[int]]:
    """Return dimension -> ids found in the sums of a fact table, in order, that are not listed (code -> id)."""
    gaps = {name: gaps_of(listed.get(NUMBERED[name], {}).values()) for _, _, name in _read(facts)}
    values = {f"{column}_{n}_{side}": edge for column, found in gaps.items() for n, gap in enumerate(found)
              for side, edge in zip(("first", "last"), gap, strict=True)}  # fmt: skip
    statement = _statement(facts, tuple((column, len(found)) for column, found in gaps.items()))
    there: dict[str, set[int]] = {}
    for name, number in rows(connection, statement, values):
        there.setdefault(name, set()).add(number)
    return {name: sorted(numbers) for name, numbers in there.items()}


def gaps_of(ids: Any) -> Sequence[Gap]:
    """Return the stretches of small integers between the ids and outside of them."""
    edges = [ENDS[0] - 1, *sorted(ids), ENDS[1] + 1]
    return [(low + 1, high - 1) for low, high in pairwise(edges) if low + 1 < high]


@lru_cache(maxsize=50)
def _statement(facts: str, gaps: tuple[tuple[str, int], ...]) -> Statement:
    """Return name and id of all that lies in so many gaps of each column: each select is one range of a key."""
    n_gaps, selects = dict(gaps), []
    for rollup, cube, name in _read(facts):
        row = rollup.table.c
        alone = [row[other] == unused(other) for other in keys_of(rollup) if other != name]
        for n in range(n_gaps[name]):
            first, last = (bindparam(f"{name}_{n}_{side}", type_=SmallInteger) for side in ("first", "last"))
            asked = select(literal(NUMBERED[name]).label("name"), row[name].label("id"))
            selects.append(asked.where(row.cube == cube.id, *alone, row[name].between(first, last)).distinct())
    found = union_all(*selects).subquery()
    return select(found).order_by(found.c.name, found.c.id)


@cache
def _read(facts: str) -> tuple[tuple[Rollup, Cube, str], ...]:
    """Return where each numbered key of these facts is looked for: in the widest cube that keeps nothing else."""
    return tuple(found for found in _cubes() if found[0].facts.name == facts)


def _cubes() -> Iterator[tuple[Rollup, Cube, str]]:
    seen = set()
    for rollup in ROLLUPS:
        for name in keys_of(rollup):
            alone = [cube for cube in rollup.cubes if set(cube.dimensions) & set(keys_of(rollup)) == {name}]
            about = (rollup.facts.name, rollup.starts, name)
            if about not in seen:
                seen.add(about)
                yield rollup, min(alone, key=lambda cube: (len(cube.dimensions), -cube.grain.width)), name
