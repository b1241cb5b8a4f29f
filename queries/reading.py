"""From a statement to a frame whose types do not depend on the database or on there being rows."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial, reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    cast,
    func,
    literal,
    select,
)

from data.engine import is_postgres
from queries.prepared import Asking, execute

Statement = Select[*tuple[Any, ...]]
"""A SELECT of any number of columns."""

SqlRow = Row[*tuple[Any, ...]]
"""A row of any number of columns."""

Columns = Mapping[str, str]
"""Column -> kind: text, name (text of few values, categorical), count (whole, never missing), number (whole, may miss),
share or real (float), flag, time."""

DTYPES: Columns = {
    "text": "str",
    "name": "category",
    "count": "int64",
    "number": "Int64",
    "share": "float64",
    "real": "float64",
    "flag": "bool",
    "time": "datetime64[ms, UTC]",
}
"""Kind -> pandas dtype."""


def total(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the sum of a whole-number column as BIGINT (PostgreSQL would give NUMERIC), 0 over no rows."""
    return func.coalesce(known_total(column), 0)


def known_total(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the sum of a whole-number column as BIGINT, NULL where nothing is known."""
    return cast(func.sum(column), BigInteger)


def read(connection: Connection, statement: Statement, columns: Columns) -> pd.DataFrame:
    """Return the rows of a statement as a frame with exactly the declared columns and dtypes.

    The statement gives the declared columns by name (times as seconds or datetimes); one it lacks raises `KeyError`.
    """
    result = connection.execute(statement)
    names, rows = list(result.keys()), result.fetchall()
    found: Mapping[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    if missing := set(columns) - set(names):
        raise KeyError(f"the statement does not give {sorted(missing)}")
    return frame({name: found.get(name, ()) for name in columns}, columns)


def rows(connection: Connection, statement: Asking, parameters: Mapping[str, Any]) -> Sequence[SqlRow]:
    """Return the rows of a statement that is kept and asked again, columns as the driver gives them."""
    return execute(connection, statement, parameters).all()


def whole_numbers(connection: Connection, statement: Asking, parameters: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the rows of a statement of whole numbers, none missing: shape (rows, columns), in any order.

    The database sends them as one value: a row each costs Python more than reading it costs the database.
    """
    packed, width = _packed(statement, is_postgres(connection))
    columns = execute(connection, packed, parameters).one()
    if is_postgres(connection):
        return np.frombuffer(columns[0] or b"", dtype=">i8").astype(np.int64).reshape(-1, width)
    return np.column_stack([np.fromstring(column or "", dtype=np.int64, sep=",") for column in columns])


@lru_cache(maxsize=2_000)
def _packed(statement: Asking, on_postgres: bool) -> tuple[Statement, int]:
    """Return the statement that sends the rows of another as one value, and how many columns these have.

    PostgreSQL joins 8 bytes a number, the highest first; SQLite, which has no such function, a text a column.
    """
    columns = list(statement.subquery("rows").c)
    if not on_postgres:
        return select(*(func.group_concat(column, type_=String) for column in columns)), len(columns)
    numbers: list[ColumnElement[Any]] = [
        func.int8send(cast(column, BigInteger), type_=LargeBinary) for column in columns
    ]
    row = reduce(lambda one, other: one.concat(other), numbers)
    return select(func.string_agg(row, literal(b"", LargeBinary), type_=LargeBinary)), len(columns)


def frame(values: Mapping[str, Any], columns: Columns, attrs: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Return a frame of the declared columns, in their order, cast to the declared dtypes."""
    arrays = [cast_to(values[name], kind) for name, kind in columns.items()]
    made: pd.DataFrame = _framed(arrays, _names(tuple(columns)), pd.RangeIndex(len(arrays[0])))
    made.attrs.update(attrs or {})
    return made


_framed: Any = partial(pd.DataFrame._from_arrays, verify_integrity=False)  # type: ignore[attr-defined]  # noqa: SLF001
"""The frame of arrays that are what they shall be, all of one length: the public way looks at each anew, for 0.2 ms."""


@lru_cache(maxsize=500)
def _names(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names)


def from_rows(
    rows: Sequence[Mapping[str, Any]], columns: Columns, attrs: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Return a frame of the declared columns of rows given as mappings."""
    return frame({name: [row[name] for row in rows] for name in columns}, columns, attrs)


def cast_to(values: Any, kind: str) -> Any:
    """Return values (a sequence, array or series) as an array of the dtype of a kind."""
    return (_ARRAYS.get(kind) or _plain)(values, kind)


def _plain(values: Any, kind: str) -> Any:
    """Return numbers, none of them missing, as numpy has them."""
    if isinstance(values, np.ndarray):
        return values if values.dtype == DTYPES[kind] else values.astype(DTYPES[kind])
    return np.array(list(values), dtype=DTYPES[kind])


def _reals(values: Any, kind: str) -> Any:
    if isinstance(values, np.ndarray) and values.dtype != object:
        return _plain(values, kind)
    return np.array([math.nan if value is None else value for value in values], dtype="float64")


def _texts(values: Any, _kind: str) -> Any:
    if isinstance(values, pd.Series):
        return values.astype("str").array
    return _TEXTS(pa.array(values, type=pa.large_string()), dtype=_TEXT)


_TEXT = pd.StringDtype(na_value=math.nan)
_TEXTS: Any = type(pd.array([], dtype=_TEXT))


def _named(values: Any, _kind: str) -> Any:
    return pd.Categorical(values)


def _numbers(values: Any, _kind: str) -> Any:
    if isinstance(values, pd.Series):
        return values.astype("Int64").array
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pd.array(values, dtype="Int64")
    missing = [value is None for value in values]
    known = [value or 0 for value in values]
    return pd.arrays.IntegerArray(np.array(known, dtype=np.int64), np.array(missing, dtype=np.bool_))


def _times(values: Any, _kind: str) -> Any:
    if isinstance(values, pd.Series) and isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.astype("datetime64[ms, UTC]").array
    if isinstance(values, np.ndarray):
        milliseconds = values.astype("int64") * 1_000
    else:
        milliseconds = np.array([_milliseconds(value) for value in values], dtype="int64")
    return pd.DatetimeIndex(milliseconds.view("datetime64[ms]"), tz="UTC").array


def _milliseconds(value: datetime | int | None) -> int:
    """Return milliseconds since 1970, or the number numpy reads as "not a time"."""
    if value is None:
        return int(np.iinfo("int64").min)
    return int(value.timestamp() if isinstance(value, datetime) else value) * 1_000


_ARRAYS: Mapping[str, Callable[[Any, str], Any]] = {
    "text": _texts, "name": _named, "number": _numbers, "share": _reals, "real": _reals, "time": _times,
}  # fmt: skip
