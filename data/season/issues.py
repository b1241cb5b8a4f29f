"""Issues: how many content items each will have, when it starts, what it is about and where it is at home."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from data import tables
from data.reference.files import rows
from data.season import chance
from data.season.arrays import Flags, Floats, Ids, Ints, Seconds, Texts
from data.season.habits import FOUND
from data.season.rhythm import DAY, HOUR, activity, calendar, wib_day

MEAN_SIZE = 14.0
"""Content items per issue on average: 203 isu were 2,882 konten."""

SPREAD_OF_SIZES = 1.45
GIANT = 150
"""Content items from which on an issue is too large to be a recent one by chance."""

RECENT_DAYS = 56
RECENT_SHARE = 0.22
"""The last eight weeks get this share of everything, so that live windows have something to show."""

BURSTS = ((3.4, "tiktok"), (51.0, "facebook"))
"""Recent issues that burst within hours: hours before the end, and the service they break out on."""

THEMES = np.array([0, 5, 8, 9, 3, 7, 7, 21, 14, 15, 6, 6, 3], dtype=np.float64)
HARMS_OF_THEMES = {3: 4, 4: 6, 11: 6, 12: 7}
TECHNIQUES = np.array([0, 26, 18, 16, 0, 12, 20, 6, 2], dtype=np.float64)
DEEPFAKE = 4


@dataclass(frozen=True)
class Plan:
    """Issues to be: arrays of one length, in order of their start.

    `start` UTC seconds; `size` content items; `tempo` hours between one post and those it sets off; `burst` the id of
    the service on which a planned burst breaks out, else 0.
    """

    number: Ints
    start: Seconds
    size: Ints
    tempo: Floats
    burst: Ints

    def part(self, first: int, last: int) -> "Plan":
        """Return issues `first` to `last`, exclusive."""
        return Plan(*(getattr(self, name)[first:last] for name in ("number", "start", "size", "tempo", "burst")))


def plan(chances: np.random.Generator, n_contents: int, since: int, until: int) -> Plan:
    """Return issues from `since` to `until` that together have `n_contents` content items."""
    sizes = _sizes(chances, n_contents)
    start = np.sort(_starts(chances, sizes.size, since, until))
    recent = start > until - RECENT_DAYS * DAY
    sizes = _without_giants(chances, sizes, recent)
    tempo = np.exp(chances.normal(np.log(2.2), 0.7, sizes.size))
    ordinary = Plan(np.arange(sizes.size), start, sizes, tempo, np.zeros(sizes.size, dtype=np.int64))
    return _with_bursts(ordinary, n_contents, since, until)


def _sizes(chances: np.random.Generator, total: int) -> Ints:
    middle = np.log(MEAN_SIZE - 1) - SPREAD_OF_SIZES**2 / 2
    largest = max(20, min(840, total // 30))
    drawn = np.empty(0, dtype=np.int64)
    while drawn.sum() < total:
        more = 1 + np.exp(chances.normal(middle, SPREAD_OF_SIZES, total // 12 + 8)).astype(np.int64)
        drawn = np.concatenate([drawn, np.minimum(more, largest)])
    return drawn[: int(np.searchsorted(np.cumsum(drawn), total)) + 1]


def _without_giants(chances: np.random.Generator, sizes: Ints, recent: Flags) -> Ints:
    """Return the sizes with recent giants exchanged for older issues: recent bursts are the planned ones."""
    giants, others = np.flatnonzero(recent & (sizes > GIANT)), np.flatnonzero(~recent & (sizes <= GIANT))
    giants = giants[: others.size]
    chosen = chances.choice(others, giants.size, replace=False) if giants.size else giants
    exchanged = sizes.copy()
    exchanged[giants], exchanged[chosen] = sizes[chosen], sizes[giants]
    return exchanged


def _starts(chances: np.random.Generator, count: int, since: int, until: int) -> Seconds:
    hours = np.arange(since, until, HOUR, dtype=np.int64)
    sums = np.cumsum(_weights(chances, hours, until))
    drawn = np.searchsorted(sums, chances.random(count) * sums[-1], side="right")
    starts: Seconds = hours[np.minimum(drawn, hours.size - 1)] + chances.integers(0, HOUR, count)
    return starts


def _weights(chances: np.random.Generator, hours: Seconds, until: int) -> Floats:
    """Return how likely an issue starts in each hour: rhythm, calendar, luck of the day, recent weeks raised."""
    days, where = np.unique(wib_day(hours), return_inverse=True)
    luck = np.exp(chances.normal(0, 0.25, days.size))
    weights = activity(hours) * (calendar(days) * luck)[where]
    age = (until - hours) / DAY
    recent = np.clip((RECENT_DAYS + 10 - age) / 10, 0, 1)
    lift = RECENT_SHARE / (1 - RECENT_SHARE) * weights[recent < 1].sum() / max(1.0, (recent == 1).sum())
    raised: Floats = weights * (1 - recent) + recent * lift * activity(hours) * luck[where]
    return raised


def _with_bursts(ordinary: Plan, n_contents: int, since: int, until: int) -> Plan:
    """Return the plan with the recent bursts added; each is about eight usual hours long in two."""
    size = max(8, int(n_contents * RECENT_SHARE / RECENT_DAYS / 24 * 8))
    codes = [row["code"] for row in rows(tables.service)]
    starts = np.array([until - int(hours * HOUR) for hours, _ in BURSTS], dtype=np.int64).clip(min=since)
    extra = len(BURSTS)
    return Plan(
        np.arange(ordinary.size.size + extra),
        np.concatenate([ordinary.start, starts]),
        np.concatenate([ordinary.size, np.full(extra, size)]),
        np.concatenate([ordinary.tempo, np.full(extra, 0.35)]),
        np.concatenate([ordinary.burst, [codes.index(code) for _, code in BURSTS]]),
    )


@cache
def provinces() -> tuple[Texts, Floats]:
    """Return province codes and how likely a located item lies in each: voters, the capital's people post more."""
    found = [row for row in rows(tables.region) if row["kind"] == "province"]
    lift = {"31": 2.5, "34": 1.6, "32": 1.1}
    weights = [row["voters"] ** 0.9 * lift.get(row["code"], 1.0) for row in found]
    return np.array([row["code"] for row in found], dtype=object), np.array(weights)


