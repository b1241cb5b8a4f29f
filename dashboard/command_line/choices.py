"""Options that several commands share."""

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from dashboard.command_line.exits import Misuse

Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="POSKO_DATABASE_URL",
        help="The database: a SQLite path, or postgresql://user@host/name (several hosts with commas).",
        show_envvar=True,
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(envvar="POSKO_FOLDER", help="Folder of the demonstration. Without it: ~/.local/share/posko."),
]
Port = Annotated[int | None, typer.Option(min=1, max=65_535, help="Port of the dashboard. Without it: 8501.")]
Address = Annotated[str | None, typer.Option(help="Address the dashboard listens on. Without it: 127.0.0.1.")]

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 50


def named(database: str) -> str:
    """Return the database's address; raise `Misuse` when none is given."""
    if not database.strip():
        raise Misuse("No database is named. Set POSKO_DATABASE_URL or give --database. `posko demo` makes one.")
    return database


def demonstration_folder(folder: Path | None) -> Path:
    """Return the folder of the demonstration: the one given, else ours below the user's data folder."""
    if folder is not None:
        return folder.expanduser().absolute()
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "posko"


def is_free(address: str, port: int) -> bool:
    """Return whether nobody listens on the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_port(address: str, wanted: int | None) -> int:
    """Return the port asked for, else the first free one from 8501 on; raise `Misuse` when it is taken."""
    if wanted is not None:
        if not is_free(address, wanted):
            raise Misuse(f"Port {wanted} is taken or may not be used. Choose another with --port.")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(address, port):
            return port
    raise Misuse(f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free. Choose one with --port.")
