"""posko serve, posko wall: the dashboard and the addresses of its wall."""

from typing import Annotated
from urllib.parse import urlencode

import typer

from dashboard import server, settings
from dashboard.command_line.choices import Address, Database, Port, free_port, named
from dashboard.command_line.consoles import note, say
from dashboard.command_line.exits import TOLD, Misuse, told
from data.engine import normalise

WALL = "layar"
SCENES = ("situasi", "platform", "antrean", "wilayah", "kampanye")


def _settings() -> settings.Settings:
    try:
        return settings.current()
    except ValueError as error:
        raise Misuse(f"{error}.") from None


@told
def serve(database: Database = "", address: Address = None, port: Port = None) -> None:
    """Serve the dashboard on a database. It starts even while the database is down, and comes alive with it."""
    own = _settings()
    normalise(named(database))
    where = address or own.address
    chosen = free_port(where, port or own.port)
    note(f"Posko: http://{shown_host(where)}:{chosen}  (stop with Ctrl-C)")
    server.start(database, where, chosen)


def shown_host(address: str) -> str:
    """Return an address as a browser wants it."""
    if address in {"0.0.0.0", "::"}:  # noqa: S104 - read, not listened on
        return "127.0.0.1"
    return f"[{address}]" if ":" in address else address


@told
def wall(
    base: Annotated[
        str, typer.Option("--base", help="Start of the addresses. Without it: POSKO_PUBLIC_URL, else this machine.")
    ] = "",
    every: Annotated[int, typer.Option("--every", min=5, max=600, help="Seconds a scene stays.")] = 25,
) -> None:
    """Print the addresses to open on the TV wall: all scenes in turn, and each scene alone."""
    own = _settings()
    start = (base or own.public_url or f"http://{shown_host(own.address)}:{own.port}").rstrip("/")
    say(_address(start, scenes=",".join(SCENES), every=str(every)))
    for scene in SCENES:
        say(_address(start, scenes=scene))


def _address(start: str, **options: str) -> str:
    return f"{start}/{WALL}?{urlencode(options, safe=',')}"


serve.__doc__ = (
    f"{serve.__doc__}\n\nExample: posko serve --database postgresql://posko_reader@db.example/posko\n\n{TOLD}"
)
wall.__doc__ = f"{wall.__doc__}\n\nExample: posko wall --base https://posko.example\n\n{TOLD}"
