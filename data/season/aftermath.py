"""What follows from content and issues: clarifications, appeals, referrals, blocks and corrections, as rows."""

from collections.abc import Sequence

import numpy as np

from data.keys import stable_id
from data.rollups.clocks import REMOVED
from data.season import chance
from data.season.arrays import Flags, Ids, Seconds, Texts
from data.season.cells import Columns, known, latest, written
from data.season.lifecycle import NEVER, verified
from data.season.petitions import NOTED_LATE, Petitions, action_corrected
from data.season.posts import Posts, province_corrected, wrongly_noted
from data.season.rhythm import HOUR
from data.season.stories import Stories

PUBLISHERS = np.array([0, 50, 4, 3, 2, 0, 0, 0, 0, 0, 0, 0, 2, 25, 2, 1, 2, 9], dtype=np.float64)
BAWASLU, POLRI, KPU = 3, 4, 2
ADDRESSEES = {5: BAWASLU, 8: KPU, 9: BAWASLU, 6: KPU}
FRAUD = 6
REASONS = {
    "content.province_code": "Wilayah keliru dicatat",
    "takedown_request.actioned_at": "Waktu tindakan dicatat terlambat",
}
"""Why values are corrected, by table and column."""

REFERRED_SHARE = np.array([0.0, 0.012, 0.08, 0.04, 0.09, 0.09, 0.07, 0.01, 0.01])
"""Share of content handed to Bawaslu, Polri or KPU, by harm id."""


def _later(times: Seconds, ids: Ids, label: str, hours: float, spread: float) -> Seconds:
    wait = (HOUR * chance.lognormal(ids, label, hours, spread)).astype(np.int64)
    return np.where(times == NEVER, NEVER, times + wait)


def clarifications(stories: Stories, now: int) -> list[Columns]:
    """Return the first clarifications published by `now`, and the second ones."""
    times = ((1, stories.clarified), (2, clarified_again(stories)))
    return [_published(stories, number, at, now) for number, at in times]


def clarified_again(stories: Stories) -> Seconds:
    """Return when each issue is clarified a second time, mostly by another publisher; `NEVER` for most."""
    again = chance.happens(stories.ids, "clarified again", 0.3)
    return np.where(again, _later(stories.clarified, stories.ids, "second clarification", 20, 1.0), NEVER)


def _published(stories: Stories, number: int, at: Seconds, now: int) -> Columns:
    which = at <= now
    ids, at = stories.ids[which], at[which]
    urls = [f"https://klarifikasi.example/{number}/{issue:x}" for issue in ids.tolist()]
    keys = ["url:" + url.removeprefix("https://") for url in urls]
    return {
        "issue_id": ids,
        "clarification_id": np.array([stable_id("clarification", key) for key in keys], dtype=np.int64),
        "organisation_id": chance.pick(ids, f"publisher {number}", PUBLISHERS),
        "title": "Klarifikasi: " + stories.claim[which],
        "url": np.array(urls, dtype=object),
        "published_at": at,
        **written("klarifikasi", at, at),
    }


def appeals(petitions: Petitions, now: int) -> Columns:
    """Return the appeals filed by `now` against removals."""
    found, posts = petitions.state, petitions.posts
    against = (found.outcome == REMOVED) & chance.happens(posts.ids, "appeal", 0.017)
    filed = np.where(against, _later(found.actioned, posts.ids, "file", 30, 1.0), NEVER)
    which = filed <= now
    ids, filed = posts.ids[which], filed[which]
    decided, upheld, reinstated = decisions(ids, filed)
    result = np.where(decided > now, "open", np.where(upheld, "upheld", "dismissed")).astype(object)
    return {
        "content_id": ids,
        "request_no": np.full(ids.size, petitions.number),
        "appeal_no": np.ones(ids.size, dtype=np.int64),
        "service_id": posts.service[which],
        "result": result,
        "filed_at": filed,
        "decided_at": known(decided, now),
        "reinstated_at": known(reinstated, now),
        **written("keberatan", filed, latest(now, filed, decided, reinstated)),
    }


def decisions(ids: Ids, filed: Seconds) -> tuple[Seconds, Flags, Seconds]:
    """Return when each appeal is decided, whether it was right, and when the content is put back."""
    decided = _later(filed, ids, "decide", 90, 0.8)
    upheld = chance.happens(ids, "upheld", 0.24)
    put_back = upheld & chance.happens(ids, "put back", 0.9)
    return decided, upheld, np.where(put_back, _later(decided, ids, "put back after", 5, 0.9), NEVER)


