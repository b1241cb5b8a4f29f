"""Text from the public made harmless: what a stranger wrote is shown as he wrote it and does nothing.

Tables, `st.text` and Vega marks take `plain` text. Only where a title must stand inside Markdown does `md_escape`
turn it into literal text. Addresses are defanged: a hoax link on a ministry screen is never one click away.
"""

import re
import unicodedata

JOINER = "\N{WORD JOINER}"
LIMIT = 2_000
"""Longest text shown, characters (reliability.md T41): more would only burden the browser."""

_HIDDEN = {"Cc", "Cf", "Co", "Cs"}
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_ADDRESS = re.compile(r"(?i)\b(https?|ftp)://([^\s/?#<>\"']+)")
_BARE_HOST = re.compile(r"(?i)\bwww\.([a-z0-9.-]+)")
_ACTIVE = re.compile(r"(?i)\b(javascript|vbscript|data|file|mailto):(?=\S)")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_DIRECTIVES = re.compile(r"(:(?=\S)|@|<(?=-)|-(?=[->])|[<>~](?==))")


def plain(text: str | None, limit: int = LIMIT) -> str:
    """Return text on one line without control, zero-width and direction-override characters, cut at the limit.

    Text with right-to-left letters is isolated, so that it cannot reorder what stands beside it.
    """
    if not isinstance(text, str):  # a missing value of a frame
        return ""
    spaced = re.sub(r"\s+", " ", text[: 4 * limit])
    shown = "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN).strip()
    cut = shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in cut):
        return f"\N{FIRST STRONG ISOLATE}{cut}\N{POP DIRECTIONAL ISOLATE}"
    return cut


def _host(name: str) -> str:
    try:
        return name.encode("idna" if not name.isascii() else "ascii").decode("ascii").replace(".", "[.]")
    except UnicodeError:
        return "?"


def defang(text: str | None, limit: int = LIMIT) -> str:
    """Return text whose addresses cannot be followed: hxxps://contoh[.]id, www[.]contoh[.]id, javascript[:]…

    Host names in foreign letters are written in punycode, so that a look-alike is seen.
    """
    safe = _ADDRESS.sub(lambda m: f"{m[1].lower().replace('t', 'x')}://{_host(m[2])}", plain(text, limit))
    safe = _BARE_HOST.sub(lambda m: f"www[.]{m[1].replace('.', '[.]')}", safe)
    return _ACTIVE.sub(lambda m: f"{m[1]}[:]", safe)


def md_escape(text: str | None, limit: int = 200) -> str:
    """Return literal Markdown for text: nothing in it renders, links, colours, draws a formula or loads a picture.

    Every ASCII punctuation mark gets a backslash. Streamlit replaces icons, colours, emoji and arrows after parsing,
    where backslashes are gone, so an invisible word joiner breaks those patterns.
    """
    joined = _DIRECTIVES.sub(lambda m: m[1] + JOINER, defang(text, limit))
    return _PUNCTUATION.sub(r"\\\1", joined)
