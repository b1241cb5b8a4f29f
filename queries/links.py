"""Reading and writing the parameters of a link: short names, notes instead of exceptions.

A link may come from anywhere: every value is text, a list of text, or something else; what is not understood is
dropped and noted, never raised.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from queries.limits import FILTER_VALUES

PERIOD, WINDOW, CLOCK, SINCE, UNTIL, AS_OF = "periode", "rentang", "jam", "sejak", "hingga", "per"
SERVICES, PROVINCES, THEMES, SOURCES = "layanan", "provinsi", "tema", "sumber"
ITEM = "butir"
"""The one item, by its content id, that a link to Tabel & Unduh leads to."""

PARAMETERS = (PERIOD, WINDOW, CLOCK, SINCE, UNTIL, AS_OF, SERVICES, PROVINCES, THEMES, SOURCES)

CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(2000, 2100)

_REASONS = {
    "unknown": ("tidak dikenal, diabaikan", "not known, ignored"),
    "malformed": ("tidak dapat dibaca, diabaikan", "cannot be read, ignored"),
    "too_many": ("terlalu banyak nilai, sisanya diabaikan", "too many values, the rest ignored"),
    "too_long": ("rentang terlalu panjang, dipendekkan", "window too long, shortened"),
    "incomplete": ("tautan tetap tidak lengkap, diabaikan", "fixed link incomplete, ignored"),
}


@dataclass(frozen=True)
class Note:
    """One value of a link that was not used, and why."""

    parameter: str
    value: str
    reason: str

    def text(self, language: str) -> str:
        """Return the note in the user's language; the value is shortened, plain text."""
        words = _REASONS[self.reason][0 if language == "id" else 1]
        return f"{self.parameter}={self.value}: {words}"


@dataclass
class Reader:
    """Reads the parameters of one link and gathers notes; `known` lists the codes that exist, by parameter."""

    query: Mapping[Any, Any]
    known: Mapping[str, Collection[str]]
    notes: list[Note] = field(default_factory=list)

    def note(self, parameter: str, value: object, reason: str) -> None:
        """Keep a note; the value is cut to 40 printable characters."""
        shown = "".join(c for c in str(value)[:40] if c.isprintable())
        self.notes.append(Note(parameter, shown, reason))

    def texts(self, parameter: str) -> list[str]:
        """Return the non-empty texts of a parameter: one text split at commas, or a list of them."""
        raw = self.query.get(parameter)
        if raw is None:
            return []
        items = [raw] if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple) else [None]
        if not all(isinstance(item, str) for item in items):
            self.note(parameter, raw, "malformed")
        parts = [part.strip().lower() for item in items if isinstance(item, str) for part in item.split(",")]
        return [part for part in parts if part]

    def codes(self, parameter: str) -> tuple[str, ...]:
        """Return the sorted distinct codes of a parameter that look like codes and, where known, exist."""
        good = {text for text in self.texts(parameter) if self._is_code(parameter, text)}
        if len(good) > FILTER_VALUES:
            self.note(parameter, len(good), "too_many")
        return tuple(sorted(good)[:FILTER_VALUES])

    def _is_code(self, parameter: str, text: str) -> bool:
        if not CODE.fullmatch(text):
            self.note(parameter, text, "malformed")
            return False
        if parameter in self.known and text not in self.known[parameter]:
            self.note(parameter, text, "unknown")
            return False
        return True

    def one_of(self, parameter: str, allowed: Iterable[str] | None, default: str) -> str:
        """Return the parameter's single code when it is allowed (any code when `allowed` is None), else the default."""
        found = self.codes(parameter)
        if found and allowed is not None and found[0] not in allowed:
            self.note(parameter, found[0], "unknown")
            return default
        return found[0] if found else default

    def day(self, parameter: str) -> date | None:
        """Return the WIB day of a parameter written as 2024-02-14; None when absent or something else."""
        text = self._single(parameter)
        return None if text is None or not _DAY.fullmatch(text) else self._parsed(parameter, text, date.fromisoformat)

    def moment(self, parameter: str) -> datetime | None:
        """Return the aware UTC moment of a parameter in ISO 8601 with offset; None when absent or a plain day."""
        text = self._single(parameter)
        return None if text is None or _DAY.fullmatch(text) else self._parsed(parameter, text, moment_of)

    def _single(self, parameter: str) -> str | None:
        texts = self.texts(parameter)
        return texts[0] if texts else None

    def _parsed(self, parameter: str, text: str, parse: Any) -> Any:
        try:
            value = parse(text)
        except (ValueError, OverflowError):
            value = None
        if value is None or value.year not in _YEARS:
            self.note(parameter, text, "malformed")
            return None
        return value


def moment_of(text: str) -> datetime:
    """Return an ISO 8601 text with offset as whole UTC seconds; a blank before the offset was a plus sign.

    Raises `ValueError` for a text without an offset.
    """
    moment = datetime.fromisoformat(text.upper().replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError("a moment in a link needs its offset")
    return moment.astimezone(UTC).replace(microsecond=0)
