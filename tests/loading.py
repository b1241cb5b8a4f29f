"""Files drawn in a test, and loading them."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import Connection, Engine, Table, select

from data.engine import snapshot
from data.loaders import Mapping, Options, Source, Summary, load, sources

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
"""The moment all test files are loaded at."""

OPTIONS = Options(now=NOW)


def utc(text: str) -> datetime:
    """Return a time written in ISO format, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def draw(folder: Path, content: str | bytes, name: str = "laporan.csv") -> Source:
    """Write a file and return it as a source."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return next(sources(str(path), BytesIO()))


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return the bytes of an XLSX workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def load_one(engine: Engine, source: Source, options: Options = OPTIONS, **mapping: Any) -> Summary:
    """Load a file of one table and return its summary; `mapping` changes the mapping."""
    if mapping:
        options = replace(options, mapping=replace(options.mapping, **mapping))
    (summary,) = load(engine, source, options)
    return summary


def rows(engine: Engine, table: Table, *names: str, where: Any = None) -> list[Any]:
    """Return columns of all rows of a table, ordered by them; single values where one column is asked for."""
    columns = [table.c[name] for name in names]
    statement = select(*columns).order_by(*columns)
    with snapshot(engine) as connection:
        found = connection.execute(statement if where is None else statement.where(where)).all()
    return [tuple(row) if len(names) > 1 else row[0] for row in found]


def everything(engine: Engine, *tables: Table) -> dict[str, list[Any]]:
    """Return all rows of tables but their writing times, to be compared before and after."""

    def content(connection: Connection, table: Table) -> list[Any]:
        columns = [column for column in table.columns if column.name not in {"recorded_at", "updated_at", "written_at"}]
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key.columns))]

    with snapshot(engine) as connection:
        return {table.name: content(connection, table) for table in tables}


MAPPING = Mapping()
