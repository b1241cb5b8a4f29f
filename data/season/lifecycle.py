"""What becomes of content: when it is verified, when a takedown is asked for, and when and how that request ends.

Everything is drawn from the content's id (`data.season.chance`), so the generator, which looks back, and the simulator,
which waits, agree on every row. A moment that never comes is `NEVER`.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from data.rollups.clocks import LABELLED, REJECTED, REMOVED, WITHDRAWN
from data.season import chance
from data.season.arrays import Flags, Floats, Ids, Ints, Seconds
from data.season.habits import CLOSED, ENDS, MINUTES, SPREAD, WAYS
from data.season.rhythm import activity, calendar, midnight, wib_day

NEVER = np.int64(2**62)
FORGOTTEN = 7
VERIFY_MINUTES = np.array([30.0, 18.0, 10.0, 45.0, 60.0])
"""Median minutes from found to verified, by detection source id."""


@dataclass(frozen=True)
class Found:
    """Content as it was found: arrays of one length. `at` are UTC seconds of detection."""

    ids: Ids
    at: Seconds
    service: Ints
    source: Ints

    def only(self, which: Flags) -> "Found":
        """Return the rows for which the flag holds."""
        return Found(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True)
class Request:
    """What one request goes through: UTC seconds, `NEVER` where a thing never happens, in arrays of one length."""

    notified: Seconds
    received: Seconds
    stopped: Seconds
    resumed: Seconds
    actioned: Seconds
    confirmed: Seconds
    reappeared: Seconds
    outcome: Ints
    urgent: Flags
    by_day: Flags

    def only(self, which: Flags) -> "Request":
        """Return the rows for which the flag holds."""
        return Request(*(getattr(self, field.name)[which] for field in fields(self)))


def only_by_day(ids: Ids) -> Flags:
    """Return for which content only dates are known, no times of day."""
    return chance.happens(ids, "by_day", 0.012)


def verified(found: Found) -> Seconds:
    """Return when content is verified; some never is."""
    minutes = chance.lognormal(found.ids, "verify", VERIFY_MINUTES[found.source], 0.9)
    at = _after(found.at, minutes * 60 * _load(found.at))
    return _dates_only(np.where(chance.happens(found.ids, "unverified", 0.025), NEVER, at), only_by_day(found.ids))


def first_request(found: Found) -> Request:
    """Return the first takedown request of each content item; closed messaging and a few others get none."""
    start = verified(found)
    none = CLOSED[found.service] | chance.happens(found.ids, "unasked", 0.02)
    return _request(found, np.where(none, NEVER, start), only_by_day(found.ids))


def second_request(found: Found, first: Request) -> Request:
    """Return the request that follows a reappearance."""
    again = replace(found, ids=chance.mixed_with(found.ids, 2))
    ignored = chance.happens(again.ids, "ignored", 0.08)
    checked = _after(first.reappeared, 60 * chance.lognormal(again.ids, "check", 90, 0.8))
    return _request(again, np.where(ignored, NEVER, checked), first.by_day)


def _request(found: Found, asked: Seconds, by_day: Flags) -> Request:
    ids = found.ids
    notified = _after(asked, 60 * chance.lognormal(ids, "notify", 9, 0.8))
    arrives = _after(notified, chance.lognormal(ids, "arrive", 90, 1.0))
    received = np.where(chance.happens(ids, "unreceipted", 0.08), NEVER, arrives)
    start = np.where(received == NEVER, notified, received)
    outcome = _outcome(found)
    running = _running(found, start, outcome)
    stopped, resumed = _stop(ids, start, running)
    actioned = _odd(ids, start, _after(start, running + np.where(stopped == NEVER, 0, resumed - stopped)))
    confirmed, reappeared = _seen_again(ids, actioned, outcome)
    return Request(
        notified=_dates_only(notified, by_day),
        received=_dates_only(received, by_day),
        stopped=_dates_only(stopped, by_day),
        resumed=_dates_only(resumed, by_day),
        actioned=_dates_only(actioned, by_day),
        confirmed=_dates_only(confirmed, by_day),
        reappeared=_dates_only(reappeared, by_day),
        outcome=np.where(outcome == FORGOTTEN, WITHDRAWN, outcome),
        urgent=chance.happens(ids, "urgent", 0.08),
        by_day=by_day,
    )


def _outcome(found: Found) -> Ints:
    return 1 + chance.pick(found.ids, "outcome", ENDS[found.service])


def _running(found: Found, start: Seconds, outcome: Ints) -> Floats:
    """Return the seconds until the service acts: three ways of working, slower under load and at night."""
    way = chance.pick(found.ids, "way", WAYS[found.service])
    minutes = chance.lognormal(found.ids, "minutes", MINUTES[found.service, way], SPREAD[way])
    factor = np.select([outcome == LABELLED, outcome == REJECTED, outcome > REJECTED], [0.85, 1.7, 1.4], 1.0)
    months = 60 * 24 * chance.lognormal(found.ids, "months", 70, 0.4)
    load = np.where(start == NEVER, 1.0, _load(np.where(start == NEVER, 0, start)))
    return 60 * np.where(outcome == FORGOTTEN, months, minutes * factor * load)


def _load(times: Seconds) -> Floats:
    """Return how much longer work takes at these moments: on the busiest days, and while the night shift is small."""
    days, where = np.unique(wib_day(times), return_inverse=True)
    busy = np.clip(calendar(days), 0.6, 5.0)[where] ** 0.4
    return busy * np.where(activity(times) < 0.5, 1.4, 1.0)


def _stop(ids: Ids, start: Seconds, running: Floats) -> tuple[Seconds, Seconds]:
    """Return when the clock stands still and runs again: rarely, a third of the way in, for about an hour."""
    stops = chance.happens(ids, "stop", 0.04)
    stopped = np.where(stops, _after(start, running / 3), NEVER)
    return stopped, _after(stopped, 60 * chance.lognormal(ids, "pause", 55, 0.8))


def _odd(ids: Ids, start: Seconds, actioned: Seconds) -> Seconds:
    """Return the action times with a few before the request arrived, as real sheets have them."""
    early = chance.happens(ids, "early", 0.004) & (start != NEVER)
    return np.where(early, start - (60 * chance.lognormal(ids, "minutes early", 20, 0.7)).astype(np.int64), actioned)


def _seen_again(ids: Ids, actioned: Seconds, outcome: Ints) -> tuple[Seconds, Seconds]:
    checked = (outcome == REMOVED) & chance.happens(ids, "checked", 0.93)
    confirmed = np.where(checked, _after(actioned, 60 * chance.lognormal(ids, "confirm", 8, 0.9)), NEVER)
    back = chance.happens(ids, "back", 0.03)
    return confirmed, np.where(back, _after(confirmed, 3_600 * chance.lognormal(ids, "return", 60, 1.0)), NEVER)


def _after(times: Seconds, seconds: Floats) -> Seconds:
    later = times + np.minimum(seconds, 4e8).astype(np.int64)
    return np.where(times == NEVER, NEVER, later)


def _dates_only(times: Seconds, by_day: Flags) -> Seconds:
    return np.where(by_day & (times != NEVER), midnight(times), times)
