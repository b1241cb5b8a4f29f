"""The complaint desk: what the public reports, true or not, and how each report ends. Nobody's name is invented."""

from dataclasses import dataclass

import numpy as np

from data.keys import stable_id
from data.season import chance
from data.season.arrays import Ids, Seconds, Texts
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


@dataclass(frozen=True)
class Tickets:
    """Complaints that will all be judged alike (valid, merged or invalid), each with the post it is about."""

    ending: str
    posts: Posts
    keys: Texts
    ids: Ids
    received: Seconds
    judged: Seconds
    answered: Seconds

    def by(self, now: int) -> "Tickets":
        """Return those received by `now`."""
        which = self.received <= now
        times = (self.received[which], self.judged[which], self.answered[which])
        return Tickets(self.ending, self.posts.only(which), self.keys[which], self.ids[which], *times)


def tickets(posts: Posts) -> list[Tickets]:
    """Return the complaints that led to content, repeats of them, and the unfounded ones."""
    led = posts.only(posts.source == PUBLIC)
    times = chance.pick(led.ids, "repeats", REPEATS)
    again = led.only(np.repeat(np.arange(led.ids.size), times))
    idle = posts.only(chance.happens(posts.ids, "unrelated complaint", UNRELATED_SHARE))
    order = np.arange(again.ids.size) - np.repeat(np.cumsum(times) - times, times)
    return [
        _taken("valid", led, [f"{i:x}" for i in led.ids.tolist()]),
        _taken("merged", again, [f"{i:x}-{n}" for i, n in zip(again.ids.tolist(), order.tolist(), strict=True)]),
        _taken("invalid", idle, [f"{i:x}-x" for i in idle.ids.tolist()]),
    ]


def _taken(ending: str, posts: Posts, numbers: list[str]) -> Tickets:
    keys = np.array([f"aduan:SIM-{number}" for number in numbers], dtype=object)
    ids = np.array([stable_id("complaint", key) for key in keys.tolist()], dtype=np.int64)
    received = _received(posts, ids, ending)
    judged = received + (60 * chance.lognormal(ids, "judge", 24, 0.7)).astype(np.int64)
    answer = judged + (HOUR * chance.lognormal(ids, "answer", 16, 1.0)).astype(np.int64)
    answered = np.where(chance.happens(ids, "unanswered", 0.08), NEVER, answer)
    return Tickets(ending, posts, keys, ids, received, judged, answered)


def _received(posts: Posts, ids: Ids, ending: str) -> Seconds:
    """Return when complaints come in: just before the find they lead to, hours after it, or around any find."""
    if ending == "valid":
        return posts.at - (60 * chance.lognormal(ids, "before", 25, 0.8)).astype(np.int64)
    hours = chance.lognormal(ids, "after", 6 if ending == "merged" else 15, 1.0)
    return posts.at + (HOUR * hours).astype(np.int64)


def complaints(posts: Posts, now: int) -> list[Columns]:
    """Return the rows of `complaint` received by `now`."""
    return [_rows(each.by(now), now) for each in tickets(posts)]


def _rows(found: Tickets, now: int) -> Columns:
    judged = found.judged <= now
    status = np.where(found.answered <= now, "answered", np.where(judged, found.ending, "received"))
    linked = judged & (found.ending != "invalid")
    return {
        "complaint_id": found.ids,
        "natural_key": found.keys,
        "service_id": found.posts.service,
        "province_code": found.posts.province,
        "theme_id": found.posts.theme,
        "content_id": np.ma.masked_where(~linked, found.posts.ids),
        "status": status.astype(object),
        "received_at": found.received,
        "validated_at": known(found.judged, now),
        "answered_at": known(found.answered, now),
        **written("aduan", found.received, latest(now, found.received, found.judged, found.answered)),
    }
