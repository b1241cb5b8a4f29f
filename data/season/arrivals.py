"""What comes in while one looks: new posts on running issues, new issues, and now and then a burst."""

from dataclasses import dataclass

import numpy as np

from data.season import chance, posts
from data.season.arrays import Floats, Ints, Seconds
from data.season.habits import FOUND
from data.season.issues import MEAN_SIZE
from data.season.rhythm import HOUR, activity
from data.season.stories import Stories, joined, tell

BURST_SHARE = 0.10
"""Share of hours in which one issue bursts for a quarter of an hour."""

BURST_SECONDS = 900
BURST_FACTOR = 3.0
FADING_HOURS = 9.0
"""An issue's pull halves about every six hours."""


@dataclass(frozen=True)
class Arrivals:
    """New issues, and new posts on new or running ones."""

    stories: Stories
    posts: posts.Posts


@dataclass(frozen=True)
class Span:
    """After one moment and until another, UTC seconds, with the seed of whoever asks."""

    after: int
    until: int
    seed: int

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.until - self.after) / 60

    @property
    def bursts(self) -> bool:
        """Whether an issue bursts at its end."""
        hour = np.array([self.until // HOUR * 1_000 + self.seed])
        return self.until % HOUR < BURST_SECONDS and bool(chance.happens(hour, "burst", BURST_SHARE)[0])


def arrive(running: Stories, span: Span, rate_per_minute: float) -> Arrivals:
    """Return what comes in during a span, on average at that rate per minute of ordinary activity.

    The same arguments always give the same arrivals.
    """
    chances = np.random.default_rng([span.seed, span.after, span.until])
    pace = rate_per_minute * (0.6 + 0.4 * float(activity(np.array([span.until]))[0]))
    quiet = int(chances.poisson(pace * span.minutes))
    loud = int(chances.poisson(pace * BURST_FACTOR * span.minutes)) if span.bursts else 0
    first_ever = int(running.ids.size == 0 and quiet > 0)
    begun = _begun(chances, quiet, span, at_least=first_ever)
    if loud:
        begun = joined(begun, _without(_burst(span), running))
    told = joined(running, begun)
    bursting = np.full(loud, _place(told, _burst(span).ids) if loud else 0)
    owner = np.concatenate([_owners(chances, told, quiet, span), bursting]).astype(np.int64)
    return Arrivals(begun, _new_posts(chances, told, owner, span, loud))


def _begun(chances: np.random.Generator, count: int, span: Span, at_least: int) -> Stories:
    number = max(at_least, int(chances.binomial(count, 1 / MEAN_SIZE)))
    keys = [f"isu:SIM-{span.seed}-{span.until:x}-{n}" for n in range(number)]
    return tell(keys, np.full(len(keys), span.after + 1, dtype=np.int64))


def _burst(span: Span) -> Stories:
    hour = span.until - span.until % HOUR
    return tell([f"isu:SIM-{span.seed}-{hour:x}-burst"], np.array([hour], dtype=np.int64))


def _without(stories: Stories, known: Stories) -> Stories:
    return stories.only(np.flatnonzero(~np.isin(stories.ids, known.ids)))


def _place(told: Stories, ids: Ints) -> int:
    return int(np.flatnonzero(told.ids == ids[0])[0])


def _owners(chances: np.random.Generator, told: Stories, count: int, span: Span) -> Ints:
    """Return the place of the issue of each new post: each new issue has one at least, running ones as they fade."""
    pull: Floats = np.exp(-np.maximum(span.until - told.first_seen, 0) / HOUR / FADING_HOURS) + 1e-12
    new = np.flatnonzero(told.first_seen == span.after + 1)[:count]
    rest = count - new.size
    drawn = chances.choice(pull.size, size=rest, p=pull / pull.sum()) if rest else np.empty(0, dtype=np.int64)
    return np.concatenate([new, drawn])


def _new_posts(chances: np.random.Generator, told: Stories, owner: Ints, span: Span, loud: int) -> posts.Posts:
    at: Seconds = np.sort(chances.integers(span.after + 1, span.until + 1, owner.size))
    favourite = 1 + int(chance.pick(told.ids[owner[-1:]], "burst service", FOUND[1:])[0]) if loud else 0
    burst = np.where(np.arange(owner.size) >= owner.size - loud, favourite, 0)
    service = posts.services(chances, told.ids[owner], burst)
    references = np.array([f"L{span.seed}-{span.until:x}-{n}" for n in range(owner.size)], dtype=object)
    return posts.describe(told, owner, references, at, service, live=True)
