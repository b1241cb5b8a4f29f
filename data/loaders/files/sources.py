"""Where rows come from: paths, globs, standard input, members of a zip, gzip; each can be opened again."""

import gzip
import io
import lzma
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
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

DEEPEST = 1
"""Zip files in a zip file that are opened: the daily dumps of the EU are zip files of zip files."""

TIMES_GZIPPED = 2
"""Times a file may have been packed with gzip: once by who made it, once by who sent it."""

ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
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
    """Give the files that a name, a glob or '-' stands for, those in zip files one by one.

    Raise `LoadProblem` for none. Of several files one that cannot be opened is given too: it says why when it is read.
    """
    if name == STANDARD_INPUT:
        yield from members(_copied("stdin", None, None, standard_input))
        return
    paths = expanded(name)
    yield from _of_several([(path.name, partial(_at, path)) for path in paths])


def _of_several(files: Sequence[tuple[str, Callable[[], Iterator[Source]]]]) -> Iterator[Source]:
    """Give the files behind each name; one that cannot be opened keeps none of the others out."""
    for name, opened in files:
        try:
            yield from opened()
        except LoadProblem as problem:
            if len(files) == 1:
                raise
            yield Source(name, None, None, partial(_refuse, problem))


def _refuse(problem: LoadProblem) -> AbstractContextManager[BinaryIO]:
    raise problem


def expanded(name: str) -> list[Path]:
    """Return the files that a name or a glob stands for; rejects files of earlier loads only by their own name."""
    if Path(name).exists() or not has_magic(name):
        return [Path(name)]
    found = sorted(Path(each) for each in glob(name, recursive=True))  # noqa: PTH207 - absolute patterns too
    if not found:
        raise LoadProblem(f"No file matches {Path(name).name}. Check the folder and the ending.")
    return [path for path in found if path.is_file() and not path.name.endswith(REJECTS_ENDING)]


def _at(path: Path) -> Iterator[Source]:
    with readable(path.name):
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        path.open("rb").close()
    yield from members(Source(path.name, path, changed, lambda: path.open("rb")))


class _Copy:
    """A stream copied to a temporary file, which is there as long as somebody can open it."""

    def __init__(self, stream: BinaryIO) -> None:
        copy = tempfile.NamedTemporaryFile(prefix="posko-")  # noqa: SIM115 - lives as long as this object
        finalize(self, copy.close)
        shutil.copyfileobj(stream, copy)
        copy.flush()
        self._path = Path(copy.name)

    def opened(self) -> BinaryIO:
        return self._path.open("rb")


def _copied(name: str, path: Path | None, changed: datetime | None, stream: BinaryIO) -> Source:
    return Source(name, path, changed, _Copy(stream).opened)


def members(source: Source, depth: int = 0) -> Iterator[Source]:
    """Give a file, or what is in it when it is a zip file; zip files in a zip file are opened too, down to `DEEPEST`.

    Raise `LoadProblem` when it cannot be read.
    """
    plain = _unpacked(source)
    mark = plain.head(4)
    if mark == EMPTY_ZIP:
        raise LoadProblem(f"{plain.name} is an empty zip file.")
    if mark != ZIP:
        yield plain
        return
    if depth or plain is not source:
        with readable(plain.name), plain.opened() as packed:
            plain = _copied(plain.name, plain.path, plain.modified, packed)
    with readable(plain.name), plain.opened() as stream, zipfile.ZipFile(stream) as archive:
        found = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
    if _is_document(found):
        yield plain
        return
    if not found:
        raise LoadProblem(f"{plain.name} is an empty zip file.")
    if depth > DEEPEST:
        raise LoadProblem(f"{plain.name} is a zip file too deep inside other zip files. Unpack it first.")
    named = [(f"{plain.name}/{member.filename}", partial(_inside, plain, member, depth)) for member in found]
    yield from _of_several(named)


def _inside(archive: Source, member: zipfile.ZipInfo, depth: int) -> Iterator[Source]:
    yield from members(_member(archive, member), depth + 1)


def _is_document(members: list[zipfile.ZipInfo]) -> bool:
    names = [member.filename for member in members]
    return (
        "[Content_Types].xml" in names or "mimetype" in names or any(name.startswith(WORKBOOK_PARTS) for name in names)
    )


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def _member(source: Source, member: zipfile.ZipInfo) -> Source:
    name = f"{source.name}/{member.filename}"
    if member.flag_bits & 1:
        raise LoadProblem(f"{source.name} is locked with a password. Unpack it first.")
    too_tight = member.file_size > 10**8 and member.file_size > MOST_RATIO * max(member.compress_size, 1)
    if member.file_size > MOST_UNPACKED or too_tight:
        raise LoadProblem(
            f"{name} would unpack to {member.file_size // 2**20} MB, which cannot be right. Unpack it by hand."
        )

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with source.opened() as packed, zipfile.ZipFile(packed) as archive, archive.open(member) as stream:
            yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream)))

    return Source(name, source.path, _changed(member), opened)


def _changed(member: zipfile.ZipInfo) -> datetime | None:
    """Return when a member was last changed; None for the first day of zip files and for a time that is none."""
    try:
        return datetime(*member.date_time, tzinfo=WIB) if member.date_time[0] > 1980 else None
    except ValueError:
        return None


def _unpacked(source: Source, times: int = TIMES_GZIPPED) -> Source:
    """Return the source, seen through gzip where its first bytes say so."""
    if not times or source.head(2) != b"\x1f\x8b":
        return source
    name = source.name.removesuffix(".gz")

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with source.opened() as packed, gzip.open(packed, "rb") as stream:
            yield cast("BinaryIO", stream)

    return _unpacked(Source(name, source.path, source.modified, opened), times - 1)