def referrals(posts: Posts, now: int) -> Columns:
    """Return the cases handed on by `now`."""
    handed = chance.happens(posts.ids, "refer", REFERRED_SHARE[posts.harm])
    sent = np.where(handed, _later(verified(posts.found), posts.ids, "send", 30, 0.8), NEVER)
    which = sent <= now
    posts, sent = posts.only(which), sent[which]
    accepted, decided = _later(sent, posts.ids, "accept", 40, 0.9), _later(sent, posts.ids, "judge", 480, 0.7)
    keys = [f"rujukan:SIM-{identity:x}" for identity in posts.ids.tolist()]
    return {
        "referral_id": np.array([stable_id("referral", key) for key in keys], dtype=np.int64),
        "natural_key": np.array(keys, dtype=object),
        "issue_id": posts.issue_id,
        "content_id": posts.ids,
        "organisation_id": np.array([ADDRESSEES.get(theme, POLRI) for theme in posts.theme.tolist()], dtype=np.int64),
        "province_code": posts.province,
        "result": _results(posts.ids, accepted, decided, now),
        "sent_at": sent,
        "accepted_at": known(accepted, now),
        "decided_at": known(np.where(accepted > now, NEVER, np.maximum(accepted, decided)), now),
        **written("rujukan", sent, latest(now, sent, accepted, decided)),
    }


def _results(ids: Ids, accepted: Seconds, decided: Seconds, now: int) -> Texts:
    ended = np.array(["declined", "investigated", "sanctioned", "closed"], dtype=object)
    last = ended[chance.pick(ids, "result", [25, 30, 15, 30])]
    running = np.where(accepted <= now, "accepted", "sent")
    return np.where((accepted <= now) & (decided <= now), last, running).astype(object)


def block_times(posts: Posts) -> tuple[Seconds, Seconds]:
    """Return when the site behind each post is ordered to be cut off, and when it is; only fraud leads there."""
    chosen = (posts.harm == FRAUD) & chance.happens(posts.ids, "block", 0.1)
    ordered = np.where(chosen, _later(verified(posts.found), posts.ids, "order", 20, 0.8), NEVER)
    cut = chance.happens(posts.ids, "cut", 0.94)
    return ordered, np.where(cut, _later(ordered, posts.ids, "cut after", 26, 1.0), NEVER)


def blocks(posts: Posts, now: int) -> Columns:
    """Return the sites ordered to be cut off by `now`."""
    ordered, done = block_times(posts)
    which = ordered <= now
    ids, ordered, done = posts.ids[which], ordered[which], done[which]
    domains = [f"kabar-{identity % 10**9}.example" for identity in ids.tolist()]
    order = zip(domains, ids.tolist(), strict=True)
    return {
        "block_id": np.array([stable_id("access_block", name, f"SIM-{i:x}") for name, i in order], dtype=np.int64),
        "domain": np.array(domains, dtype=object),
        "harm_id": posts.harm[which],
        "ordered_at": ordered,
        "done_at": known(done, now),
        **written("pemutusan_akses", ordered, latest(now, ordered, done)),
    }


def corrected_provinces(posts: Posts, now: int) -> Columns:
    """Return the corrections of provinces that were first noted wrongly."""
    at = province_corrected(posts)
    which = at <= now
    first, right = wrongly_noted(posts)[which], posts.province[which]
    keys = [(identity,) for identity in posts.ids[which].tolist()]
    return _corrections("content.province_code", keys, at[which], first, right)


def corrected_actions(petitions: Petitions, now: int) -> Columns:
    """Return the corrections of action times that were first written down too late."""
    plan, ids = petitions.state.plan, petitions.posts.ids
    at = action_corrected(plan, ids)
    which = (at <= now) & (petitions.state.actioned != NEVER)
    right = plan.actioned[which]
    late, right = _texts(right + NOTED_LATE), _texts(right)
    keys = [(identity, petitions.number) for identity in ids[which].tolist()]
    return _corrections("takedown_request.actioned_at", keys, at[which], late, right)


def _texts(times: Seconds) -> Texts:
    return np.array([str(time) for time in times.tolist()], dtype=object)


def _corrections(column: str, keys: Sequence[tuple[int, ...]], at: Seconds, old: Texts, new: Texts) -> Columns:
    table, _, name = column.partition(".")
    rows = zip(keys, at.tolist(), new.tolist(), strict=True)
    ids = [stable_id("correction", table, *key, name, moment, value) for key, moment, value in rows]
    return {
        "record_id": np.array([key[0] for key in keys], dtype=np.int64),
        "correction_id": np.array(ids, dtype=np.int64),
        "table_name": np.full(at.size, table, dtype=object),
        "column_name": np.full(at.size, name, dtype=object),
        "old_value": old,
        "new_value": new,
        "reason": np.full(at.size, REASONS[column], dtype=object),
        "is_simulated": np.ones(at.size, dtype=np.bool_),
        "corrected_at": at,
    }
