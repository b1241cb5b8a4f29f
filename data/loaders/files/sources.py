"""Where rows come from: paths, globs, standard input, members of a zip, gzip; each can be opened again."""

import gzip
import io
import lzma
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from glob import glob, has_magic
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast
from weakref import finalize

from data.loaders.problems import LoadProblem

STANDARD_INPUT = "-"
REJECTS_ENDING = ".rejects.csv"
MOST_UNPACKED = 32 * 2**30
"""Bytes a zip member may unpack to; more is a mistake or a bomb."""

MOST_RATIO = 1_000
"""How much smaller than its content a member of more than 100 MB may be."""

DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, struct.error, UnicodeDecodeError)
"""How the standard library says that a packed file is not as it was packed."""

WORKBOOK_PARTS = ("xl/", "xl\\", "content.xml")
WIB = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Source:
    """One file of rows: its name without folder, when it was last changed, and how to open it from its start."""

    name: str
    path: Path | None
    modified: datetime | None
    opened: Callable[[], AbstractContextManager[BinaryIO]]

    def sha256(self) -> str:
        """Return the digest of the unpacked bytes."""
        digest = sha256()
        with readable(self.name), self.opened() as stream:
            while block := stream.read(2**20):
                digest.update(block)
        return digest.hexdigest()

    def head(self, count: int = 65_536) -> bytes:
        """Return the first bytes."""
        with readable(self.name), self.opened() as stream:
            return stream.read(count)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn every way in which reading can fail into a `LoadProblem` that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise LoadProblem(f"{name}: there is no such file. Check its name and folder.") from None
    except IsADirectoryError:
        raise LoadProblem(f"{name} is a folder. Name the files in it, for example {name}/*.csv.") from None
    except PermissionError:
        raise LoadProblem(f"{name} may not be read by this user. Change its rights or copy it.") from None
    except DAMAGED:
        raise LoadProblem(f"{name} is cut off or damaged. Fetch it again from its source.") from None
    except (NotImplementedError, RuntimeError):
        raise LoadProblem(f"{name} is locked with a password or packed in an unknown way. Unpack it first.") from None
    except OSError as error:
        raise LoadProblem(f"{name} cannot be read: {error.strerror or 'the device does not answer'}.") from None


def sources(name: str, standard_input: BinaryIO) -> Iterator[Source]:
    """Give the files that a name, a glob or '-' stands for, zip members one by one; raise `LoadProblem` for none."""
    if name == STANDARD_INPUT:
        yield _spooled(standard_input)
        return
    for path in expanded(name):
        yield from members(path)


def expanded(name: str) -> list[Path]:
    """Return the files that a name or a glob stands for; rejects files of earlier loads only by their own name."""
    if Path(name).exists() or not has_magic(name):
        return [Path(name)]
    found = sorted(Path(each) for each in glob(name, recursive=True))  # noqa: PTH207 - absolute patterns too
    if not found:
        raise LoadProblem(f"No file matches {Path(name).name}. Check the folder and the ending.")
    return [path for path in found if path.is_file() and not path.name.endswith(REJECTS_ENDING)]


def _spooled(stream: BinaryIO) -> Source:
    """Return standard input copied to a temporary file, so that it can be read more than once."""
    copy = tempfile.NamedTemporaryFile(prefix="posko-")  # noqa: SIM115 - lives as long as the source
    shutil.copyfileobj(stream, copy)
    copy.flush()
    path = Path(copy.name)

    def opened() -> BinaryIO:
        return path.open("rb")

    finalize(opened, copy.close)
    return _unpacked(Source("stdin", None, None, opened))


def members(path: Path) -> Iterator[Source]:
    """Give a file, or what is in it when it is a zip file; raise `LoadProblem` when it cannot be read."""
    with readable(path.name):
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with path.open("rb") as stream:
            is_zip = stream.read(4) == b"PK\x03\x04"
    plain = Source(path.name, path, changed, lambda: path.open("rb"))
    if not is_zip:
        yield _unpacked(plain)
        return
    with readable(path.name), zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
    if _is_document(members):
        yield plain
        return
    if not members:
        raise LoadProblem(f"{path.name} is an empty zip file.")
    for member in members:
        yield _member(path, member)


def _is_document(members: list[zipfile.ZipInfo]) -> bool:
    names = [member.filename for member in members]
    return (
        "[Content_Types].xml" in names or "mimetype" in names or any(name.startswith(WORKBOOK_PARTS) for name in names)
    )


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def _member(path: Path, member: zipfile.ZipInfo) -> Source:
    name = f"{path.name}/{member.filename}"
    if member.flag_bits & 1:
        raise LoadProblem(f"{path.name} is locked with a password. Unpack it first.")
    too_tight = member.file_size > 10**8 and member.file_size > MOST_RATIO * max(member.compress_size, 1)
    if member.file_size > MOST_UNPACKED or too_tight:
        raise LoadProblem(
            f"{name} would unpack to {member.file_size // 2**20} MB, which cannot be right. Unpack it by hand."
        )

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream)))

    return _unpacked(Source(name, path, _changed(member), opened))


def _changed(member: zipfile.ZipInfo) -> datetime | None:
    """Return when a member was last changed; None for the first day of zip files and for a time that is none."""
    try:
        return datetime(*member.date_time, tzinfo=WIB) if member.date_time[0] > 1980 else None
    except ValueError:
        return None


def _unpacked(source: Source) -> Source:
    """Return the source, seen through gzip where its first bytes say so."""
    if source.head(2) != b"\x1f\x8b":
        return source
    name = source.name.removesuffix(".gz")

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with source.opened() as packed, gzip.open(packed, "rb") as stream:
            yield cast("BinaryIO", stream)

    return Source(name, source.path, source.modified, opened)
