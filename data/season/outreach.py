"""What the task force says: campaign reach by day and channel, hashtags, activities in the regions."""

from functools import cache
from typing import Any

import numpy as np

from data import tables
from data.keys import stable_id
from data.reference.files import cells, rows
from data.season import chance
from data.season.arrays import Ids, Ints, Seconds, Texts
from data.season.cells import Columns, counted, written
from data.season.issues import provinces
from data.season.rhythm import DAY, HOUR, WIB, calendar

CHANNELS = {
    "facebook": (1_200_000, 2.1, 0.030),
    "instagram": (900_000, 1.9, 0.045),
    "youtube": (1_100_000, 1.6, 0.010),
    "tiktok": (1_500_000, 2.4, 0.060),
    "x": (350_000, 1.8, 0.020),
    "whatsapp": (240_000, 1.2, -1),
    "television": (6_000_000, 1.9, -1),
    "radio": (1_400_000, 2.2, -1),
    "telecom": (4_000_000, 1.05, -1),
    "print": (500_000, 1.1, -1),
    "outdoor": (2_000_000, 3.2, -1),
    "face_to_face": (12_000, 1.0, -1),
}
"""Usual reach in people a day, frequency, and engagements per impression (-1: nobody counts them), by channel code."""

BY_PROVINCE = ("facebook", "television", "face_to_face")
"""Channels that also report by province."""

TAGGED = {"meta": ("facebook", "instagram", "threads"), "google": ("youtube", "google")}
COUNTRY = "00"
MESSAGES = 5
"""Themes 1 to 5 are what campaigns speak about."""


def _ids(table: str) -> dict[str, int]:
    return {row["code"]: row["id"] for row in rows(tables.metadata.tables[table])}


def _keys(*parts: Ints | int) -> Ids:
    found: Ids = np.zeros(1, dtype=np.int64)
    for part in parts:
        found = found * 1009 + part
    return found


def campaign_of(days: Seconds) -> Ints:
    """Return the campaign that runs on WIB days."""
    start = next(row["starts_at"] for row in rows(tables.campaign) if row["code"] == "pilkada_damai_2024")
    return np.where(days * DAY - WIB >= int(start.timestamp()), 2, 1)


def reach(days: Seconds, codes: tuple[str, ...], now: int, province: str = COUNTRY, share: float = 1.0) -> Columns:
    """Return `campaign_reach` of channels on WIB days; `share` of the country's people live in the province.

    Today's figures grow with the hours of the day, up to `now`.
    """
    ids = _ids("channel")
    day, code = (grid.ravel() for grid in np.meshgrid(days, np.array([ids[code] for code in codes]), indexing="ij"))
    usual, frequency, engaged = np.array([CHANNELS[name] for name in codes]).T[
        :, np.tile(np.arange(len(codes)), days.size)
    ]
    keys = _keys(day, code, int(province))
    part = np.clip((now + WIB - day * DAY) / DAY, 0, 1)
    people = usual * share * calendar(day) ** 0.45 * chance.lognormal(keys, "reach", 1.0, 0.35) * part
    shown = people * np.maximum(1.0, chance.lognormal(keys, "frequency", frequency, 0.15))
    target = usual * share * calendar(day) ** 0.45 * 1.1
    end = np.minimum(day * DAY - WIB + DAY, now)
    return {
        "campaign_id": campaign_of(day),
        "channel_id": code,
        "province_code": np.full(day.size, province, dtype=object),
        "day": day,
        "theme_id": (day + code) % MESSAGES + 1,
        "reach": people.astype(np.int64),
        "impressions": shown.astype(np.int64),
        "frequency": _frequency(people.astype(np.int64), shown.astype(np.int64)),
        "engagements": counted(np.where(engaged < 0, -1, shown * engaged).astype(np.int64)),
        "target_reach": np.round(target, -2).astype(np.int64),
        **written("kampanye", end, end),
    }


def _frequency(people: Ints, shown: Ints) -> np.ma.MaskedArray[Any, Any]:
    """Return impressions over reach as a channel reports it, to two decimals; unknown where nobody was reached yet."""
    return np.ma.masked_invalid(np.round(shown / np.where(people > 0, people, np.nan), 2))


def reach_by_province(days: Seconds, now: int) -> list[Columns]:
    """Return `campaign_reach` of the channels that report by province."""
    codes, weights = provinces()
    shares = weights / weights.sum()
    return [reach(days, BY_PROVINCE, now, code, share) for code, share in zip(codes, shares, strict=True)]


def hashtags(days: Seconds, now: int) -> list[Columns]:
    """Return `hashtag_reach` of the two hashtags on their operators' services."""
    ids = _ids("service")
    pairs = [(row["hashtag"], ids[code]) for row in cells("hashtag") for code in TAGGED[row["operator_code"]]]
    return [_hashtag(days, now, hashtag, service) for hashtag, service in pairs]


def _hashtag(days: Seconds, now: int, hashtag: str, service: int) -> Columns:
    keys = _keys(days, service, len(hashtag))
    part = np.clip((now + WIB - days * DAY) / DAY, 0, 1)
    posts = chance.lognormal(keys, "posts", 260, 0.5) * calendar(days) ** 0.6 * part
    people = posts * chance.lognormal(keys, "reach", 900, 0.4)
    end = np.minimum(days * DAY - WIB + DAY, now)
    return {
        "hashtag": np.full(days.size, hashtag, dtype=object),
        "service_id": np.full(days.size, service),
        "day": days,
        "posts": posts.astype(np.int64),
        "reach": people.astype(np.int64),
        "engagements": (people * chance.lognormal(keys, "engaged", 0.04, 0.3)).astype(np.int64),
        **written("tagar", end, end),
    }


