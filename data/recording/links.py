"""One spelling for one address, so that two feeds that report the same post meet in the same row."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|igshid?|mibextid|ref_src|ref_url|share_\w+|_rdr|_rdc|amp")
"""Query parameters that say who shared a link, not what it shows; on any host."""

TELLING = {
    "facebook.com": {"story_fbid", "id", "fbid", "v", "set", "multi_permalinks", "q"},
    "youtube.com": {"v", "list", "q", "search_query"},
    "x.com": {"q"},
    "instagram.com": set[str](),
    "tiktok.com": {"q"},
    "threads.com": set[str](),
    "t.me": set[str](),
}
"""On these hosts a post is named by its path and by these query parameters alone."""

SAME_HOST = {
    "m.facebook.com": "facebook.com",
    "web.facebook.com": "facebook.com",
    "mbasic.facebook.com": "facebook.com",
    "mobile.facebook.com": "facebook.com",
    "id-id.facebook.com": "facebook.com",
    "fb.com": "facebook.com",
    "m.youtube.com": "youtube.com",
    "music.youtube.com": "youtube.com",
    "m.tiktok.com": "tiktok.com",
    "twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "mobile.x.com": "x.com",
    "m.twitter.com": "x.com",
    "threads.net": "threads.com",
    "m.instagram.com": "instagram.com",
    "instagr.am": "instagram.com",
    "telegram.me": "t.me",
    "telegram.dog": "t.me",
}
"""Hosts that show the same post under the same path; shorteners stay as they are, what they hide is not guessed."""

PLAIN = re.compile(r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[\w.~%@+=,:-]+)*)/?", re.ASCII)
"""An address without port, query and fragment, as most are: taken apart five times faster."""

YOUTUBE_PATHS = re.compile(r"/(?:shorts|embed|live|v)/([\w-]{6,})")
WITH_CASELESS_PATH = frozenset({"x.com", "t.me", "instagram.com"})
CASELESS_FIRST_PART = re.compile(r"^/[^/]+")


def canonical_url(url: str) -> str:
    """Return the address without scheme, mobile host, tracking parameters, fragment and trailing slash.

    `https://m.facebook.com/x/?fbclid=1` and `http://web.facebook.com/x` are one: `facebook.com/x`. An address that
    cannot be parsed comes back stripped of blanks.
    """
    text = url.strip()
    plain = PLAIN.fullmatch(text)
    if plain:
        host, port, path, query = plain[1], None, plain[2], ""
    else:
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            host, port = (parts.hostname or "").removeprefix("www.").rstrip("."), parts.port
        except ValueError:
            return text
        path, query = re.sub(r"/{2,}", "/", parts.path).rstrip("/"), parts.query
    return _spelled(SAME_HOST.get(host, host), port, path, query)


def _spelled(host: str, port: int | None, path: str, query: str) -> str:
    host, path, telling = _one_video(host, path, _telling(host, query) if query else [])
    if host in WITH_CASELESS_PATH:
        path = CASELESS_FIRST_PART.sub(lambda found: found[0].lower(), path)
    shown_port = f":{port}" if port not in {None, 80, 443} else ""
    return (f"{host}{shown_port}{path}" + (f"?{urlencode(telling)}" if telling else "")).strip()


def _telling(host: str, query: str) -> list[tuple[str, str]]:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    if host in TELLING:
        return [pair for pair in pairs if pair[0] in TELLING[host]]
    return [pair for pair in pairs if not TRACKING.fullmatch(pair[0].lower())]


def _one_video(host: str, path: str, query: list[tuple[str, str]]) -> tuple[str, str, list[tuple[str, str]]]:
    """Return every spelling of one YouTube video as youtube.com/watch?v=…; anything else as it is."""
    if host == "youtu.be" and len(path) > 1:
        return "youtube.com", "/watch", [("v", path[1:])]
    if host != "youtube.com":
        return host, path, query
    found = YOUTUBE_PATHS.match(path)
    if found:
        return host, "/watch", [("v", found[1])]
    if path == "/watch":
        return host, path, [pair for pair in query if pair[0] == "v"]
    return host, path, query
