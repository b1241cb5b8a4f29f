"""Which column of a table holds which field: told by a mapping, known by its name, or recognised by its cells."""

from collections.abc import Callable
from itertools import islice
from typing import Any

from data.loaders.fields import MAIN_TIMES
from data.loaders.files.headers import fields_of
from data.loaders.files.records import Row
from data.loaders.files.tables import Table
from data.loaders.mappings import Mapping
from data.loaders.problems import LoadProblem, RowProblem
from data.loaders.values.dates import DateStyle, Order, moment
from data.loaders.values.links import links_in
from data.loaders.words import plain

Columns = dict[str, tuple[int, ...]]

ROWS_LOOKED_AT = 300
SOFT = frozenset({"source", "organisation", "text", "reference", "id", "theme"})
"""Fields whose names are also given to columns of links ("sumber") and times."""

ENOUGH = 0.8
"""Share of filled cells that must look like a time or a link before a column is taken for one."""


def columns_of(table: Table, mapping: Mapping) -> tuple[Columns, list[str]]:
    """Return the columns by field, and sentences on columns recognised by their cells.

    Raise `LoadProblem`, naming the columns seen, when the mapping asks for one that is not there, when no time is
    recognised, or when neither a headline nor a link is.
    """
    columns = {name: _positions(table, names) for name, names in mapping.columns.items()}
    if mapping.automatic:
        known = {name: (position,) for name, position in fields_of(table.header).items()}
        columns = {**known, **columns}
    notes = _by_cells(table, columns) if mapping.automatic else []
    _require(table, columns, mapping)
    return columns, notes


def _positions(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    header = [plain(name) or name for name in table.header]
    missing = [name for name in names if (plain(name) or name) not in header and name not in table.header]
    if missing:
        raise LoadProblem(f"{table.name} has no column '{missing[0]}'. {seen(table)}")
    return tuple(
        table.header.index(name) if name in table.header else header.index(plain(name) or name) for name in names
    )


def _by_cells(table: Table, columns: Columns) -> list[str]:
    """Add a time and a link column by their cells where no header told them; return what was added, in words."""
    needs: list[tuple[str, bool, Callable[[Any], bool]]] = [
        ("at", not any(name in columns for name in MAIN_TIMES), looks_like_time),
        ("url", "url" not in columns and "article_url" not in columns, looks_like_link),
    ]
    notes = []
    for name, is_needed, looks_right in needs:
        position = _best_column(table, columns, looks_right) if is_needed else None
        if position is not None:
            for other in [other for other, positions in columns.items() if positions == (position,)]:
                del columns[other]
            columns[name] = (position,)
            notes.append(f"column '{table.header[position]}' taken as {name} because of its cells")
    return notes


def _best_column(table: Table, columns: Columns, looks_right: Callable[[Any], bool]) -> int | None:
    firm = (positions for name, positions in columns.items() if name not in SOFT)
    taken = {position for positions in firm for position in positions}
    rows = list(islice((row for row in table.rows() if row.problem is None), ROWS_LOOKED_AT))
    for position in range(len(table.header)):
        if position not in taken and _share(rows, position, looks_right) >= ENOUGH:
            return position
    return None


def _share(rows: list[Row], position: int, looks_right: Callable[[Any], bool]) -> float:
    cells = [row.cells[position] for row in rows if row.cells[position] not in ("", None)]
    return sum(map(looks_right, cells)) / len(cells) if cells else 0.0


def looks_like_time(cell: Any) -> bool:
    """Return whether a cell is a time in words or figures; a bare number may be anything and is none."""
    if isinstance(cell, (int, float)) or (isinstance(cell, str) and cell.strip().replace(".", "").isdigit()):
        return False
    orders: tuple[Order, ...] = ("dmy", "mdy")
    for order in orders:
        try:
            return moment(cell, DateStyle(order=order)) is not None
        except RowProblem:
            continue
    return False


def looks_like_link(cell: Any) -> bool:
    """Return whether a cell is a link and little else."""
    return isinstance(cell, str) and cell.strip().lower().startswith(("http", "hxxp", "www.")) and bool(links_in(cell))


def _require(table: Table, columns: Columns, mapping: Mapping) -> None:
    known = {*columns, *mapping.constants}
    if not known.intersection(MAIN_TIMES):
        raise LoadProblem(f"{table.name} has no column that is known as a time. {seen(table)} {how_to_map('at')}")
    if not known.intersection({"title", "issue", "text", "url", "article_url"}):
        raise LoadProblem(
            f"{table.name} has no column that is known as a headline or a link. {seen(table)} {how_to_map('title')}"
        )


def seen(table: Table) -> str:
    """Return the columns of a table as a sentence."""
    names = ", ".join(f"'{name[:40]}'" for name in table.header[:40])
    return f"Columns seen: {names}."


def how_to_map(name: str) -> str:
    """Return how to name a column in a mapping file, as a sentence."""
    return f'Write a file mapping.toml with [columns] {name} = "the column" and run again with --map mapping.toml.'
