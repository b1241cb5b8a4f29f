"""Takedown requests as rows: what of each was known at a moment, and what it means for its content."""

from dataclasses import dataclass, fields

import numpy as np

from data.rollups.clocks import OPEN
from data.season import chance
from data.season.arrays import Flags, Ids, Ints, Seconds
from data.season.cells import Columns, known, latest, written
from data.season.lifecycle import NEVER, Request, first_request, second_request, verified
from data.season.posts import Posts, noted_provinces, posted
from data.season.rhythm import HOUR

SENDERS = np.array([0, 86, 4, 7, 3], dtype=np.float64)
"""Who sends requests, by organisation id: the ministry, KPU, Bawaslu, Polri."""


@dataclass(frozen=True)
class State:
    """What is known of requests at `now`: UTC seconds and `NEVER`, in arrays of one length."""

    now: int
    plan: Request
    ended: Flags
    outcome: Ints
    actioned: Seconds
    stopped: Seconds
    stopped_seconds: Ints


def state(plan: Request, ids: Ids, now: int) -> State:
    """Return what of the planned requests is known at `now`; each was sent by then."""
    noted = np.where(action_corrected(plan, ids) > now, _noted_late(plan, ids), plan.actioned)
    ended = noted <= now
    undated = chance.happens(ids, "action undated", 0.002)
    standing = ~ended & (plan.stopped <= now) & (plan.resumed > now)
    stopped_for = np.where((plan.resumed <= now) | ended, plan.resumed - plan.stopped, 0)
    return State(
        now,
        plan,
        ended,
        np.where(ended, plan.outcome, OPEN),
        np.where(ended & ~undated, noted, NEVER),
        np.where(standing, plan.stopped, NEVER),
        np.where(plan.stopped == NEVER, 0, stopped_for),
    )


NOTED_LATE = 2_100
"""Seconds by which some action times are first written down too late."""


def _noted_late(plan: Request, ids: Ids) -> Seconds:
    late = chance.happens(ids, "noted late", 0.004) & (plan.actioned != NEVER) & ~plan.by_day
    return np.where(late, plan.actioned + NOTED_LATE, plan.actioned)


def action_corrected(plan: Request, ids: Ids) -> Seconds:
    """Return when an action time that was first written down too late is put right; `NEVER` for nearly all."""
    wait = NOTED_LATE + (HOUR * chance.lognormal(ids, "put right", 6, 0.8)).astype(np.int64)
    return np.where(_noted_late(plan, ids) != plan.actioned, plan.actioned + wait, NEVER)


@dataclass(frozen=True)
class Petitions:
    """Requests sent for posts by a moment: the post of each, its number, and its state."""

    posts: Posts
    number: int
    state: State


def sent(posts: Posts, now: int) -> list[Petitions]:
    """Return the first and the second requests that were sent by `now`."""
    first = first_request(posts.found)
    asked = first.notified <= now
    posts, first = posts.only(asked), first.only(asked)
    second = second_request(posts.found, first)
    again = second.notified <= now
    return [
        Petitions(posts, 1, state(first, posts.ids, now)),
        Petitions(posts.only(again), 2, state(second.only(again), posts.ids[again], now)),
    ]


def columns(petitions: Petitions) -> Columns:
    """Return the rows of `takedown_request`."""
    posts, now, found = petitions.posts, petitions.state.now, petitions.state
    plan = found.plan
    return {
        "content_id": posts.ids,
        "request_no": np.full(posts.ids.size, petitions.number),
        **copies(posts, now),
        "organisation_id": chance.pick(posts.ids, "sender", SENDERS),
        "urgency": np.where(plan.urgent, "urgent", "hoax").astype(object),
        "posted_at": known(posted(posts), now),
        "detected_at": posts.at,
        "verified_at": known(verified(posts.found), now),
        "notified_at": known(plan.notified, now),
        "received_at": known(plan.received, now),
        "stopped_at": known(found.stopped, now),
        "stopped_seconds": found.stopped_seconds,
        "actioned_at": known(found.actioned, now),
        "confirmed_down_at": known(plan.confirmed, now),
        "reappeared_at": known(plan.reappeared, now),
        "outcome_id": found.outcome,
        "time_precision": np.where(plan.by_day, "day", "second").astype(object),
        **written("platform", plan.notified, _changed(petitions)),
    }


def copies(posts: Posts, now: int) -> Columns:
    """Return the columns that content and its requests share."""
    return {
        "service_id": posts.service,
        "province_code": noted_provinces(posts, now),
        "theme_id": posts.theme,
        "source_id": posts.source,
    }


def _changed(petitions: Petitions) -> Seconds:
    found, plan = petitions.state, petitions.state.plan
    return latest(found.now, plan.notified, plan.received, found.actioned, plan.confirmed, plan.reappeared)


def events(petitions: Petitions) -> Columns:
    """Return the rows of `request_event`: how and when each request ended; all of them were sent open."""
    found, ended = petitions.state, petitions.state.ended
    ids = petitions.posts.ids[ended]
    return {
        "content_id": ids,
        "request_no": np.full(ids.size, petitions.number),
        "kind": np.full(ids.size, "outcome_id", dtype=object),
        "recorded_at": found.plan.actioned[ended],
        "value_before": np.full(ids.size, str(OPEN), dtype=object),
        "value": found.outcome[ended].astype(str).astype(object),
    }


@dataclass(frozen=True)
class Ends:
    """What the requests mean for each content item: when the first was sent, how the last stands and since when."""

    requested: Seconds
    outcome: Ints
    ended: Seconds

    def only(self, which: Flags) -> "Ends":
        """Return the rows for which the flag holds."""
        return Ends(*(getattr(self, field.name)[which] for field in fields(self)))


def ends(posts: Posts, petitions: list[Petitions]) -> Ends:
    """Return the end of each post as its last request gives it; posts without a request are open."""
    size = posts.ids.size
    found = Ends(np.full(size, NEVER), np.zeros(size, dtype=np.int64), np.full(size, NEVER))
    place = np.argsort(posts.ids)
    for each in petitions:
        where = place[np.searchsorted(posts.ids, each.posts.ids, sorter=place)]
        found.outcome[where] = each.state.outcome
        found.ended[where] = each.state.actioned
        if each.number == 1:
            found.requested[where] = each.state.plan.notified
    return found
