"""The complaint desk: what the public reports, true or not, and how each report ends. Nobody's name is invented."""

import numpy as np

from data.keys import stable_id
from data.season import chance
from data.season.arrays import Ids, Seconds
from data.season.cells import Columns, known, latest, written
from data.season.lifecycle import NEVER
from data.season.posts import Posts
from data.season.rhythm import HOUR

PUBLIC = 3
"""detection_source.id of content that a complaint led to."""

REPEATS = np.array([45, 30, 15, 7, 3], dtype=np.float64)
"""How often the same content is reported again: never, once and so on."""

UNRELATED_SHARE = 0.25
"""Complaints that lead to nothing, against content found."""


def complaints(posts: Posts, now: int) -> list[Columns]:
    """Return the complaints received by `now`: those that led to content, repeats of them, and the unfounded ones."""
    led = posts.only(posts.source == PUBLIC)
    times = chance.pick(led.ids, "repeats", REPEATS)
    again = led.only(np.repeat(np.arange(led.ids.size), times))
    idle = posts.only(chance.happens(posts.ids, "unrelated complaint", UNRELATED_SHARE))
    order = np.arange(again.ids.size) - np.repeat(np.cumsum(times) - times, times)
    return [
        _rows(led, "valid", [f"{i:x}" for i in led.ids.tolist()], now),
        _rows(again, "merged", [f"{i:x}-{n}" for i, n in zip(again.ids.tolist(), order.tolist(), strict=True)], now),
        _rows(idle, "invalid", [f"{i:x}-x" for i in idle.ids.tolist()], now),
    ]


def _rows(posts: Posts, ending: str, tickets: list[str], now: int) -> Columns:
    keys = np.array([f"aduan:SIM-{ticket}" for ticket in tickets], dtype=object)
    ids = np.array([stable_id("complaint", key) for key in keys.tolist()], dtype=np.int64)
    received = _received(posts, ids, ending)
    which = received <= now
    posts, keys, ids, received = posts.only(which), keys[which], ids[which], received[which]
    judged, answered = judgement(ids, received)
    status = np.where(answered <= now, "answered", np.where(judged <= now, ending, "received")).astype(object)
    linked = (ending != "invalid") & (judged <= now)
    return {
        "complaint_id": ids,
        "natural_key": keys,
        "service_id": posts.service,
        "province_code": posts.province,
        "theme_id": np.where(judged <= now, posts.theme, 0),
        "content_id": np.ma.masked_where(~linked, posts.ids),
        "status": status,
        "received_at": received,
        "validated_at": known(judged, now),
        "answered_at": known(answered, now),
        **written("aduan", received, latest(now, received, judged, answered)),
    }


def _received(posts: Posts, ids: Ids, ending: str) -> Seconds:
    """Return when complaints come in: just before the find they lead to, hours after it, or around any find."""
    if ending == "valid":
        return posts.at - (60 * chance.lognormal(ids, "before", 25, 0.8)).astype(np.int64)
    hours = chance.lognormal(ids, "after", 6 if ending == "merged" else 15, 1.0)
    return posts.at + (HOUR * hours).astype(np.int64)


def judgement(ids: Ids, received: Seconds) -> tuple[Seconds, Seconds]:
    """Return when complaints are judged and answered; one in twelve never is answered."""
    judged = received + (60 * chance.lognormal(ids, "judge", 24, 0.7)).astype(np.int64)
    answer = judged + (HOUR * chance.lognormal(ids, "answer", 16, 1.0)).astype(np.int64)
    return judged, np.where(chance.happens(ids, "unanswered", 0.08), NEVER, answer)
