"""A real pgbouncer in front of the tests' PostgreSQL: transaction mode, few server connections, loopback only."""

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres

PACKAGE = "pgbouncer"
MISSING = f"pgbouncer not found; install the Debian package {PACKAGE} (apt-get install {PACKAGE})"
START_SECONDS = 30.0
SERVER_CONNECTIONS = 3
"""Connections to the server for each role: far fewer than clients, so that these must share them."""

SETTINGS = {
    "listen_addr": "127.0.0.1",
    "unix_socket_dir": "",
    "auth_type": "trust",
    "pool_mode": "transaction",
    "default_pool_size": str(SERVER_CONNECTIONS),
    "max_client_conn": "300",
}
"""Nothing about start-up parameters: what we send at login must be what pgbouncer takes as it comes."""


def program() -> str | None:
    """Return the path of pgbouncer, or None."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@dataclass
class Pooler:
    """One running pgbouncer, which gives the databases of a server to these roles."""

    server: postgres.Server
    port: int
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @classmethod
    def started(cls, server: postgres.Server, roles: list[str]) -> "Pooler":
        """Return a pooler that answers; raise `RuntimeError` with its log when it does not."""
        found = program()
        assert found is not None, MISSING
        pooler = cls(server, postgres.free_port(), postgres.new_folder())
        users = pooler.folder / "users"
        users.write_text("".join(f'"{role}" ""\n' for role in roles))
        settings = SETTINGS | {"listen_port": str(pooler.port), "auth_file": str(users)}
        lines = ["[databases]", f"* = host={server.folder} port={server.port}", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        (pooler.folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        pooler.start(found)
        return pooler

    def start(self, found: str) -> None:
        """Start the process, as another user where this one is root, and wait until it answers."""
        command = [found, str(self.folder / "pgbouncer.ini")]
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "INT", *command]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **postgres.other_user())
        ends_at = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > ends_at or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def address(self, database: str, role: str = "postgres") -> str:
        """Return the address of a database through the pooler."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """End the pooler at once and remove its folder."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
