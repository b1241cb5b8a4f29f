"""Which service a name or a link belongs to. Archives and shorteners hide it: unknown, not a guess."""

from functools import lru_cache
from typing import Literal

from data.loaders.values.links import host
from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

LinkKind = Literal["service", "archive", "shortener", "fact_check", "news", "site"]

_TOLD = vocabulary("services")

BY_NAME = by_word(_TOLD["names"])
TELLING_WORDS = frozenset(_TOLD["telling_words"])
"""Words that name a service wherever they stand; 'x', 'line' or 'google' inside a longer text do not."""

SERVICE_HOSTS = by_word(_TOLD["hosts"])
ARCHIVES, SHORTENERS, FACT_CHECKERS, NEWS = (
    frozenset(_TOLD["other_hosts"][name]) for name in ("archive", "shortener", "fact_check", "news")
)


@lru_cache(maxsize=4_096)
def from_name(name: str) -> str | None:
    """Return the service.code a name stands for, or None when it names none or several."""
    words = plain(name)
    if words in BY_NAME:
        return BY_NAME[words]
    mentioned = {BY_NAME[word] for word in words.split() if word in TELLING_WORDS}
    return mentioned.pop() if len(mentioned) == 1 else None


@lru_cache(maxsize=16_384)
def from_link(link: str) -> str | None:
    """Return the service.code of the host of a link: 'website' for any other site, None where the host hides it."""
    kind = kind_of(link)
    if kind in ("archive", "shortener"):
        return None
    return _service(host(link)) or "website"


@lru_cache(maxsize=16_384)
def kind_of(link: str) -> LinkKind:
    """Return what kind of place a link leads to."""
    name = host(link)
    if _belongs(name, ARCHIVES):
        return "archive"
    if _belongs(name, SHORTENERS):
        return "shortener"
    if _service(name):
        return "service"
    if _belongs(name, FACT_CHECKERS):
        return "fact_check"
    return "news" if _belongs(name, NEWS) else "site"


def _service(name: str) -> str | None:
    while name:
        if name in SERVICE_HOSTS:
            return SERVICE_HOSTS[name]
        name = name.partition(".")[2]
    return None


def _belongs(name: str, hosts: frozenset[str]) -> bool:
    while name:
        if name in hosts:
            return True
        name = name.partition(".")[2]
    return False
