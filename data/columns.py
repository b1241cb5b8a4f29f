"""Column types and the helpers that keep every column commented.

Times are whole UTC seconds since 1970 in a BIGINT, so that one SQL text serves every engine and a bucket is an
integer division. Python sees aware `datetime` objects.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcSeconds(TypeDecorator[datetime]):
    """An aware UTC `datetime`, stored as whole seconds since 1970-01-01T00:00:00Z in a BIGINT."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy passes it)
        """Return the stored seconds; integers pass as they are; raise `ValueError` for a naive datetime."""
        if value is None or isinstance(value, int):
            return value
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return int(value.timestamp())

    def process_literal_param(self, value: datetime | int | None, dialect: Dialect) -> str:
        """Return the SQL literal of the stored seconds."""
        stored = self.process_bind_param(value, dialect)
        return "NULL" if stored is None else str(stored)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy passes it)
        """Return the aware UTC datetime of the stored seconds."""
        return None if value is None else datetime.fromtimestamp(int(value), UTC)


def column(name: str, kind: Any, comment: str, **options: Any) -> Column[Any]:
    """Return a NOT NULL column with its comment; pass `nullable=True` where "unknown" must stay apart from zero."""
    options.setdefault("nullable", False)
    return Column(name, kind, comment=comment, **options)


def time(name: str, comment: str) -> Column[Any]:
    """Return a nullable UTC time column: a time that is not known is NULL, never 0."""
    return Column(name, UtcSeconds(), comment=comment + " (UTC, seconds since 1970)", nullable=True)


Columns = Callable[[], list[Column[Any]]]
