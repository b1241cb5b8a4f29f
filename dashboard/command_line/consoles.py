"""Where the command line speaks: results on standard output, everything else on standard error."""

import logging
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

results = Console(soft_wrap=True, highlight=False)
notices = Console(stderr=True, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Print a line of the result; brackets in it are no markup."""
    results.print(escape(text))


def say_fault(sentence: str) -> None:
    """Print why a command ends early."""
    notices.print(f"[bold red]posko:[/] {escape(sentence)}")


def note(text: str) -> None:
    """Print a line beside the result."""
    notices.print(escape(text))


def bar() -> Progress:
    """Return a progress bar on standard error; nothing is drawn where that is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notices,
        transient=True,
        disable=not notices.is_terminal,
    )


def thousands(number: int) -> str:
    """Return a whole number as the screens write it: 2.882."""
    return f"{number:,}".replace(",", ".")


def moment(at: datetime | None) -> str:
    """Return a time as text with its offset, 'never' for none."""
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds") if at else "never"


class PlainFormatter(logging.Formatter):
    """Log lines without tracebacks: operators read them."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; of an exception its kind alone."""
        kind = record.exc_info[0] if record.exc_info else None
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage()}"
        return f"{line} ({kind.__name__})" if kind else line


def log_plainly() -> None:
    """Send log lines of a command to standard error, one line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
