"""Telecom quality of service, measured at sites."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording.changes import Row
from data.recording.identities import need
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject


def _identify(row: Row, _: str) -> None:
    key = row.pop("site_key", None) or row.get("site_name")
    if row.get("site_id") is None and key is not None:
        row["site_id"] = stable_id("site", key)
    need(row, "site_id", "measured_at")


SUBJECT = Subject(
    table=tables.qos_measurement,
    clock=("measured_at",),
    identify=_identify,
    options=frozenset({"site_key"}),
    defaults={"organisation_id": 0},
    corrected=frozenset({"download_mbps", "upload_mbps", "latency_ms", "packet_loss_share", "is_available"}),
)


def qos_measurements(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record measurements. Key: `site_id`, `site_key` or `site_name`, and `measured_at`."""
    return record(connection, SUBJECT, feed_code, rows, now)
