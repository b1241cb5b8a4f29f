"""Rows in and out of PostgreSQL by COPY, as Arrow tables."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection, Table

PAGE_BYTES = 8_388_608
"""Text of one page that is read (8 MiB): some 200,000 rows of a few numbers."""


def copy_in(connection: Connection, table: Table, arrays: Mapping[str, Any]) -> None:
    """Write Arrow arrays by column name. Arrow quotes every text and leaves NULL unquoted: "" and NULL stay apart."""
    page = BytesIO()
    pyarrow.csv.write_csv(pa.table(dict(arrays)), page, pyarrow.csv.WriteOptions(include_header=False))
    names = ", ".join(f'"{name}"' for name in arrays)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)') as stream:
        stream.write(page.getbuffer())


def copy_out(connection: Connection, statement: str, kinds: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Give the answer of a statement without NULLs in pages; `kinds` names its columns, in order, and their types."""
    driver: Any = connection.connection.driver_connection
    page = bytearray()
    with driver.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as stream:
        for line in stream:
            page += line
            if len(page) > PAGE_BYTES:
                yield _read(page, kinds)
                page = bytearray()
    yield _read(page, kinds)


def _read(page: bytearray, kinds: Mapping[str, pa.DataType]) -> pa.Table:
    if not page:
        return pa.schema(kinds).empty_table()
    return pyarrow.csv.read_csv(
        pa.py_buffer(page),
        pyarrow.csv.ReadOptions(column_names=list(kinds), use_threads=False),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(column_types=dict(kinds), strings_can_be_null=False),
    )
