"""Which of several PostgreSQL servers is read: one for all connections, and never one that has fallen behind another.

libpq takes the first server that lets it in: also a standby that stopped following hours ago, and for each connection
of a pool perhaps another one. Here one server is chosen for all of them, left when it is dead or frozen, and compared
with the others when its heartbeat (the youngest `feed.written_at`) stands still.
"""

import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from data.deadlines import GuardedConnection
from data.sightings import HEARTBEAT, Host, Sighting, hosts, look_at_all

BEHIND_SECONDS = 15.0
"""A heartbeat that has not moved for so long is compared with those of the other servers. Also the difference up to
which a standby is as good as the primary."""

CONFIRM_SECONDS = 3.0
"""What another server had so long ago and the one in use still lacks is not on its way: the one in use has stopped."""

PAUSES_SECONDS = (5.0, 10.0, 20.0, 30.0)
"""Time between two looks at the other servers while the heartbeat stands still: the writers may just be silent."""

RETURN_SECONDS = 60.0
"""Time between two looks for a standby while the primary is read in its place."""

GRACE_SECONDS = 0.5
"""How long a server that may be read waits for the answer of a better one."""


@dataclass
class Standstill:
    """One value of the heartbeat for as long as it stays, and what the other servers were seen to have meanwhile."""

    heartbeat: int
    look_at: float
    looks: int = 0
    newer: Sighting | None = None
    newer_at: float = 0.0
    lacks_primary: bool = False
    is_stale: bool = False


class Hosts:
    """The servers of one reading engine, and which of them is read now."""

    def __init__(self) -> None:
        self.chosen: Sighting | None = None
        self._settings: dict[str, Any] = {}
        self._hosts: list[Host] = []
        self._target = "prefer-standby"
        self._knows_primary = False
        self._choosing, self._looking = threading.Lock(), threading.Lock()
        self._return_at = 0.0
        self._now = Standstill(-1, time.monotonic() + BEHIND_SECONDS)

    @property
    def is_cut_off(self) -> bool:
        """Say whether what is read is old and nothing newer can be read: the primary is away, or may not be read."""
        return self._now.is_stale or self._now.lacks_primary

    def connect(self, settings: dict[str, Any]) -> tuple[GuardedConnection, Host]:
        """Return a connection to the server that is read, and which it is; choose one where the chosen one is gone."""
        self._note(settings)
        host = self._choice()
        try:
            return self._open(host), host
        except psycopg.OperationalError:
            self.leave(host)
            host = self._choice()
            return self._open(host), host

    def leave(self, host: Host) -> None:
        """Choose anew before the next connection, if this is the server in use: it is dead or frozen."""
        chosen = self.chosen
        if chosen is not None and chosen.host == host:
            self.chosen = None

    def forget(self) -> None:
        """Choose anew before the next connection, perhaps the same server."""
        self.chosen = None

    def is_read(self, host: Host) -> bool:
        """Return whether this is the server in use."""
        chosen = self.chosen
        return chosen is not None and chosen.host == host

    def follow(self, heartbeat: int) -> None:
        """Take note of the heartbeat that the server in use shows now; call it often, it never waits.

        When the heartbeat stands still the other servers are asked, beside the caller. What one of them had
        `CONFIRM_SECONDS` ago and this one still lacks proves that this one has stopped: then the other takes over, or
        `is_cut_off` says that it may not. Where no other has more, the silence is that of the writers.
        """
        now = time.monotonic()
        if heartbeat != self._now.heartbeat:
            self._now = Standstill(heartbeat, now + BEHIND_SECONDS)
        still = self._now
        if still.newer is not None:
            if now - still.newer_at > CONFIRM_SECONDS:
                self._pass_on(still, still.newer)
        elif now > min(still.look_at, self._next_return()) and self._looking.acquire(blocking=False):
            if now > still.look_at:
                still.look_at = now + PAUSES_SECONDS[min(still.looks, len(PAUSES_SECONDS) - 1)]
                still.looks += 1
            self._return_at = now + RETURN_SECONDS
            threading.Thread(target=self._look_around, args=(still,), name="posko-hosts", daemon=True).start()

    def _pass_on(self, still: Standstill, newer: Sighting) -> None:
        if self._fits(newer):
            self._choose(newer)
        else:
            still.is_stale, still.newer = True, None

    def _look_around(self, still: Standstill) -> None:
        """Compare all servers with a heartbeat that stands still; find a standby again while the primary is read."""
        try:
            seen, _ = look_at_all(self._hosts, self._settings)
            self._know(seen)
            still.lacks_primary = self._expects_primary() and all(sighting.is_standby for sighting in seen)
            newer = [sighting for sighting in seen if sighting.written_at > still.heartbeat]
            still.newer_at, still.newer = time.monotonic(), self._best(newer) or next(iter(newer), None)
            level = self._best(s for s in seen if s.written_at >= still.heartbeat)
            if level is not None and level.is_standby and self._next_return() < float("inf"):
                self._choose(level)
        finally:
            self._looking.release()

    def _choose(self, sighting: Sighting) -> None:
        self.chosen = sighting
        self._return_at = time.monotonic() + RETURN_SECONDS
        self._now = Standstill(-1, time.monotonic() + BEHIND_SECONDS)

    def _next_return(self) -> float:
        """Return when to look for a standby again: never while one is read, or while none is wanted."""
        chosen = self.chosen
        on_primary = chosen is not None and not chosen.is_standby
        return self._return_at if on_primary and self._target == "prefer-standby" else float("inf")

    def _choice(self) -> Host:
        with self._choosing:
            chosen = self.chosen
            if chosen is None:
                seen, error = look_at_all(self._hosts, self._settings, self._fits, GRACE_SECONDS)
                self._know(seen)
                chosen = self._best(seen)
                if chosen is None:
                    raise error or psycopg.OperationalError("no server of this address may be read")
                self._choose(chosen)
            return chosen.host

    def _open(self, host: Host) -> GuardedConnection:
        return GuardedConnection.connect(**host.settings(self._settings), prepare_threshold=None)

    def _note(self, settings: dict[str, Any]) -> None:
        if not self._hosts:
            self._target = settings.get("target_session_attrs", "prefer-standby")
            found = hosts(settings)
            if settings.get("load_balance_hosts") == "random":
                random.shuffle(found)
            self._settings, self._hosts = settings, found

    def _know(self, seen: Iterable[Sighting]) -> None:
        self._knows_primary |= any(not sighting.is_standby for sighting in seen)

    def _expects_primary(self) -> bool:
        return self._knows_primary or self._target != "standby"

    def _fits(self, sighting: Sighting) -> bool:
        return sighting.is_standby == {"primary": False, "standby": True}.get(self._target, sighting.is_standby)

    def _best(self, seen: Iterable[Sighting]) -> Sighting | None:
        """Return the server to read: fresh first, then of the wanted kind, then as the address lists them."""
        usable = [sighting for sighting in seen if self._fits(sighting)]
        newest = max((sighting.written_at for sighting in usable), default=0)
        fresh = [sighting for sighting in usable if newest - sighting.written_at <= BEHIND_SECONDS]
        is_disliked = self._target == "prefer-standby"
        return min(fresh, key=lambda s: (is_disliked and not s.is_standby, self._hosts.index(s.host)), default=None)


def heartbeat(connection: Connection) -> int:
    """Return when any feed was last written to (UTC seconds), 0 before any: how new what this server shows is."""
    return int(connection.execute(text(HEARTBEAT)).scalar() or 0)