FORMATS = {
    "psa": (6, 0, "ILM {}"),
    "news": (8, 0, "Berita: {}"),
    "dialogue": (10, 80, "Dialog: {}"),
    "special_programme": (3, 0, "Program khusus: {}"),
    "news_highlight": (4, 0, "Sorotan: {}"),
    "podcast": (5, 0, "Siniar: {}"),
    "seminar": (6, 180, "Seminar: {}"),
    "literacy_training": (24, 120, "Pelatihan literasi digital: {}"),
    "outreach": (24, 140, "Sosialisasi: {}"),
    "infographic": (4, 0, "Infografik: {}"),
    "psa_video": (3, 0, "ILM video: {}"),
    "psa_audio": (2, 0, "ILM audio: {}"),
    "print": (1, 0, "Bahan cetak: {}"),
}
"""How often each format is used, how many people usually come (0: nobody comes to a broadcast), and its title."""

SUBJECTS = ("pemilih cerdas", "tolak politik uang", "jaga persatuan", "saring sebelum sebar", "hak pilih untuk semua")
HOLDERS = np.array([0, 30, 30, 8, 2, 2, 2, 1, 0, 0, 0, 3, 6, 6, 2, 3, 3, 12], dtype=np.float64)


def activities(since: int, now: int) -> Columns:
    """Return the activities held from `since` to `now`: about three a day in an election, fewer between."""
    days = np.arange((since + WIB) // DAY, (now + WIB) // DAY + 1)
    number = chance.pick(_keys(days, 7), "activities", np.array([30, 30, 20, 12, 8]))
    number = np.round(number * np.clip(calendar(days), 0.4, 2.5)).astype(np.int64)
    day = np.repeat(days, number)
    order = np.arange(day.size) - np.repeat(np.cumsum(number) - number, number)
    keys = [f"kegiatan:SIM-{d}-{n}" for d, n in zip(day.tolist(), order.tolist(), strict=True)]
    ids = np.array([stable_id("activity", key) for key in keys], dtype=np.int64)
    start = day * DAY - WIB + (8 + chance.pick(ids, "hour", np.ones(11))) * HOUR
    held = start <= now
    return _activity_columns(np.array(keys, dtype=object)[held], ids[held], start[held])


def _activity_columns(keys: Texts, ids: Ids, start: Seconds) -> Columns:
    form = chance.pick(ids, "format", [weight for weight, _, _ in FORMATS.values()])
    usual = np.array([people for _, people, _ in FORMATS.values()])[form]
    people = chance.lognormal(ids, "people", np.maximum(usual, 1), 0.6)
    unreported = (usual == 0) | chance.happens(ids, "unreported", 0.12)
    titles = [title for _, _, title in FORMATS.values()]
    subject = np.array(SUBJECTS, dtype=object)[chance.pick(ids, "subject", np.ones(len(SUBJECTS)))]
    regency = _places(ids)
    codes = _ids("activity_format")
    return {
        "activity_id": ids,
        "natural_key": keys,
        "campaign_id": campaign_of((start + WIB) // DAY),
        "format_id": np.array([codes[code] for code in FORMATS])[form],
        "organisation_id": chance.pick(ids, "holder", HOLDERS),
        "title": np.array(
            [titles[f].format(s) for f, s in zip(form.tolist(), subject.tolist(), strict=True)], dtype=object
        ),
        "province_code": np.array([code and code[:2] for code in regency.tolist()], dtype=object),
        "regency_code": regency,
        "attendance": counted(np.where(unreported, -1, people).astype(np.int64)),
        "plays": counted(np.where(usual == 120, 1 + chance.pick(ids, "plays", [5, 3, 1]), -1)),
        "starts_at": start,
        "ends_at": start + 2 * HOUR,
        **written("kegiatan", start + 3 * HOUR, start + 3 * HOUR),
    }


@cache
def _regencies() -> Texts:
    return np.array([row["code"] for row in rows(tables.region) if row["parent_code"]], dtype=object)


def _places(ids: Ids) -> Texts:
    parts = _regencies()
    place = parts[(chance.uniform(ids, "place") * parts.size).astype(np.int64)]
    place[chance.happens(ids, "national", 0.15)] = None
    return place


def seminar_in_bandung() -> Columns:
    """Return the one seminar of the series whose city and date are known; nobody published how many came."""
    event = next(row for row in rows(tables.calendar_event) if row["code"] == "seminar_bandung")
    start = np.array([int(event["starts_at"].timestamp())], dtype=np.int64)
    key = np.array(["kegiatan:seminar-bandung-2023-11-16"], dtype=object)
    known = _activity_columns(key, np.array([stable_id("activity", key[0])], dtype=np.int64), start)
    nobody = counted(np.array([-1]))
    place = {"province_code": np.array(["32"], dtype=object), "regency_code": np.array(["32.73"], dtype=object)}
    title = np.array(["Seminar Lawan Misinformasi untuk Pemilu Sehat"], dtype=object)
    form = np.array([_ids("activity_format")["seminar"]])
    fixed = {"title": title, "format_id": form, "organisation_id": np.array([1]), "ends_at": start + DAY}
    return {**known, **place, **fixed, "attendance": nobody, "plays": nobody}
