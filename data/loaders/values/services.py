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
HIDING: list[tuple[LinkKind, frozenset[str]]] = [
    ("archive", frozenset(_TOLD["other_hosts"]["archive"])),
    ("shortener", frozenset(_TOLD["other_hosts"]["shortener"])),
]
PUBLISHING: list[tuple[LinkKind, frozenset[str]]] = [
    ("fact_check", frozenset(_TOLD["other_hosts"]["fact_check"])),
    ("news", frozenset(_TOLD["other_hosts"]["news"])),
]


@lru_cache(maxsize=4_096)
def from_name(name: str) -> str | None:
    """Return the service.code a name stands for, or None when it names none or several."""
    words = plain(name)
    if words in BY_NAME:
        return BY_NAME[words]
    mentioned = {BY_NAME[word] for word in words.split() if word in TELLING_WORDS}
    return mentioned.pop() if len(mentioned) == 1 else None


def from_link(link: str) -> str | None:
    """Return the service.code of the host of a link: 'website' for any other site, None where the host hides it."""
    kind, service = _told_by(host(link))
    return None if kind in {"archive", "shortener"} else service or "website"


def kind_of(link: str) -> LinkKind:
    """Return what kind of place a link leads to."""
    return _told_by(host(link))[0]


@lru_cache(maxsize=16_384)
def _told_by(name: str) -> tuple[LinkKind, str | None]:
    """Return what a host is, and the service it belongs to: that of the longest known host it lies below."""
    above = [name]
    while "." in above[-1]:
        above.append(above[-1].partition(".")[2])
    for kind, hosts in HIDING:
        if not hosts.isdisjoint(above):
            return kind, None
    service = next((SERVICE_HOSTS[each] for each in above if each in SERVICE_HOSTS), None)
    if service:
        return "service", service
    return next((kind for kind, hosts in PUBLISHING if not hosts.isdisjoint(above)), "site"), None
