"""Header names as offices and researchers write them, turned into the fields of a row."""

from functools import lru_cache

from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

_TOLD = vocabulary("headers")

EXACT = by_word(_TOLD["exact"])
IGNORED = frozenset(_TOLD["ignored"])
TIME_WORDS = frozenset(_TOLD["time_words"])
TIME_PARTS = [(field, frozenset(words)) for field, words in _TOLD["time_parts"].items()]
PARTS = [(field, frozenset(words.split())) for field, spellings in _TOLD["parts"].items() for words in spellings]
FIGURES: dict[str, str] = by_word(vocabulary("figures")["column"])
NEEDED_OF_FIGURES = frozenset({"figure_set", "measure", "value"})
"""Columns that a header of published figures has; no other row names them all."""

NOBODY = "none"

ROWS_SEARCHED = 40
DATE_NAMES = frozenset({"tanggal", "tgl", "date", "hari tanggal"})
CLOCK_NAMES = frozenset({"waktu", "time", "jam", "pukul"})


@lru_cache(maxsize=4_096)
def field_of(name: str) -> str | None:
    """Return the field a header names, or None: by its whole name, else by its words."""
    words = plain(_split_camel(name))
    if not words or words in IGNORED:
        return None
    if words in EXACT:
        return EXACT[words]
    parts = frozenset(words.split())
    if parts & TIME_WORDS:
        return _time_field(parts)
    return _needed(next((field for field, needed in PARTS if parts >= needed), NOBODY))


def _time_field(parts: frozenset[str]) -> str | None:
    return _needed(next((field for field, telling in TIME_PARTS if parts & telling), "at"))


def _needed(field: str) -> str | None:
    return None if field == NOBODY else field


def _split_camel(name: str) -> str:
    """Return publishedAt as published At; names in capitals stay as they are."""
    letters = [
        f" {letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(" " + name, name, strict=False)
    ]
    return "".join(letters)


def fields_of(header: tuple[str, ...]) -> dict[str, int]:
    """Return the position of the first column of each field that the header names."""
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        field = field_of(name)
        if field is not None and (field not in found or _is_nearer(name, header[found[field]], field)):
            found[field] = position
    return _with_clock(header, found)


def _with_clock(header: tuple[str, ...], found: dict[str, int]) -> dict[str, int]:
    """Return the fields with "Waktu" beside "Tanggal" taken as the time of day of that date."""
    names = [plain(name) for name in header]
    if "clock" in found or not DATE_NAMES.intersection(names):
        return found
    clocks = [position for position, name in enumerate(names) if name in CLOCK_NAMES]
    if not clocks:
        return found
    date = next(position for position, name in enumerate(names) if name in DATE_NAMES)
    return {**found, "at": date, "clock": clocks[0]}


def _is_nearer(name: str, other: str, field: str) -> bool:
    """Tell whether a name says a field outright where the earlier column only hints at it."""
    return EXACT.get(plain(name)) == field and EXACT.get(plain(other)) != field


def header_position(rows: list[list[object]], wanted: frozenset[str]) -> int | None:
    """Return which of the first rows is the header: the one that names most fields, else the first row with words."""
    best, best_score = None, 0
    for position, cells in enumerate(rows[:ROWS_SEARCHED]):
        names = [str(cell if cell is not None else "") for cell in cells]
        score = _score(names, wanted)
        if score > best_score:
            best, best_score = position, score
    if best is not None:
        return best
    return next(
        (position for position, cells in enumerate(rows) if any(plain(str(cell or "")) for cell in cells)), None
    )


def _score(names: list[str], wanted: frozenset[str]) -> int:
    short = [name for name in names if len(name) <= 60]
    asked = {plain(name) for name in short} & {plain(name) for name in wanted}
    is_of_figures = {FIGURES.get(plain(name)) for name in short} >= NEEDED_OF_FIGURES
    return len({field_of(name) for name in short} - {None}) + 2 * len(asked) + ROWS_SEARCHED * is_of_figures
