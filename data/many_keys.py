"""Many whole keys in one statement as one bound value: the statement stays the same however many they are."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from data.many_values import whole_numbers

KEYS = "keys"
"""Name of the bound value."""


def among(column: ColumnElement[Any], dialect_name: str) -> ColumnElement[bool]:
    """Return whether a column of whole numbers is among the bound keys: a JSON list on SQLite, an array elsewhere."""
    if dialect_name == "sqlite":
        listed = func.json_each(bindparam(KEYS, type_=Text())).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(cast(bindparam(KEYS), ARRAY(BigInteger)))


def looked_up(column: ColumnElement[Any], dialect_name: str) -> ColumnElement[bool]:
    """Return the same where the column is a key: PostgreSQL does not see how many are bound, and uses the index.

    Of a thousand keys it would expect to be faster by reading the whole of a table of a hundred thousand rows.
    """
    if dialect_name == "sqlite":
        return among(column, dialect_name)
    unseen = select(cast(bindparam(KEYS), ARRAY(BigInteger))).scalar_subquery()
    return column == any_(cast(unseen, ARRAY(BigInteger)))


def each_key(dialect_name: str) -> ColumnElement[Any]:
    """Return the column of the bound keys, a row each: to look up one after the other, whatever the planner expects."""
    if dialect_name == "sqlite":
        column: ColumnElement[Any] = func.json_each(bindparam(KEYS, type_=Text())).table_valued("value").c.value
        return column
    return func.unnest(cast(bindparam(KEYS, type_=ARRAY(BigInteger)), ARRAY(BigInteger))).column_valued("key")


def bound(keys: Collection[int], dialect_name: str) -> dict[str, Any]:
    """Return the parameters of a statement that asks `among`, the keys in order."""
    ordered = sorted(keys)
    return {KEYS: json.dumps(ordered) if dialect_name == "sqlite" else whole_numbers(ordered)}
