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

FIELD_BYTES = 300
"""Longest field of a line that had to be cut."""

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
    line = _json(stamped)
    if len(line) > LINE_BYTES:
        line = _json({name: _cut(str(value)) for name, value in stamped.items() if name != "frames"})
    _log.error(line) if "id" in record else _log.info(line)


def _json(record: dict[str, Any]) -> str:
    """Return one line of printable ASCII: JSON itself lets the control character DEL pass."""
    return json.dumps(record, default=str).replace("\x7f", "\\u007f")


def _cut(text: str) -> str:
    """Return the beginning of a text that takes at most `FIELD_BYTES`: one odd letter may take twelve."""
    text = text[:FIELD_BYTES]
    while len(_json({"": text})) > FIELD_BYTES:
        text = text[: len(text) // 2]
    return text


def start() -> None:
    """Send the log to standard error, one line an event, and silence what Streamlit would print of an error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
    logging.getLogger("streamlit.error_util").disabled = True
