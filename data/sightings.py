"""What the PostgreSQL servers of an address say of themselves: asked all at once, each within a time limit of ours."""

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import psycopg

from data.deadlines import GuardedConnection

HEARTBEAT = "SELECT max(written_at) FROM feed"
"""A plain column that every server has, also one behind a pooler; positions in the log need rights and a standby."""

ANSWER_SECONDS = 1.0
"""Longest wait for an answer of a server that let us in (letting in takes at most `connect_timeout`)."""

PATIENCE_SECONDS = 3.5
"""Longest time for all servers together."""

NOT_OF_ONE = ("host", "port", "target_session_attrs", "load_balance_hosts")
"""Settings that speak of several servers."""


@dataclass(frozen=True)
class Host:
    """One server of an address, as libpq is told of it."""

    name: str
    port: str

    def settings(self, common: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of a connection to this server alone."""
        own = {"host": self.name} | ({"port": self.port} if self.port else {})
        return {name: value for name, value in common.items() if name not in NOT_OF_ONE} | own


@dataclass(frozen=True)
class Sighting:
    """What a server said of itself; `written_at` is its heartbeat in UTC seconds, 0 without any."""

    host: Host
    is_standby: bool
    written_at: int = field(compare=False)


def hosts(settings: dict[str, Any]) -> list[Host]:
    """Return the servers that libpq would try with these settings, in its order; one port may stand for all."""
    names = str(settings.get("host", "")).split(",")
    ports = str(settings.get("port", "")).split(",")
    return [
        Host(name, port) for name, port in zip(names, ports * len(names) if len(ports) == 1 else ports, strict=True)
    ]


def look(host: Host, settings: dict[str, Any]) -> Sighting:
    """Ask one server; raise `psycopg.Error` when it does not answer in time."""
    own = host.settings(settings)
    with closing(GuardedConnection.connect(**own, autocommit=True, prepare_threshold=None)) as connection:
        connection.limit_seconds = ANSWER_SECONDS
        is_standby = connection.execute("SELECT pg_is_in_recovery()").fetchall()[0][0]
        return Sighting(host, is_standby, _heartbeat(connection))


def _heartbeat(connection: GuardedConnection) -> int:
    try:
        return connection.execute(HEARTBEAT).fetchall()[0][0] or 0
    except psycopg.ProgrammingError:
        return 0


def look_at_all(
    servers: Sequence[Host], settings: dict[str, Any], fits: Any = None, grace_seconds: float = PATIENCE_SECONDS
) -> tuple[list[Sighting], psycopg.Error | None]:
    """Return what the servers said, in the order of their answers, and the last error if there was any.

    Once one that `fits` has answered the others have `grace_seconds` left. A dead server refuses at once; only a frozen
    one makes us wait.
    """
    answers: SimpleQueue[Sighting | psycopg.Error] = SimpleQueue()
    for host in servers:
        threading.Thread(target=_report, args=(host, settings, answers), name="posko-look", daemon=True).start()
    seen: list[Sighting] = []
    error: psycopg.Error | None = None
    ends_at = time.monotonic() + PATIENCE_SECONDS
    for _ in servers:
        try:
            answer = answers.get(timeout=max(ends_at - time.monotonic(), 0))
        except Empty:
            break
        if isinstance(answer, psycopg.Error):
            error = answer
            continue
        seen.append(answer)
        if fits is not None and fits(answer):
            ends_at = min(ends_at, time.monotonic() + grace_seconds)
    return seen, error


def _report(host: Host, settings: dict[str, Any], answers: "SimpleQueue[Sighting | psycopg.Error]") -> None:
    try:
        answers.put(look(host, settings))
    except psycopg.Error as error:
        answers.put(error)
    except OSError as error:
        answers.put(psycopg.OperationalError(str(error)))
