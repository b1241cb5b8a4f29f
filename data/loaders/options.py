"""How a load is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from data.loaders.mappings import Mapping

FORMATS = ("auto", "office", "dsa", "claimreview", "reach", "activity", "qos", "figures", "map")

FILES_FEED = "berkas"
"""feed.code under which files are loaded unless another is named."""

Progress = Callable[[str, str, int, int | None], None]
"""Called with the file, the stage ("survey" or "load"), rows done, and rows in all when known."""


def _silent(*_: object) -> None:
    return None


@dataclass(frozen=True)
class Options:
    """Choices of one load. `now` is the moment after which a time lies in the future; aware."""

    now: datetime
    mapping: Mapping = field(default_factory=Mapping)
    format: str = "auto"
    feed_code: str = FILES_FEED
    as_of: datetime | None = None
    is_dry_run: bool = False
    is_simulated: bool = False
    rejects: Path | None = None
    rejects_used: list[Path] = field(default_factory=list)
    progress: Progress = _silent
