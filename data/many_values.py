"""Many rows in one statement as one bound value a column: the statement stays the same however many they are."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import ColumnElement, Integer, Text, bindparam, cast, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

EVERY = "every_"
"""Beginning of the names of bound arrays: SQLAlchemy keeps those of columns for itself."""

BIGINT, BIGINTS = 20, 1016
"""Types of PostgreSQL: a whole number, and an array of them."""

NULL = -1
"""Length of an element that is not there."""

Kinds = Mapping[str, TypeEngine[Any]]


class Numbers(bytes):
    """An array of whole numbers as PostgreSQL sends it itself: nobody writes or reads digits."""


class _NumbersDumper(Dumper):
    format = Format.BINARY
    oid = BIGINTS

    def dump(self, obj: Any) -> Buffer:
        return bytes(obj)


psycopg.adapters.register_dumper(Numbers, _NumbersDumper)


def unnested(kinds: Kinds) -> list[ColumnElement[Any]]:
    """Return the columns of a SELECT that gives one row for each place of the bound arrays (PostgreSQL)."""
    return [func.unnest(cast(_bound(name, kind), ARRAY(kind))).label(name) for name, kind in kinds.items()]


def _bound(name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return bindparam(f"{EVERY}{name}", type_=None if isinstance(kind, Integer) else Text())


def as_arrays(kinds: Kinds, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of these kinds, lists or numpy arrays, as they are bound to `unnested`."""
    return {
        f"{EVERY}{name}": whole_numbers(columns[name]) if isinstance(kind, Integer) else _words(columns[name])
        for name, kind in kinds.items()
    }


def whole_numbers(values: Any) -> Numbers:
    """Return whole numbers, None among them, as an array; raise `OverflowError` beyond 64 bits."""
    is_null = None
    if not isinstance(values, np.ndarray) and None in values:
        is_null = np.array([value is None for value in values])
        values = [0 if value is None else value for value in values]
    cells = np.empty(len(values), dtype=[("length", ">i4"), ("value", ">i8")])
    cells["length"], cells["value"] = 8, np.asarray(values, dtype=np.int64)
    head = struct.pack(">iiIii", 1, is_null is not None, BIGINT, len(values), 1)
    if is_null is None:
        return Numbers(head + cells.tobytes())
    cells["length"][is_null] = NULL
    sent = np.ones((len(values), 12), dtype=np.bool_)
    sent[is_null, 4:] = False
    return Numbers(head + cells.view(np.uint8).reshape(-1, 12)[sent].tobytes())


def _words(values: Sequence[Any]) -> str:
    """Return texts, truths or fractions, None among them, as PostgreSQL writes an array: half of the driver's work."""
    if set(map(type, values)) - {str}:
        return f"{{{','.join(['NULL' if v is None else _quoted(str(v)) for v in values])}}}"
    together = '","'.join(values)
    plain = together.count('"') == 2 * (len(values) - 1) and "\\" not in together
    return f'{{"{together}"}}' if values and plain else f"{{{','.join(map(_quoted, values))}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
