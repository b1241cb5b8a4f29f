"""Words for how a takedown request stands, turned into outcome codes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

Outcome = Literal["open", "removed", "restricted", "labelled", "rejected", "withdrawn", "deleted_by_uploader"]

REINSTATED = "reinstated"
BY_WORD = by_word(vocabulary("statuses")["outcome"])


@dataclass(frozen=True)
class Standing:
    """How a request stands; `is_reinstated` says that a removal was undone after an appeal."""

    outcome: Outcome
    is_reinstated: bool = False


@lru_cache(maxsize=4_096)
def standing(text: str) -> Standing | None:
    """Return how a request stands by the word in the status column, or None for a word that is not known."""
    outcome = BY_WORD.get(plain(text))
    if outcome is None:
        return None
    return Standing("removed", is_reinstated=True) if outcome == REINSTATED else Standing(cast("Outcome", outcome))
