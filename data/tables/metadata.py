"""The one MetaData of the shared database and how a table says where its rows live.

`info["room"]` is `dimension` (small, copied to every node of a distributed engine), `fact` (spread by
`info["distributed_by"]`, which every key of the table contains), `rollup` or `ledger` (small, copied).
"""

from typing import Any

from sqlalchemy import Column, Index, MetaData, Table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

HOT = {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_insert_scale_factor": "0.02"}
"""Storage of tables that change at their end (PostgreSQL): dead rows near "now" made a live count 17 times as slow."""

SUMS = {name: value for name, value in HOT.items() if name != "fillfactor"} | {"fillfactor": "45"}
"""Storage of sums: a batch changes all cells on a page at once, and each finds room for its next version there."""


def dimension(name: str, comment: str, *columns: Column[Any], **options: Any) -> Table:
    """Declare a small reference table."""
    return Table(name, metadata, *columns, comment=comment, info={"room": "dimension"}, **options)


def fact(name: str, comment: str, *parts: Column[Any] | Index, distributed_by: str, **options: Any) -> Table:
    """Declare a fact table whose keys all contain `distributed_by`; `options` are those of SQLAlchemy's Table."""
    return Table(
        name,
        metadata,
        *parts,
        comment=comment,
        info={"room": "fact", "distributed_by": distributed_by},
        postgresql_with=HOT,
        **options,
    )


def ledger(name: str, comment: str, *parts: Column[Any] | Index) -> Table:
    """Declare a small table about the data itself: feeds, loads, rejects, versions."""
    return Table(name, metadata, *parts, comment=comment, info={"room": "ledger"})


def rollup(name: str, comment: str, *parts: Column[Any] | Index) -> Table:
    """Declare a table of sums that always equals a recount of its facts."""
    return Table(
        name, metadata, *parts, comment=comment, info={"room": "rollup"}, sqlite_with_rowid=False, postgresql_with=SUMS
    )
