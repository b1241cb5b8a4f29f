"""JSON documents read entry by entry: a feed of any length needs the memory of its longest entry only."""

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from data.loaders.files.sources import Source, readable
from data.loaders.problems import LoadProblem

BLOCK = 2**18
LONGEST_ENTRY = 64 * 2**20
"""Characters of one entry; more is no feed of claims."""

LISTS = frozenset({"@graph", "dataFeedElement", "claims", "features", "itemListElement"})
"""Keys of the outermost object under which the entries of a feed stand."""

GOES_ON = "nextPageToken"
"""Key by which an answer of the Fact Check API says that it has further pages."""

BLANK = re.compile(r"[\s,\x00\ufeff]*")
LONGEST_NUMBER = 40
"""Digits of a whole number; more is read as a number of floating point, because Python refuses thousands of digits."""


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


DECODER = json.JSONDecoder(parse_int=_whole)


def _of_windows(error: UnicodeError) -> tuple[str, int]:
    """Return bytes that are no UTF-8 as Windows-1252 has them, as lines of tables are read; other errors as \ufffd."""
    if not isinstance(error, UnicodeDecodeError) or error.encoding != "utf-8":
        return codecs.replace_errors(error)  # type: ignore[return-value]
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("posko-windows", _of_windows)


class _Text:
    """The text of a document, read on as far as it is needed."""

    def __init__(self, name: str, stream: io.TextIOBase) -> None:
        self._name, self._stream = name, stream
        self._buffer, self._at, self._is_whole = "", 0, False

    def _more(self) -> bool:
        block = self._stream.read(max(BLOCK, len(self._buffer) - self._at))
        self._buffer, self._at = self._buffer[self._at :] + block, 0
        self._is_whole = not block
        if len(self._buffer) > LONGEST_ENTRY * 2:
            raise LoadProblem(f"{self._name} has an entry of more than {LONGEST_ENTRY // 2**20} MB.")
        return bool(block)

    def peek(self) -> str:
        """Return the next character that is neither blank nor a comma, '' at the end."""
        while True:
            self._at = BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, mark: str) -> bool:
        """Pass over a mark when it comes next."""
        if self.peek() != mark:
            return False
        self._at += 1
        return True

    def value(self) -> Any:
        """Return the next value; raise `LoadProblem` where the document is cut off or no JSON."""
        if not self.peek():
            raise LoadProblem(f"{self._name} is cut off: it ends in the middle. Fetch it again from its source.")
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise LoadProblem(f"{self._name} is cut off, or is no JSON from some point on.") from None
                continue
            except RecursionError:
                raise LoadProblem(f"{self._name} is nested too deep.") from None
            if end == len(self._buffer) and not self._is_whole and self._more():
                continue
            self._at = end
            return value


def entries(source: Source) -> Iterator[Any]:
    """Give the entries of a JSON document: of its outermost list, or of a known list in its outermost object.

    An object without such a list is one entry; several documents behind each other (JSON lines) are read in turn.
    Behind the list of an answer that has further pages stands an entry with `GOES_ON` alone.
    """
    encoding = json.detect_encoding(source.head(4))
    with readable(source.name), source.opened() as stream:
        wrapped = io.TextIOWrapper(stream, encoding=encoding, errors="posko-windows")
        text = _Text(source.name, wrapped)
        try:
            while text.peek():
                yield from _document(text)
        finally:
            wrapped.detach()


def _document(text: _Text) -> Iterator[Any]:
    if text.take("["):
        yield from _items(text)
    elif text.peek() == "{":
        yield from _object(text)
    else:
        yield text.value()


def _items(text: _Text) -> Iterator[Any]:
    while not text.take("]"):
        yield text.value()


def _object(text: _Text) -> Iterator[Any]:
    text.take("{")
    small: dict[str, Any] = {}
    has_list = False
    while not text.take("}"):
        key = text.value()
        text.take(":")
        if isinstance(key, str) and key in LISTS and text.take("["):
            has_list = True
            yield from _items(text)
        elif isinstance(key, str):
            small[key] = text.value()
    if not has_list:
        yield small
    elif small.get(GOES_ON):
        yield {GOES_ON: small[GOES_ON]}
