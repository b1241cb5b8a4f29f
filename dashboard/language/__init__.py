"""Words of the screen in Indonesian and English: one table a subject, found by its key.

Each module of this package has a table `WORDS`: key -> (Indonesian, English). `t("shell.copy")` looks into
`shell.py`. The language of the running script is kept per thread, so this module knows no Streamlit.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

_language: ContextVar[Language] = ContextVar("language", default="id")


def current() -> Language:
    """Return the language of the running script: id or en."""
    return _language.get()


def use(language: str) -> None:
    """Speak this language for the rest of the running script."""
    _language.set("en" if language == "en" else "id")


@cache
def words(subject: str) -> Mapping[str, tuple[str, str]]:
    """Return the table of one subject."""
    table: Mapping[str, tuple[str, str]] = import_module(f"{__name__}.{subject}").WORDS
    return table


def subjects() -> tuple[str, ...]:
    """Return the names of all tables, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def t(key: str, **values: Any) -> str:
    """Return the words of `subject.key` in the current language, with the values put in; `KeyError` when unknown."""
    subject, _, name = key.partition(".")
    text = words(subject)[name][LANGUAGES.index(current())]
    return text.format(**values) if values else text
