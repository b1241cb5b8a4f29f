"""Links as they are pasted: defanged, without scheme, several in a cell."""

import re
from functools import lru_cache

from data.loaders.words import without_hidden

LONGEST = 2_000
AUTHORITY = re.compile(r"[A-Za-z]+://(?:[^/?#@]*@)?([^/?#:@\[\]]+)")
CANDIDATE = re.compile(
    r"(?:h(?:tt|xx)ps?\s?:?//)?(?:[\w-]{1,63}\.)+[a-z]{2,24}(?::\d{2,5})?(?:[/?#][^\s\"'<>|]*)?", re.IGNORECASE
)
PLAIN = re.compile(r"https?://(?:[\w-]{1,63}\.)+[a-z]{2,24}(?:/[\w./?&=%@~+:#-]*)?", re.ASCII)
"""A link and nothing else, as almost all cells hold it."""

SEPARATORS = re.compile(r"[\s|]+|[,;]+(?=\s|h(?:tt|xx)ps?:|$)")
DEFANGED = (
    (re.compile(r"\[\.\]|\(\.\)|\[dot\]", re.IGNORECASE), "."),
    (re.compile(r"^hxxp", re.IGNORECASE), "http"),
    (re.compile(r"\[:\]//|\[://\]"), "://"),
)

SUBDOMAINS = re.compile(r"^(?:www\d?|m|mobile|web|mbasic|touch|free|amp|[a-z]{2}-[a-z]{2})\.(?=[^.]+\.)")


@lru_cache(maxsize=8_192)
def links_in(text: str) -> tuple[str, ...]:
    """Return the links in a cell, made whole again, in their order."""
    if PLAIN.fullmatch(text) and len(text) <= LONGEST and (text[-1].isalnum() or text[-1] in "/=_-"):
        return (text,)
    found = []
    for part in SEPARATORS.split(without_hidden(text)[: LONGEST * 5]):
        link = _made_whole(part.strip("()<>[]\"'.,;"))
        if link and link not in found:
            found.append(link)
    return tuple(found)


def _made_whole(part: str) -> str | None:
    for pattern, mended in DEFANGED:
        part = pattern.sub(mended, part)
    part = part.removeprefix("//")
    if not part or len(part) > LONGEST or "@" in part.split("/")[0] or not CANDIDATE.fullmatch(part):
        return None
    link = part if "://" in part else f"https://{part}"
    return link if host(link) else None


@lru_cache(maxsize=4_096)
def host(link: str) -> str:
    """Return the host of a link in lower case without www, m, web and the like; '' when it has none."""
    found = AUTHORITY.match(link)
    name = found[1].lower().rstrip(".") if found else ""
    while SUBDOMAINS.match(name):
        name = SUBDOMAINS.sub("", name)
    return name


def is_one_item(link: str) -> bool:
    """Return whether a link can name one post: a bare host names a whole service or site."""
    behind = link.partition("://")[2].partition("#")[0]
    return bool(behind.partition("/")[2].strip("/") or behind.partition("?")[2])
