"""Rows refused at the door: kept with their reason, personal data masked, so that they can be counted and mended."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data import tables
from data.keys import stable_id
from data.recording import upserts
from data.recording.results import Reject

EXCERPT_CHARACTERS = 500

SEARCHED_CHARACTERS = 20_000
"""Characters of a row that are searched for personal data: of a cell of a megabyte the excerpt shows nothing more."""

LONGEST_PERSONAL = 400
"""Characters of an address or a number: one that begins so near the end of what is searched may be cut, and unseen."""

PERSONAL_KEYS = frozenset({"name", "contact"})
PERSONAL_TEXT = (
    re.compile(r"[\w.+-]{1,128}@[\w-]{1,128}\.[\w.-]{1,128}"),
    re.compile(r"(?<!\d)\d{16}(?!\d)"),
    re.compile(r"(?<![\d.])(?:\+?62|0)[\s-]?8\d{1,2}(?:[\s-]?\d{3,5}){2,3}(?!\d)"),
)
"""E-mail addresses, NIK (16 digits) and Indonesian mobile numbers in free text; bounded, so that none takes long."""

MASK = "[…]"


def keep(connection: Connection, feed_code: str, rejects: Iterable[Reject], *, now: datetime) -> None:
    """Keep refused rows in the caller's transaction; one that is kept already (same file, line, reason) stays."""
    rows = [_row(feed_code, reject, int(now.timestamp())) for reject in rejects]
    upserts.upsert(connection, tables.quarantine, list({row["reject_id"]: row for row in rows}.values()), ())


def masked(row: Mapping[str, Any]) -> str:
    """Return the first characters of a row as JSON, names, contacts and what looks like them masked."""
    shown = {name: MASK if name in PERSONAL_KEYS else value for name, value in row.items() if value is not None}
    whole = json.dumps(shown, ensure_ascii=False, default=str)
    text = whole[:SEARCHED_CHARACTERS]
    for pattern in PERSONAL_TEXT:
        text = pattern.sub(MASK, text)
    if len(whole) > SEARCHED_CHARACTERS:
        text = text[:-LONGEST_PERSONAL]
    return text.encode("utf-8", "replace").decode().replace("\\u0000", "")[:EXCERPT_CHARACTERS]


def _row(feed_code: str, reject: Reject, now: int) -> dict[str, Any]:
    excerpt = masked(reject.row)
    return {
        "reject_id": stable_id("quarantine", reject.file_name, reject.line, reject.reason, excerpt),
        "feed_code": feed_code,
        "file_name": reject.file_name,
        "line": reject.line,
        "reason": reject.reason,
        "excerpt": excerpt,
        "recorded_at": now,
    }
