"""Labels of claims turned into codes of verdict, harm, technique and theme; unknown words stay unknown."""

import re
from dataclasses import dataclass
from functools import lru_cache

from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

VERDICTS, HARMS, TECHNIQUES, THEMES = (
    by_word(vocabulary("categories")[name]) for name in ("verdict", "harm", "technique", "theme")
)

TAG = re.compile(r"^\W{0,3}[\[(]\s*([^\])]{2,40})\s*[\])]\s*[:\-–]?\s*")
"""A label in brackets before a headline: "[SALAH] Kotak suara …", "(ISU) : …"."""

BARE_TAG = re.compile(
    r"^(hoax|hoaks|salah|penipuan|fitnah|hasut|disinformasi|misinformasi|cek fakta|fakta)\s*[:!]\s*", re.IGNORECASE
)
"""A label with a colon before a headline: "HOAX: …", "Cek Fakta: …"."""

PIECES = re.compile(r"[,;/+&|]|\bdan\b|\band\b")


@dataclass(frozen=True)
class Category:
    """Codes a label stands for; None where it says nothing about that. `is_known` is False for words nobody mapped."""

    verdict: str | None = None
    harm: str | None = None
    technique: str | None = None
    theme: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the label said anything."""
        return any((self.verdict, self.harm, self.technique, self.theme))

    def completed(self, other: "Category") -> "Category":
        """Return this category with what it leaves open taken from another one."""
        return Category(
            self.verdict or other.verdict,
            self.harm or other.harm,
            self.technique or other.technique,
            self.theme or other.theme,
        )


@lru_cache(maxsize=8_192)
def category(text: str) -> Category:
    """Return what a label says: looked up whole, then in pieces where it joins several ("Fitnah / Hasut / Hoax")."""
    whole = _looked_up(plain(text))
    if whole.is_known or len(text) > 200:
        return whole
    for piece in PIECES.split(text.casefold()):
        whole = whole.completed(_looked_up(plain(piece)))
    return whole


def _looked_up(words: str) -> Category:
    return Category(VERDICTS.get(words), HARMS.get(words), TECHNIQUES.get(words), THEMES.get(words))


@lru_cache(maxsize=8_192)
def tag_of(title: str) -> Category:
    """Return what the label before a headline says."""
    found = TAG.match(title) or BARE_TAG.match(title)
    return category(found[1]) if found else Category()


@lru_cache(maxsize=8_192)
def without_tag(title: str) -> str:
    """Return a headline without the label before it."""
    return BARE_TAG.sub("", TAG.sub("", title)).strip() or title


@lru_cache(maxsize=64)
def truth_of_hoax_flag(text: str) -> Category:
    """Return what a cell of a column named "hoax" says: 1 or ya is a hoax, 0 or tidak is none."""
    if plain(text) in {"1", "1 0", "true", "ya", "yes", "y"}:
        return Category(verdict="false", harm="disinformation")
    return Category(verdict="true") if plain(text) in {"0", "0 0", "false", "tidak", "no", "n"} else category(text)
