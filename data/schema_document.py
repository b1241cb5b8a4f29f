"""The tables in words, from the comments that every table and column carries: the contract with other writers."""

from collections.abc import Iterator

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from data.schema import VERSION
from data.tables import metadata

ROOMS = {
    "fact": "Facts: what happened",
    "dimension": "Reference tables: who, where, what kind",
    "ledger": "Tables about the data itself",
    "rollup": "Sums, kept by the database or the recorder; read them, never write them",
}

INTRODUCTION = f"""# The tables, version {VERSION[0]}.{VERSION[1]}

Times are whole seconds since 1970-01-01 00:00 UTC, days are WIB days since 1970-01-01. An empty value means "not
known", never zero. Facts are spread by the column marked *spread by*, which is part of every key.

For other tools each table of facts has a view with `_view` behind its name: times are real timestamps (ISO text on
SQLite, `timestamptz` on PostgreSQL), days are dates, and the id of a reference row is its code."""

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def markdown() -> str:
    """Return the description of every table and column as Markdown, in the same order every time."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for room, title in ROOMS.items():
        yield f"\n## {title}"
        for table in metadata.tables.values():
            if table.info["room"] == room:
                yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"\n### {table.name}\n"
    yield f"{table.comment}.\n"
    yield "| column | type | key | may be empty | meaning |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        kind = column.type.compile(DIALECT)
        yield f"| `{column.name}` | {kind} | {_key(column)} | {_empty(column)} | {_meaning(column)} |"


def _key(column: Column[object]) -> str:
    if column.table.info.get("distributed_by") == column.name:
        return "yes, spread by"
    return "yes" if column.primary_key else ""


def _empty(column: Column[object]) -> str:
    return "yes" if column.nullable else ""


def _meaning(column: Column[object]) -> str:
    return (column.comment or "").replace("|", "\\|")
