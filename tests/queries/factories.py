"""Small factories: a test draws the rows it speaks of, and nothing else; triggers keep the roll-ups."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert

from data import tables
from data.rollups.clocks import OPEN
from queries.filters import Choice, Filters
from queries.windows import WIB

NOW = datetime(2026, 3, 4, 5, 34, 50, tzinfo=UTC)
"""Wednesday 4 March 2026, 12.34.50 WIB."""

FACEBOOK, TIKTOK, X, WHATSAPP, INSTAGRAM = 3, 7, 11, 1, 2
SARA, LOGISTICS = 3, 10
AUTOMATIC, CYBER_PATROL, PUBLIC, PARTNER = 1, 2, 3, 4
DEEPFAKE = 4
JAKARTA, WEST_JAVA = "31", "32"

_numbers = count(1)


class Batch:
    """Stands for a connection while many rows are drawn, then writes them in few statements."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}

    def execute(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.rows.setdefault((statement.table.name, *row), []).append(row)

    def write(self, connection: Connection) -> None:
        """Write all rows drawn."""
        for (table, *_), rows in self.rows.items():
            connection.execute(insert(tables.metadata.tables[table]), rows)


def at(text: str) -> datetime:
    """Return the moment of "2026-03-04 12:10" or "2026-03-04 12:10:05" WIB."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)


def ago(**parts: float) -> datetime:
    """Return a moment so long before NOW."""
    return NOW - timedelta(**parts)


def asked(**choice: Any) -> Filters:
    """Return the filters of a choice at NOW."""
    return Choice(**choice).resolve(NOW)


def pinned(filters: Filters) -> Filters:
    """Return the filters of the fixed link to a view, opened much later."""
    choice, notes = Choice.from_query(filters.pinned_query())
    assert notes == []
    return choice.resolve(NOW + timedelta(days=200))


def _insert(connection: Connection | Batch, table: Any, row: dict[str, Any]) -> dict[str, Any]:
    connection.execute(insert(table), [row])
    return row


def _provenance(recorded_at: datetime) -> dict[str, Any]:
    return {"feed_code": "ais", "is_simulated": True, "recorded_at": recorded_at, "updated_at": recorded_at}


def issue(connection: Connection | Batch, first_seen_at: datetime, **given: Any) -> int:
    """Record an active issue of theme SARA and return its id."""
    number = next(_numbers)
    row = {
        "issue_id": number, "natural_key": f"isu-{number}", "title": f"Klaim {number}", "theme_id": SARA, "harm_id": 0,
        "status": "active", "first_seen_at": first_seen_at, **_provenance(first_seen_at),
    }  # fmt: skip
    return int(_insert(connection, tables.issue, row | given)["issue_id"])


def content(connection: Connection | Batch, detected_at: datetime, **given: Any) -> int:
    """Record one open content item on Facebook without a region and return its id."""
    number = next(_numbers)
    row = {
        "content_id": number, "natural_key": f"konten-{number}", "service_id": FACEBOOK, "theme_id": SARA,
        "harm_id": 0, "technique_id": 0, "source_id": AUTOMATIC, "detected_at": detected_at, "outcome_id": OPEN,
        "time_precision": "second", **_provenance(detected_at),
    }  # fmt: skip
    return int(_insert(connection, tables.content, row | given)["content_id"])


def request(connection: Connection | Batch, received_at: datetime | None, **given: Any) -> int:
    """Record one open request to Facebook and return the id of its (unrecorded) content."""
    number = next(_numbers)
    row = {
        "content_id": number, "request_no": 1, "service_id": FACEBOOK, "theme_id": SARA, "source_id": AUTOMATIC,
        "organisation_id": 0, "urgency": "hoax", "received_at": received_at, "notified_at": received_at,
        "stopped_seconds": 0, "outcome_id": OPEN, "time_precision": "second", **_provenance(received_at or NOW),
    }  # fmt: skip
    return int(_insert(connection, tables.takedown_request, row | given)["content_id"])


def ended(connection: Connection | Batch, received_at: datetime, minutes: float, outcome: int, **given: Any) -> int:
    """Record one request that ended so many minutes after it was received and return the id of its content."""
    acted = received_at + timedelta(minutes=minutes)
    told = {"actioned_at": acted, "outcome_id": outcome, "updated_at": acted}
    return request(connection, received_at, **told | given)


def event(connection: Connection | Batch, content_id: int, recorded_at: datetime, outcome: int, **given: Any) -> None:
    """Record that an outcome of a request, open until then, became known; or of another `kind`, that a value did."""
    before = str(OPEN) if given.get("kind", "outcome_id") == "outcome_id" else None
    row = {"content_id": content_id, "request_no": 1, "kind": "outcome_id", "recorded_at": recorded_at,
           "value_before": before, "value": str(outcome)}  # fmt: skip
    _insert(connection, tables.request_event, row | given)


def row(connection: Connection | Batch, table: str, **given: Any) -> None:
    """Record a row of any other table; provenance is filled in where the table has it."""
    target = tables.metadata.tables[table]
    known = {name: value for name, value in _provenance(NOW).items() if name in target.c}
    _insert(connection, target, known | given)
