"""`posko` commands in processes of their own, to be killed: they start from what is imported once for all of them."""

import multiprocessing
import os
import sys
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

WORKSHOP = multiprocessing.get_context("forkserver")
WORKSHOP.set_forkserver_preload(["dashboard.command_line", "data.loaders", "data.season.simulator"])
"""A process that has the imports done and no database open; a fork of this one would carry SQLite's locks with it."""


def _work(words: list[str], address: str, output: str) -> None:
    """Be the command: what it says goes to a file, its exit code is that of the process."""
    from dashboard.command_line import main

    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ["POSKO_DATABASE_URL"] = address
    sys.argv = ["posko", *words]
    main()


@dataclass
class Command:
    """One running `posko` command; `output` is where its words go."""

    words: list[str]
    address: str
    output: Path
    process: ForkServerProcess = field(init=False)

    def __post_init__(self) -> None:
        """Start it."""
        self.process = WORKSHOP.Process(target=_work, args=(self.words, self.address, str(self.output)), daemon=True)
        self.process.start()

    @property
    def is_running(self) -> bool:
        return self.process.is_alive()

    def kill(self) -> int:
        """Kill it as kill -9 does; return the exit code: minus the signal's number, or its own if it ended before."""
        self.process.kill()
        return self.ended(30)

    def ended(self, seconds: float) -> int:
        """Wait for its end; return the exit code."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, "the command does not end"
        return self.process.exitcode

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""
