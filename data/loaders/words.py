"""Words as offices write them, brought to one spelling so that they can be compared."""

import re
import unicodedata
from functools import lru_cache

NOT_A_WORD = re.compile(r"[^a-z0-9]+")

HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control, zero-width and bidirectional characters and halves of surrogate pairs: unseen, they change what is read."""

UNKNOWN = frozenset(
    {
        "",
        "n a",
        "na",
        "nan",
        "nat",
        "none",
        "null",
        "nihil",
        "kosong",
        "tidak ada",
        "tak ada",
        "belum ada",
        "belum",
        "tidak diketahui",
        "tidak tahu",
        "tidak tersedia",
        "unknown",
        "undefined",
        "missing",
        "blank",
        "tba",
    }
)
"""Cells that say "we do not know", in plain spelling; a cell of signs only, such as '-' or '?', is one too."""

LONGEST_UNKNOWN = 24


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return the text in lower case, without accents, with one blank between words of letters and digits."""
    if text.isascii():
        return NOT_A_WORD.sub(" ", text.lower()).strip()
    letters = unicodedata.normalize("NFKD", text.casefold())
    unaccented = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return NOT_A_WORD.sub(" ", unaccented).strip()


def is_unknown(text: str) -> bool:
    """Return whether a cell is empty or says that the value is not known."""
    if not text:
        return True
    return len(text) <= LONGEST_UNKNOWN and not text[0].isdigit() and plain(text) in UNKNOWN


def has_letters(text: str) -> bool:
    """Return whether a text has a letter of any script: a headline of figures alone is none."""
    return any(letter.isalpha() for letter in text)


def without_hidden(text: str) -> str:
    """Return the text without control, zero-width and bidirectional characters; line breaks and tabs stay."""
    return text if text.isprintable() else HIDDEN.sub("", text)


def one_line(text: str, longest: int) -> str:
    """Return the text on one line, blanks joined, cut at `longest` characters with an ellipsis."""
    joined = " ".join(text[: longest * 4].split())
    return joined if len(joined) <= longest else joined[: longest - 1].rstrip() + "…"
