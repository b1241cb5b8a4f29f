"""Invented headlines and addresses: no real person, party or post; places are real, accounts are all called contoh."""

from collections.abc import Sequence

import numpy as np

from data import tables
from data.reference.files import rows
from data.season import chance
from data.season.arrays import Ids, Ints, Texts, told
from data.season.habits import SERVICES
from data.season.wording import OPENINGS, TEMPLATES

PLACES = {row["code"]: row["name"] for row in rows(tables.region) if row["kind"] == "province"}
NOWHERE = ("sejumlah daerah", "beberapa kota", "luar negeri", "kampung halaman")

ADDRESSES = {
    "instagram": "https://www.instagram.com/contoh/p/",
    "facebook": "https://www.facebook.com/contoh/posts/",
    "threads": "https://www.threads.com/@contoh/post/",
    "google": "https://sites.google.com/view/contoh/",
    "youtube": "https://www.youtube.com/watch?v=contoh-",
    "tiktok": "https://www.tiktok.com/@contoh/video/",
    "telegram": "https://t.me/contoh/",
    "snackvideo": "https://www.snackvideo.com/@contoh/video/",
    "x": "https://x.com/contoh/status/",
    "website": "https://kabar.example/contoh/",
}
"""Beginning of an address on each service; closed messaging has none."""

BEGINNINGS = np.array([ADDRESSES.get(code) for code in SERVICES], dtype=object)


def claims(ids: Ids, themes: Ints, provinces: Sequence[str | None]) -> list[str]:
    """Return the claim of each issue in one line, from its theme and its home province (None: none)."""
    which, place = chance.uniform(ids, "template"), chance.pick(ids, "nowhere", np.ones(len(NOWHERE)))
    amount = chance.pick(ids, "amount", np.ones(18)) * 25 + 50
    return [
        _of_theme(theme, share).format(
            tempat=PLACES[code] if code else NOWHERE[nowhere], jumlah=number, jam=9 + number % 5, hari=2 + number % 9
        )
        for theme, share, code, nowhere, number in zip(
            themes.tolist(), which.tolist(), provinces, place.tolist(), amount.tolist(), strict=True
        )
    ]


def _of_theme(theme: int, share: float) -> str:
    templates = TEMPLATES[theme]
    return templates[int(share * len(templates))]


def titles(ids: Ids, claimed: Texts) -> Texts:
    """Return the first words of each content item: its issue's claim, loud or plain; None where nobody noted them."""
    opening = np.array(OPENINGS, dtype=object)[chance.pick(ids, "opening", np.ones(len(OPENINGS)))]
    found: Texts = opening + claimed
    found[chance.happens(ids, "untitled", 0.12)] = None
    return found


def addresses(services: Ints, references: Texts) -> Texts:
    """Return the invented address of each content item; None on services without addresses."""
    beginnings = BEGINNINGS[services]
    found: Texts = np.where(told(beginnings), beginnings, "") + references
    found[~told(beginnings)] = None
    return found


def natural_keys(urls: Texts, references: Texts) -> list[str]:
    """Return what the recorder would call each item: its canonical address, else the complaint desk's reference."""
    return [
        f"aduan:{reference}" if url is None else "url:" + url.removeprefix("https://").removeprefix("www.")
        for url, reference in zip(urls.tolist(), references.tolist(), strict=True)
    ]
