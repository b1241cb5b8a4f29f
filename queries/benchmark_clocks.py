"""Processor time of a server, where this machine can see it."""

import os
from pathlib import Path

from sqlalchemy import Connection, func, select

from data.engine import is_postgres


class ServerClock:
    """Processor time of the server process behind a connection, where this machine can see it."""

    def __init__(self, connection: Connection) -> None:
        known = connection.info
        if "posko_backend" not in known:
            number = (
                connection.execute(select(func.pg_backend_pid())).scalar() if is_postgres(connection) else os.getpid()
            )
            known["posko_backend"] = Path(f"/proc/{number}/schedstat")
        self._path: Path | None = known["posko_backend"] if is_postgres(connection) else None

    def seconds(self) -> float:
        """Return seconds on the processor so far; 0 where it is not known."""
        if self._path is None or not self._path.exists():
            return 0.0
        return int(self._path.read_text().split()[0]) / 1e9
