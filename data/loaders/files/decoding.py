"""Bytes to lines of text, whatever mixture of encodings wrote them. Each line is decided by itself and counted."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from data.loaders.files.sources import Source, readable
from data.loaders.problems import LoadProblem

LONGEST_LINE = 64 * 2**20
"""Bytes without a line break after which a file is no table."""


@dataclass
class DecodingReport:
    """How the lines of a file were written: counts of lines that were not plain UTF-8, and of NUL characters."""

    encoding: str = "utf-8"
    has_mark: bool = False
    windows_lines: int = 0
    replaced_lines: int = 0
    nul_characters: int = 0

    def forget(self) -> None:
        """Begin to count anew: the file is read once more."""
        self.windows_lines = self.replaced_lines = self.nul_characters = 0

    @property
    def sentence(self) -> str:
        """The report in words."""
        parts = [f"{self.encoding}{' with byte order mark' if self.has_mark else ''}"]
        if self.windows_lines:
            parts.append(f"{self.windows_lines} lines in Windows-1252")
        if self.replaced_lines:
            parts.append(f"{self.replaced_lines} lines in neither, unreadable characters replaced by \ufffd")
        if self.nul_characters:
            parts.append(f"{self.nul_characters} NUL characters dropped")
        return ", ".join(parts)


def lines(source: Source, report: DecodingReport) -> Iterator[str]:
    """Give the lines of a file, each ending in a line feed, and count in `report` how they were written."""
    with readable(source.name), source.opened() as stream:
        wide = _wide_encoding(source.head(4_096))
        if wide:
            report.encoding = wide
            yield from _wide_lines(stream, wide, report)
            return
        for raw in _raw_lines(stream, source.name):
            yield _decoded(raw, report)


def _wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 in its byte order where a mark, or every second byte being zero, says so."""
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    enough = len(head) // 5
    if len(head) >= 40 and head[1::2].count(0) > enough * 2:
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 40 and head[::2].count(0) > enough * 2 else None


def _wide_lines(stream: BinaryIO, encoding: str, report: DecodingReport) -> Iterator[str]:
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)
    try:
        for number, line in enumerate(text):
            if number == 0 and line.startswith("\ufeff"):
                report.has_mark = True
            report.replaced_lines += "\ufffd" in line
            yield _finished(line.lstrip("\ufeff") if number == 0 else line, report)
    finally:
        text.detach()


def _raw_lines(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Give lines by line feeds; in a file without any, by carriage returns."""
    while raw := stream.readline(LONGEST_LINE):
        if len(raw) >= LONGEST_LINE:
            raise LoadProblem(f"{name} has a line of more than {LONGEST_LINE // 2**20} MB: it is no table of rows.")
        if raw.count(b"\r") > 1 and not raw.endswith(b"\n"):
            yield from raw.splitlines(keepends=True)
        else:
            yield raw


def _decoded(raw: bytes, report: DecodingReport) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        report.has_mark = True
    try:
        return _finished(raw.decode("utf-8"), report)
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
        report.windows_lines += 1
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        report.replaced_lines += 1
    return _finished(text, report)


def _finished(text: str, report: DecodingReport) -> str:
    if "\x00" in text:
        report.nul_characters += text.count("\x00")
        text = text.replace("\x00", "")
    if "\r" in text:
        text = text.rstrip("\r\n").replace("\r", " ")
    return text if text.endswith("\n") else text + "\n"
