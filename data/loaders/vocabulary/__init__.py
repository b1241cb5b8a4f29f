"""The words of files and what they stand for, in TOML files beside this module that anybody can read and extend."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """Return what `name`.toml says."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def by_word(meanings: dict[str, list[str]]) -> dict[str, str]:
    """Return the meaning of each word, of lists of words by meaning; a word under two meanings has the last."""
    return {word: meaning for meaning, words in meanings.items() for word in words}
