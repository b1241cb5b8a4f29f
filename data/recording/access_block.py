"""Pemutusan akses: sites cut off by order."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording.changes import Row
from data.recording.identities import need
from data.recording.pipeline import record
from data.recording.results import Recorded, Refused, Rows
from data.recording.subjects import Subject


def _identify(row: Row, _: str) -> None:
    if row.get("domain"):
        row["domain"] = row["domain"].strip().lower().removeprefix("www.").rstrip("./")
    order = row.pop("reference", None)
    if row.get("block_id") is not None:
        return
    need(row, "domain")
    if order is None and row.get("ordered_at") is None:
        raise Refused("neither the number nor the time of the order")
    row["block_id"] = stable_id("access_block", row["domain"], row["ordered_at"] if order is None else order)


SUBJECT = Subject(
    table=tables.access_block,
    clock=("ordered_at", "done_at"),
    identify=_identify,
    options=frozenset({"reference"}),
    defaults={"harm_id": 0},
    corrected=frozenset({"ordered_at", "done_at", "harm_id"}),
)


def access_blocks(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record access blocks. Key: `domain` and `reference`, the number of the order, else `ordered_at`."""
    return record(connection, SUBJECT, feed_code, rows, now)
