"""Roll-up tables filled anew, in the order of their keys, in bounded memory."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pyarrow as pa
from sqlalchemy import BigInteger, Connection, Table, delete, insert, text

from data.copying import copy_in
from data.engine import is_postgres
from data.rollups import counting, folding
from data.rollups.counting import in_key_order
from data.rollups.fetching import Codes
from data.rollups.packing import texts_of
from data.rollups.shapes import Rollup
from data.rollups.shelves import Numbers, Shelves
from data.rollups.statements import key_columns

WRITTEN_ROWS = 50_000
"""Cells written at once."""

BUCKETS_OF_A_SHELF = 4_096
"""Hours (or days, weeks) whose cells of one service wait together: about half a year of hours, 20 MB at ten million."""

SMALLEST = 32_768
"""Added to a small id, so that it is never negative."""

LOADED_FILL = 90
"""Hundredths of a page (PostgreSQL) that are filled when all cells are made anew."""


def refill(connection: Connection, rollup: Rollup, counted: Shelves, codes: Codes) -> None:
    """Empty one roll-up table and fill it from what counts, in key order; readers of the old sums are not disturbed."""
    with _bare(connection, rollup.table), closing(Shelves(len(key_columns(rollup)) + len(rollup.measures))) as shelves:
        connection.execute(delete(rollup.table))
        for _, cells in counting.parts(rollup, counted, codes):
            shelves.put(_shelf(rollup, cells), cells)
        for number in shelves.numbers():
            cells = shelves.take(number)
            _write(connection, rollup, in_key_order(rollup, cells, codes), codes)


def refill_packed(connection: Connection, rollup: Rollup, counted: Shelves, codes: Codes) -> None:
    """Empty the tables of a packed roll-up and fill its bytes from what counts; nothing waits then."""
    for table in rollup.tables:
        connection.execute(delete(table))
    narrowest = replace(rollup, cubes=rollup.written)
    for _, cells in counting.parts(narrowest, counted, codes):
        folding.add(connection, rollup, cells[:, 1:])


def _shelf(rollup: Rollup, cells: Numbers) -> Numbers:
    """Return for each cell the shelf on which it waits to be written: by cube, first key, and stretch of time if next.

    Shelves follow each other as keys do. Of an id of 63 bits only the highest choose, or there were too many shelves.
    """
    names = key_columns(rollup)
    if isinstance(rollup.table.c[names[0]].type, BigInteger):
        return cells[:, 0] >> 55
    (_, first, second, *_), (cube, one, other) = names, cells[:, :3].T
    if first == "bucket":
        place, stretch = one // BUCKETS_OF_A_SHELF, 0
    else:
        place, stretch = one + SMALLEST, other // BUCKETS_OF_A_SHELF if second == "bucket" else 0
    shelf: Numbers = cube << 48 | place << 24 | stretch
    return shelf


def _write(connection: Connection, rollup: Rollup, cells: Numbers, codes: Codes) -> None:
    names = [*key_columns(rollup), *rollup.measures]
    texts = texts_of(rollup.table)
    words = str(insert(rollup.table).compile(dialect=connection.dialect, column_keys=names))
    for first in range(0, len(cells), WRITTEN_ROWS):
        some = cells[first : first + WRITTEN_ROWS].T
        values = {
            name: codes.texts(column) if name in texts else column.tolist()
            for name, column in zip(names, some, strict=True)
        }
        if is_postgres(connection):
            copy_in(connection, rollup.table, {name: pa.array(column) for name, column in values.items()})
        else:
            connection.exec_driver_sql(words, list(zip(*values.values(), strict=True)))


@contextmanager
def _bare(connection: Connection, table: Table) -> Iterator[None]:
    """Take the indexes from a table while it is filled: made at the end, sorted, they cost a tenth.

    Not on PostgreSQL, where readers would wait for the table until the commit. There pages are filled, where the role
    may say so: most cells are old and never change again.
    """
    if is_postgres(connection):
        with _filled_pages(connection, table):
            yield
        return
    taken = sorted(table.indexes, key=lambda index: str(index.name))
    for index in taken:
        index.drop(connection, checkfirst=True)
    yield
    for index in taken:
        index.create(connection)


@contextmanager
def _filled_pages(connection: Connection, table: Table) -> Iterator[None]:
    owns = text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(:name)")
    usual = table.dialect_options["postgresql"]["with"]["fillfactor"]
    is_owner = connection.execute(owns, {"name": table.name}).scalar_one()
    if is_owner:
        connection.execute(text(f"ALTER TABLE {table.name} SET (fillfactor = {LOADED_FILL})"))
    yield
    if is_owner:
        connection.execute(text(f"ALTER TABLE {table.name} SET (fillfactor = {usual})"))
