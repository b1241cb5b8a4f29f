"""The log: one JSON line an event, without personal data, addresses, statements or values; people see its id."""

import json
import logging
import secrets
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LINE_BYTES = 2_000
"""Longest line; a longer one loses its frames first."""

SILENT = ("sqlalchemy", "psycopg", "sqlite3")
"""Packages whose messages carry statements, values or addresses: only the kind of their errors is written."""

_log = logging.getLogger("posko")


def event(what: str, **fields: Any) -> None:
    """Write one event; the fields are short constants, counts and codes."""
    _write({"what": what, **fields})


def failure(what: str, error: BaseException, **fields: Any) -> str:
    """Write an error and return its id of eight hexadecimal digits, the only part of it a page may show."""
    error_id = secrets.token_hex(4)
    kind = type(error)
    record = {"what": what, "id": error_id, "kind": f"{kind.__module__}.{kind.__name__}", **fields}
    if not kind.__module__.startswith(SILENT):
        record["message"] = str(error)[:200]
    _write(record | {"frames": _frames(error)})
    return error_id


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames]


def _write(record: dict[str, Any]) -> None:
    stamped = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **record}
    line = json.dumps(stamped, default=str)
    if len(line) > LINE_BYTES:
        kept = {name: value for name, value in stamped.items() if name != "frames"}
        line = json.dumps({name: str(value)[:200] for name, value in kept.items()})
    _log.error(line) if "id" in record else _log.info(line)


def start() -> None:
    """Send the log to standard error, one line an event, and silence what Streamlit would print of an error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
    logging.getLogger("streamlit.error_util").disabled = True
