"""Refused rows kept in the database as well, so that the screens can count them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from data.keys import stable_id
from data.loaders.prepared import Refusal
from data.loaders.rejects import masked
from data.tables import quarantine


def quarantine_rows(
    connection: Connection, feed_code: str, file: tuple[str, str], refused: Sequence[Refusal], now: datetime
) -> None:
    """Keep the refused rows of a file (its name and digest) that are not kept yet: loading it again adds none."""
    file_name, sha256 = file
    ids = {stable_id("quarantine", sha256, each.line, each.reason): each for each in refused}
    if not ids:
        return
    kept = quarantine.c.reject_id
    known = set(connection.execute(select(kept).where(kept.in_(list(ids))).order_by(kept)).scalars())
    rows = [
        {
            "reject_id": reject_id,
            "feed_code": feed_code,
            "file_name": file_name,
            "line": each.line,
            "reason": each.reason,
            "excerpt": masked(each.cells),
            "recorded_at": now,
        }
        for reject_id, each in ids.items()
        if reject_id not in known
    ]
    if rows:
        connection.execute(quarantine.insert(), rows)
