"""The CSV and GeoJSON files beside this module, read and given the types of their tables."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, SmallInteger, Table, Text

from data.columns import UtcSeconds

HERE = Path(__file__).parent

READERS: dict[type, Callable[[str], Any]] = {
    UtcSeconds: datetime.fromisoformat,
    Boolean: {"true": True, "false": False}.__getitem__,
    SmallInteger: int,
    Integer: int,
    BigInteger: int,
    Float: float,
    Text: str,
}


@cache
def cells(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `name`.csv as text, in file order; raise `FileNotFoundError` when there is no such file."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def rows(table: Table) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the file named after a table, each cell in the type of its column; read once."""
    return tuple({name: _value(table.c[name], cell) for name, cell in row.items()} for row in cells(table.name))


def _value(column: Column[Any], cell: str) -> Any:
    if not cell and (column.nullable or not isinstance(column.type, Text)):
        return None
    return READERS[type(column.type)](cell)


@cache
def map_of_provinces() -> dict[str, Any]:
    """Return the GeoJSON FeatureCollection of the 38 provinces; `id` and `properties.code` are Kemendagri codes.

    Outer rings run clockwise, as the drawing libraries of browsers want them. Inner borders of Papua and Kalimantan
    Utara are approximate.
    """
    with (HERE / "provinces.geojson").open(encoding="utf-8") as text:
        loaded: dict[str, Any] = json.load(text)
    return loaded
