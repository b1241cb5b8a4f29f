"""Personal data of complainants, apart from the complaints."""

from sqlalchemy import Connection

from data import tables
from data.recording import stored, upserts
from data.recording.changes import Changes


def keep(connection: Connection, changes: Changes) -> None:
    """Write the name and contact that came with complaints; what is not given does not overwrite."""
    given = {key: aside for key, aside in changes.asides.items() if aside.get("name") or aside.get("contact")}
    known = {row["complaint_id"]: row for row in stored.read(connection, tables.complainant, ("complaint_id",), given)}
    rows = []
    for (complaint_id,), aside in given.items():
        before = known.get(complaint_id, {"complaint_id": complaint_id, "name": None, "contact": None})
        after = before | {name: aside[name] for name in ("name", "contact") if aside.get(name)}
        if after != known.get(complaint_id):
            rows.append(after)
    upserts.upsert(connection, tables.complainant, rows)
