"""How a command ends: exit codes, and every fault as one sentence that names the mend."""

import logging
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from dashboard.command_line.consoles import say_fault
from data.errors import AddressUnusable, DatabaseFault
from data.loaders import LoadProblem

P = ParamSpec("P")
R = TypeVar("R")

TOLD = "Exit codes: 0 done, 1 not all right (the text says what), 2 misuse or unusable file, 3 database, 130 stopped."


class Exit(IntEnum):
    """What the exit code of every command means."""

    DONE = 0
    NOT_RIGHT = 1
    MISUSE = 2
    DATABASE = 3
    STOPPED = 130


class Misuse(Exception):
    """A command asked for in a way that cannot work; its text names the mend."""


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Make a command end every fault with a sentence and an exit code, never with a traceback."""

    @wraps(command)
    def ended(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except (Misuse, LoadProblem, AddressUnusable) as fault:
            raise _left(str(fault), Exit.MISUSE) from None
        except DatabaseFault as fault:
            raise _left(str(fault), Exit.DATABASE) from None
        except (KeyboardInterrupt, typer.Abort):
            raise _left("Stopped.", Exit.STOPPED) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(Exit.DONE) from None
        except OSError as error:
            raise _left(f"The system refused: {error.strerror or type(error).__name__}.", Exit.NOT_RIGHT) from None
        except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence for the operator
            raise _unforeseen(error) from None

    return ended


def _left(sentence: str, code: Exit) -> typer.Exit:
    say_fault(sentence)
    return typer.Exit(code)


def _unforeseen(error: Exception) -> typer.Exit:
    if type(error).__name__ == "Abort":  # Streamlit's own command line says so of Ctrl-C, in its own click
        return _left("Stopped.", Exit.STOPPED)
    if os.environ.get("POSKO_DEBUG"):
        logging.getLogger(__name__).error("unforeseen", exc_info=error)
    kind = type(error).__name__
    sentence = f"A fault in Posko itself ({kind}). Run it again with POSKO_DEBUG=1 and send us what it prints."
    return _left(sentence, Exit.NOT_RIGHT)
