"""posko simulate: invented rows, live."""

import signal
import sys
from threading import Event, Thread
from typing import Annotated

import typer

from dashboard.command_line.choices import Database, named
from dashboard.command_line.consoles import log_plainly, note
from dashboard.command_line.exits import TOLD, told
from data import schema
from data.engine import snapshot, writer
from data.season import simulator


@told
def simulate(
    database: Database = "",
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, max=60_000, help="Content items a minute.")
    ] = simulator.RATE_PER_MINUTE,
    seed: Annotated[int, typer.Option("--seed", help="Where the invention starts from.")] = 2024,
    until_closed: Annotated[bool, typer.Option("--until-closed", hidden=True)] = False,
) -> None:
    """Append invented rows to a database until stopped: new ones, late removals, corrections. Marked as simulated."""
    log_plainly()
    engine = writer(named(database))
    with snapshot(engine) as connection:
        schema.require(connection)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if until_closed:
        Thread(target=_wait_for_parent, args=(stop,), daemon=True).start()
    note(f"Simulating {rate:g} content items a minute; stop with Ctrl-C.")
    simulator.run(engine, rate, stop, seed)
    engine.dispose()
    note("The simulator has stopped.")


def _wait_for_parent(stop: Event) -> None:
    """Stop when whoever started us is gone, however it ended: its end of our standard input closes."""
    sys.stdin.buffer.read()
    stop.set()


simulate.__doc__ = f"{simulate.__doc__}\n\nExample: posko simulate --database posko.db --rate 30\n\n{TOLD}"
