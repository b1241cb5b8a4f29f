"""The one way in: validate, deduplicate, compare, write what changed, and let everything that follows follow."""

from datetime import datetime

from sqlalchemy import Connection

from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject


def record(connection: Connection, subject: Subject, feed_code: str, rows: Rows, now: datetime) -> Recorded:
    """Record rows of one subject in the caller's transaction and return what became of them."""
    raise NotImplementedError
