"""What lies ahead of content and issues: every moment at which something about them changes."""

from dataclasses import dataclass

import numpy as np

from data.season import aftermath, desk, stories
from data.season.arrays import Ids, Ints, Seconds
from data.season.cells import Columns
from data.season.lifecycle import NEVER, verified
from data.season.petitions import Petitions, action_corrected, sent
from data.season.posts import Posts, province_corrected
from data.season.rhythm import DAY

AT_THE_END = int(NEVER) - 1


@dataclass(frozen=True)
class Diary:
    """Moments in order, and for each the place of the row it changes."""

    when: Seconds
    who: Ints

    def due(self, after: int, until: int) -> Ints:
        """Return the places of the rows that change after one moment and until another, each once."""
        first, last = np.searchsorted(self.when, [after, until], side="right")
        return np.unique(self.who[first:last])

    def with_more(self, other: "Diary", shift: int) -> "Diary":
        """Return both diaries as one; rows of the other are `shift` places further on."""
        return in_order([(other.who + shift, other.when), (self.who, self.when)])


def in_order(entries: list[tuple[Ints, Seconds]]) -> Diary:
    """Return the diary of (places, moments) pairs, without the moments that never come."""
    who = np.concatenate([places for places, _ in entries])
    when = np.concatenate([moments for _, moments in entries])
    order = np.argsort(when, kind="stable")
    order = order[: int(np.searchsorted(when[order], NEVER))]
    return Diary(when[order], who[order])


def of_posts(posts: Posts) -> Diary:
    """Return when anything about each post changes: verification, requests, appeals, complaints, referrals, blocks."""
    everyone = (posts.ids, [verified(posts.found), province_corrected(posts), *aftermath.block_times(posts)])
    requests = sent(posts, AT_THE_END)
    appeals = [_of_columns(aftermath.appeals(each, AT_THE_END)) for each in requests]
    complaints = [(each.posts.ids, [each.received, each.judged, each.answered]) for each in desk.tickets(posts)]
    referrals = _of_columns(aftermath.referrals(posts, AT_THE_END))
    entries = [everyone, *map(_of_request, requests), *appeals, *complaints, referrals]
    return in_order([(_places(posts.ids, ids), moments) for ids, several in entries for moments in several])


def _places(among: Ids, ids: Ids) -> Ints:
    order = np.argsort(among)
    found: Ints = order[np.searchsorted(among, ids, sorter=order)]
    return found


def _of_request(each: Petitions) -> tuple[Ids, list[Seconds]]:
    plan = each.state.plan
    ways = [plan.notified, plan.received, plan.stopped, plan.resumed, plan.actioned, plan.confirmed, plan.reappeared]
    return each.posts.ids, [*ways, action_corrected(plan, each.posts.ids)]


def _of_columns(columns: Columns) -> tuple[Ids, list[Seconds]]:
    names = [name for name in columns if name.endswith("_at") and name not in {"recorded_at", "updated_at"}]
    return columns["content_id"], [np.ma.filled(columns[name], NEVER) for name in names]


def of_stories(told: stories.Stories) -> Diary:
    """Return when anything about each issue changes: clarifications, the end of its first day, its closing."""
    everyone = np.arange(told.ids.size)
    moments = (
        told.clarified,
        aftermath.clarified_again(told),
        told.first_seen + DAY,
        stories.closed(told.ids, told.first_seen),
    )
    return in_order([(everyone, when) for when in moments])
