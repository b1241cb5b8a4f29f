"""Content as it is found: when each post of an issue appears, on which service, where, and who finds it."""

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np

from data import tables
from data.keys import stable_id
from data.reference.files import rows
from data.season import chance, headlines, issues
from data.season.arrays import Flags, Floats, Ids, Ints, Seconds, Texts, told
from data.season.habits import CLOSED, FOUND, VIEWS
from data.season.lifecycle import NEVER, Found, only_by_day
from data.season.rhythm import HOUR, Pace, midnight
from data.season.stories import Stories

SOURCES = np.array([[0, 42, 30, 20, 8], [0, 0, 0, 75, 25]], dtype=np.float64)
"""Who finds content (by detection source id) on open services, and in closed messaging."""

LOCATED = np.array([0.5, 0.40, 0.62, 0.75, 0.65])
"""Share of content whose province is known, by detection source id."""

FEEDS = np.array(["ais", "ais", "patroli_siber", "aduan", "mitra"], dtype=object)
"""Feed that delivers the content, by detection source id."""


@dataclass(frozen=True)
class Posts:
    """Content items: arrays of one length. `issue_id`, `theme` and `harm` are those of the issue."""

    keys: Texts
    urls: Texts
    ids: Ids
    at: Seconds
    service: Ints
    source: Ints
    issue_id: Ids
    theme: Ints
    harm: Ints
    technique: Ints
    province: Texts
    regency: Texts
    title: Texts

    def only(self, which: Flags | Ints) -> "Posts":
        """Return the rows for which the flag holds, or those at these places."""
        return Posts(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def found(self) -> Found:
        """The part from which everything later follows."""
        return Found(self.ids, self.at, self.service, self.source)


def cascade(chances: np.random.Generator, sizes: Ints, tempo: Floats) -> Floats:
    """Return for each post, issue by issue, the lived hours since its issue began.

    Each post but the first is set off by an earlier one of its issue, picked evenly (a random recursive tree, a
    self-exciting process seen from its end), after an exponential wait; one wait in twelve is twelve times as long.
    """
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    rank = np.arange(sizes.sum()) - first
    wait = chances.exponential(np.repeat(tempo, sizes)) * np.where(chances.random(rank.size) < 1 / 12, 12.0, 1.0)
    parent = first + (chances.random(rank.size) * rank).astype(np.int64)
    since = np.where(rank == 0, 0.0, wait)
    while np.any(parent != first):
        since, parent = since + since[parent], parent[parent]
    return since


def times(pace: Pace, start: Seconds, lived_hours: Floats) -> Seconds:
    """Return when posts are found that many lived hours after their issue began, UTC seconds."""
    return pace.time_of(pace.lived_at(start) + lived_hours)


def services(chances: np.random.Generator, issue_ids: Ids, burst: Ints) -> Ints:
    """Return the service of each post: its issue's favourite often, the usual mix else."""
    favourite, loyalty = issues.favourites(issue_ids)
    usual = chances.choice(FOUND.size, size=issue_ids.size, p=FOUND / FOUND.sum())
    loyal = chances.random(issue_ids.size) < np.where(burst > 0, 0.85, loyalty)
    return np.where(loyal, np.where(burst > 0, burst, favourite), usual)


def describe(
    stories: Stories, owner: Ints, references: Texts, at: Seconds, service: Ints, *, live: bool = False
) -> Posts:
    """Return the posts of these references, found at `at`; unless live, where a place is known its local time counts.

    `owner` is the place of each post's issue in `stories`.
    """
    urls = headlines.addresses(service, references)
    keys = headlines.natural_keys(urls, references)
    ids = np.array([stable_id("content", key) for key in keys], dtype=np.int64)
    issue_ids, start, source = stories.ids[owner], stories.first_seen[owner], _sources(ids, service)
    province = _provinces(ids, source, issues.homes(issue_ids))
    local = at if live else np.maximum(at - _ahead(province), start)
    return Posts(
        keys=np.array(keys, dtype=object),
        urls=urls,
        ids=ids,
        at=np.where(only_by_day(ids), midnight(local), local),
        service=service,
        source=source,
        issue_id=issue_ids,
        theme=stories.theme[owner],
        harm=stories.harm[owner],
        technique=_techniques(ids, issue_ids, start),
        province=province,
        regency=_regencies(ids, province),
        title=headlines.titles(ids, stories.claim[owner]),
    )


def with_right_provinces(posts: Posts) -> Posts:
    """Return posts as read back with the provinces put right that are still noted wrongly."""
    planned = replace(posts, province=_provinces(posts.ids, posts.source, issues.homes(posts.issue_id)))
    still_wrong = told(posts.province) & (posts.province == wrongly_noted(planned))
    return replace(posts, province=np.where(still_wrong, planned.province, posts.province))


def joined(posts: Posts, more: Posts) -> Posts:
    """Return two lots of posts as one."""
    pairs = ((getattr(posts, field.name), getattr(more, field.name)) for field in fields(posts))
    return Posts(*(np.concatenate(pair) for pair in pairs))


def _sources(ids: Ids, service: Ints) -> Ints:
    shut = CLOSED[service]
    return np.where(shut, chance.pick(ids, "source", SOURCES[1]), chance.pick(ids, "source", SOURCES[0]))


def _provinces(ids: Ids, source: Ints, home: Texts) -> Texts:
    codes, weights = issues.provinces()
    anywhere = codes[chance.pick(ids, "province", weights)]
    at_home = chance.happens(ids, "at home", 0.72) & told(home)
    found = np.where(at_home, home, anywhere)
    found[~chance.happens(ids, "located", LOCATED[source])] = None
    return found


@cache
def _zones() -> dict[str | None, int]:
    ahead = {"WIB": 0, "WITA": 1, "WIT": 2}
    return {row["code"]: ahead[row["zone"]] * HOUR for row in rows(tables.region)}


def _ahead(province: Texts) -> Seconds:
    """Return how many seconds the local clock is ahead of WIB."""
    zones = _zones()
    return np.array([zones.get(code, 0) for code in province.tolist()], dtype=np.int64)


def _techniques(ids: Ids, issue_ids: Ids, issue_start: Seconds) -> Ints:
    usual = issues.techniques(issue_ids, issue_start)
    return np.where(chance.happens(ids, "same", 0.8), usual, issues.techniques(ids, issue_start))


@cache
def _parts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows(tables.region):
        if row["parent_code"]:
            found.setdefault(row["parent_code"], []).append(row["code"])
    return found


def _regencies(ids: Ids, province: Texts) -> Texts:
    parts, share = _parts(), chance.uniform(ids, "regency").tolist()
    known = chance.happens(ids, "regency known", 0.4).tolist()
    found = [
        parts[code][int(part * len(parts[code]))] if code and told else None
        for code, part, told in zip(province.tolist(), share, known, strict=True)
    ]
    return np.array(found, dtype=object)


def posted(posts: Posts) -> Seconds:
    """Return when each post was made, or `NEVER` where nobody knows."""
    hours = chance.lognormal(posts.ids, "posted", 6, 1.3)
    unknown = chance.happens(posts.ids, "undated", 0.12)
    return np.where(unknown, NEVER, posts.at - (HOUR * hours).astype(np.int64))


def views(posts: Posts) -> Ints:
    """Return the views of each post as last reported, or -1 where nobody counts."""
    counted = chance.lognormal(posts.ids, "views", 900 * np.maximum(VIEWS[posts.service], 0.01), 1.9)
    unknown = chance.happens(posts.ids, "uncounted", 0.3) | (VIEWS[posts.service] == 0)
    return np.where(unknown, -1, np.minimum(counted, 3e7)).astype(np.int64)


def province_corrected(posts: Posts) -> Seconds:
    """Return when a province that was first noted wrongly is put right; `NEVER` for nearly all."""
    hours = chance.lognormal(posts.ids, "put right", 10, 1.0)
    wrong = told(posts.province) & told(_wrong_provinces(posts))
    return np.where(wrong, posts.at + (HOUR * hours).astype(np.int64), NEVER)


def noted_provinces(posts: Posts, now: int) -> Texts:
    """Return the province of each post as it is noted at `now`: wrong for some until it is put right."""
    return np.where(province_corrected(posts) > now, wrongly_noted(posts), posts.province)


def wrongly_noted(posts: Posts) -> Texts:
    """Return the province that is noted at first; the right one for nearly all."""
    wrong = _wrong_provinces(posts)
    return np.where(told(posts.province) & told(wrong), wrong, posts.province)


def _wrong_provinces(posts: Posts) -> Texts:
    codes, weights = issues.provinces()
    wrong: Texts = codes[chance.pick(posts.ids, "wrong province", weights)]
    slip = chance.happens(posts.ids, "province slip", 0.025) & (wrong != posts.province)
    wrong[~slip] = None
    return wrong
