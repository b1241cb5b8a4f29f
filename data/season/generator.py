"""The season from its first day to now, in batches that fit into memory whatever its size."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np

from data.season import aftermath, desk, findings, issues, outreach, petitions, posts, sites
from data.season.arrays import Seconds
from data.season.cells import Batch, Columns
from data.season.lifecycle import NEVER
from data.season.rhythm import DAY, WIB, Pace
from data.season.stories import Stories, clarified, tell

SINCE = datetime(2023, 7, 17, tzinfo=timezone(timedelta(hours=7)))
"""First day of the season: the ministry counts its Pemilu 2024 hoaxes from here."""

REQUESTS_PER_CONTENT = 0.952
"""Closed messaging and a few others have none, a few have two."""

CHAPTER = 20_000
"""Content items in one part of the season: about 100 MB at work."""

FULL_SIZE = 50_000
"""From so many requests on the season has every measuring site and eight weeks of campaign figures by province."""

SMALL_SIZE = 5_000
"""Below so many requests campaign figures and measurements reach back two months only: such seasons are for tests."""


def generate(seed: int, n_requests: int, *, now: datetime, since: datetime = SINCE) -> Iterator[Batch]:
    """Give the batches of a season with about `n_requests` takedown requests, as it is known at `now`.

    The same arguments always give the same rows. Each batch is a table's name and its columns.
    """
    start, end = int(since.timestamp()), int(now.timestamp())
    if end - start < DAY:
        raise ValueError("a season needs at least a day between since and now")
    plan = issues.plan(np.random.default_rng([seed, 0]), round(n_requests / REQUESTS_PER_CONTENT), start, end)
    pace = Pace.between(start - DAY, end + 90 * DAY)
    for number, part in enumerate(_parts(plan), start=1):
        yield from _chapter(np.random.default_rng([seed, number]), part, pace, seed, end)
    begin = start if n_requests >= SMALL_SIZE else max(start, end - 60 * DAY)
    yield "activity", outreach.activities(start, end)
    yield "activity", outreach.seminar_in_bandung()
    yield from _surroundings(begin, end, full=n_requests >= FULL_SIZE)


def _parts(plan: issues.Plan) -> Iterator[issues.Plan]:
    chapter = (np.cumsum(plan.size) - plan.size) // CHAPTER
    edges = np.flatnonzero(np.diff(chapter, prepend=-1, append=chapter[-1] + 1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield plan.part(first, last)


def _chapter(chances: np.random.Generator, plan: issues.Plan, pace: Pace, seed: int, now: int) -> Iterator[Batch]:
    stories = tell([f"isu:SIM-{seed}-{number}" for number in plan.number.tolist()], plan.start)
    owner = np.repeat(np.arange(plan.size.size), plan.size)
    at = posts.times(pace, plan.start[owner], posts.cascade(chances, plan.size, plan.tempo))
    service = posts.services(chances, stories.ids[owner], plan.burst[owner])
    seen = at <= now
    references = np.array([f"S{seed}-{plan.number[0]}-{n}" for n in range(owner.size)], dtype=object)
    found = posts.describe(stories, owner[seen], references[seen], at[seen], service[seen])
    first_seen = np.full(plan.size.size, NEVER)
    np.minimum.at(first_seen, owner[seen], found.at)
    yield from _rows(_begun(stories, first_seen), found, first_seen[owner[seen]], now)


def _begun(stories: Stories, first_seen: Seconds) -> Stories:
    """Return the issues of which a post was seen, each first seen when its first post was."""
    return replace(stories, first_seen=first_seen).only(np.flatnonzero(first_seen != NEVER))


def _rows(stories: Stories, found: posts.Posts, first_seen: Seconds, now: int) -> Iterator[Batch]:
    requests = petitions.sent(found, now)
    told = clarified(found.issue_id, first_seen)
    yield "issue", findings.issues(stories, now)
    yield "content", findings.contents(found, petitions.ends(found, requests), told, now)
    for each in requests:
        yield "takedown_request", petitions.columns(each)
        yield "request_event", petitions.events(each)
        yield "appeal", aftermath.appeals(each, now)
        yield "correction", aftermath.corrected_actions(each, now)
    yield from _all("clarification", aftermath.clarifications(stories, now))
    yield from _all("complaint", desk.complaints(found, now))
    yield "referral", aftermath.referrals(found, now)
    yield "access_block", aftermath.blocks(found, now)
    yield "correction", aftermath.corrected_provinces(found, now)


def _all(table: str, parts: list[Columns]) -> Iterator[Batch]:
    for part in parts:
        yield table, part


def _surroundings(since: int, now: int, *, full: bool) -> Iterator[Batch]:
    days = np.arange((since + WIB) // DAY, (now + WIB) // DAY + 1)
    recent = days[-issues.RECENT_DAYS if full else -7 :]
    yield "campaign_reach", outreach.reach(days, tuple(outreach.CHANNELS), now)
    yield from _all("campaign_reach", outreach.reach_by_province(recent, now))
    yield from _all("hashtag_reach", outreach.hashtags(days, now))
    yield "qos_measurement", sites.every(since, now, step=1 if full else 8)
