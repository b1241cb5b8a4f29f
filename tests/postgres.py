"""A real PostgreSQL server for the tests: its own folder, user and port, loopback and unix socket only."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

PACKAGE = "postgresql-15"
"""Debian package that holds the server binaries."""

MISSING = f"PostgreSQL server binaries not found; install the Debian package {PACKAGE} (apt-get install {PACKAGE})"
START_SECONDS = 60.0

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "80",
    "listen_addresses": "127.0.0.1",
    "timezone": "America/New_York",
}
"""Settings of a server whose data may be lost; a foreign time zone shows every query that trusts the server's."""


def binaries() -> Path | None:
    """Return the folder of initdb and postgres, the newest if there are several, or None."""
    folders = [Path(found).parent for found in [shutil.which("postgres")] if found]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    fitting = [f for f in folders if (f / "postgres").exists() and (f / "initdb").exists()]
    return max(fitting, key=lambda f: int(f.parent.name) if f.parent.name.isdigit() else 0, default=None)


def other_user() -> dict[str, Any]:
    """Return how a child process becomes another user: the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class Server:
    """One running server; `folder` holds its data and its socket."""

    bin: Path
    folder: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] = field(init=False)
    settings: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    """What puts a command into the network namespace that the server shall live in; needs root."""
    counter: int = 0

    @classmethod
    def started(cls, settings: dict[str, str] | None = None) -> "Server":
        """Return a new server that answers; raise `RuntimeError` with its log when it does not."""
        server = cls.made(secrets.token_hex(12))
        server.start(settings)
        return server

    @classmethod
    def made(cls, password: str) -> "Server":
        """Return a new server that is yet to be started."""
        found = binaries()
        assert found is not None, MISSING
        server = cls(found, new_folder(), free_port(), password)
        server.make_cluster()
        return server

    def let_in(self, network: str) -> None:
        """Let the clients of a network in, with the password, from the next start on."""
        with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} scram-sha-256\n")

    def make_cluster(self) -> None:
        """Make the data folder with a superuser `postgres`."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        command = [str(self.bin / "initdb"), "-D", str(self.folder / "data"), "-U", "postgres", "-E", "UTF8"]
        command += ["--locale=C", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **other_user())
        secret.unlink()

    def copied(self) -> "Server":
        """Return a new server that will follow this one once it is started."""
        folder = new_folder()
        copy = Server(self.bin, folder, free_port(), self.password)
        command = [str(self.bin / "pg_basebackup"), "-h", str(self.folder), "-p", str(self.port), "-U", "postgres"]
        command += ["-D", str(folder / "data"), "-R", "-c", "fast", "-N"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **other_user())
        return copy

    def start(self, settings: dict[str, str] | None = None) -> None:
        """Start the server process and wait until it answers; it dies with the tests, however they end.

        Settings given once hold for every later start.
        """
        self.settings |= settings or {}
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        command += ["-p", str(self.port)] + [f"-c{name}={value}" for name, value in (FAST | self.settings).items()]
        who = other_user()
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "INT", *command]
        if self.inside:
            whose = ["--reuid", str(who["user"]), "--regid", str(who["group"]), "--clear-groups"]
            command, who = [*self.inside, "setpriv", *whose, *command], {}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **who)
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        ends_at = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > ends_at or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            self.administer("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def administer(self, statement: str, *names: str, database: str = "postgres") -> None:
        """Run one statement as the superuser, outside a transaction; names fill its {} as identifiers."""
        address = f"host={self.folder} port={self.port} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def new_database(self, template: str = "template1") -> str:
        """Make a database as a copy of another and return its name."""
        self.counter += 1
        name = f"posko_{self.counter}"
        self.administer("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def dump_of_tables(self, database: str) -> list[str]:
        """Return the statements that make the tables of a database, sorted, without views and Alembic's own table."""
        command = [str(self.bin / "pg_dump"), "-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-s"]
        command += ["-T", "*_view", "-T", "alembic_version", database]
        dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = [line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))]
        return sorted("\n".join(lines).split(";\n"))

    def address(self, database: str, user: str = "postgres") -> str:
        """Return the address of a database through the unix socket."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}&port={self.port}"

    def loopback_address(self, database: str) -> str:
        """Return the address of a database through TCP on the loopback interface."""
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def processes(self) -> list[int]:
        """Return the process numbers of the server and of its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def freeze(self) -> None:
        """Stop every process of the server: it keeps its sockets and answers nothing."""
        for number in self.processes():
            os.kill(number, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the frozen server go on."""
        for number in self.processes():
            os.kill(number, signal.SIGCONT)

    def kill(self) -> None:
        """End the server at once, as a power cut would; its data stays."""
        for number in self.processes():
            os.kill(number, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        if hasattr(self, "process") and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_folder() -> Path:
    """Return a new folder that the user of the server may write."""
    folder = Path(tempfile.mkdtemp(prefix="posko-pg-"))
    other = other_user()
    if other:
        os.chown(folder, other["user"], other["group"])
    folder.chmod(0o755)
    return folder


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
