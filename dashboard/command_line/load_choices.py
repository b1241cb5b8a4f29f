"""Options of posko load."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """Kinds of files that are known."""

    AUTO = "auto"
    OFFICE = "office"
    DSA = "dsa"
    CLAIMREVIEW = "claimreview"
    REACH = "reach"
    ACTIVITY = "activity"
    QOS = "qos"
    FIGURES = "figures"
    MAP = "map"


class Zone(StrEnum):
    """Zones of times that name none."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"
    UTC = "UTC"


class DateOrder(StrEnum):
    """Orders of day, month and year."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


Files = Annotated[list[str], typer.Argument(help="Files, globs, or - for standard input; zip and gzip as they are.")]
Kind = Annotated[
    Format, typer.Option("--as", help="Kind of the files; found out when not told, and asked for when two fit.")
]
MappingFile = Annotated[Path | None, typer.Option("--map", help="Mapping file: which column is what.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Rejects = Annotated[Path | None, typer.Option(help="Where refused rows go. Without it: beside the file.")]
Feed = Annotated[
    str | None,
    typer.Option(help="Feed the rows belong to. Without it: kampanye, kegiatan or qos for reports, else berkas."),
]
AsOf = Annotated[str | None, typer.Option(help='Moment that "15 jam lalu" counts back from, with its offset.')]
NamedZone = Annotated[Zone | None, typer.Option("--zone", help="Zone of times without one. Without it: WIB.")]
Order = Annotated[DateOrder | None, typer.Option("--date-order", help="Order of day and month; else found out.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; all known ones when not told.")]
Simulated = Annotated[bool, typer.Option("--simulated", help="Mark the rows as invented.")]