def themes(ids: Ids) -> Ints:
    """Return the theme of each issue."""
    return chance.pick(ids, "theme", THEMES)


def harms(ids: Ids, theme: Ints) -> Ints:
    """Return the kind of harm of each issue: disinformation mostly, what its theme brings with it sometimes."""
    usual = np.ones(theme.shape, dtype=np.int64)
    for of_theme, harm in HARMS_OF_THEMES.items():
        usual[theme == of_theme] = harm
    other = chance.pick(ids, "harm", [0, 60, 10, 8, 3, 10, 5, 1, 3])
    return np.where(chance.happens(ids, "usual harm", 0.6), usual, other)


def techniques(ids: Ids, start: Seconds) -> Ints:
    """Return how each issue misleads; deepfakes grow from 3 in a hundred in mid 2023 by 3 more each year."""
    years = np.clip((start - 1_689_500_000) / (365 * DAY), 0, 6)
    return np.where(
        chance.happens(ids, "deepfake", 0.03 + 0.03 * years), DEEPFAKE, chance.pick(ids, "technique", TECHNIQUES)
    )


def homes(ids: Ids) -> Texts:
    """Return the home province of each issue; None for the national ones."""
    codes, weights = provinces()
    home = codes[chance.pick(ids, "home", weights)]
    home[~chance.happens(ids, "local", 0.45)] = None
    return home


def favourites(ids: Ids) -> tuple[Ints, Floats]:
    """Return the service each issue lives on and the share of its content found there, beyond the usual mix."""
    return chance.pick(ids, "favourite", FOUND), np.array([0.0, 0.35, 0.75])[chance.pick(ids, "loyalty", [4, 4, 2])]
