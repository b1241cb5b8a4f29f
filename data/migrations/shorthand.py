"""Words the revisions are written in. Released revisions use them: add to them, never change them."""

from typing import Any

import sqlalchemy as sa

SMALL = sa.SmallInteger()
WHOLE = sa.Integer()
BIG = sa.BigInteger()
REAL = sa.Float()
TEXT = sa.Text()
TRUTH = sa.Boolean()

HOT = {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_insert_scale_factor": "0.02"}
"""Storage of tables on PostgreSQL that change at their hot end."""


def column(name: str, kind: Any, comment: str, **options: Any) -> sa.Column[Any]:
    """Return a column that is always filled."""
    return sa.Column(name, kind, comment=comment, nullable=False, **options)


def key(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    """Return a column of the primary key, filled by us and never by the database."""
    return sa.Column(name, kind, comment=comment, nullable=False, autoincrement=False)


def unknowable(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    """Return a column that may stay empty."""
    return sa.Column(name, kind, comment=comment, nullable=True)
