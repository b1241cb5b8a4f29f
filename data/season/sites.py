"""Quality of telecom service at measuring sites: one in each 3T kabupaten and one in each province."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from data import tables
from data.keys import stable_id
from data.reference.files import rows
from data.season import chance
from data.season.arrays import Flags, Ids, Ints, Seconds, Texts
from data.season.cells import Columns, written
from data.season.rhythm import DAY, HOUR, activity

TELECOM = 11
RECENT_DAYS = 14
SIX_HOURS = 6 * HOUR
SPREAD_SECONDS = 3_000
"""Sites measure one after another within so many seconds of a round hour."""


@dataclass(frozen=True)
class Sites:
    """Measuring sites: arrays of one length."""

    ids: Ids
    names: Texts
    regencies: Texts
    is_3t: Flags


@cache
def sites() -> Sites:
    """Return every measuring site, those in 3T kabupaten first."""
    parts = [row for row in rows(tables.region) if row["parent_code"]]
    others = {row["parent_code"]: row for row in reversed(parts) if not row["is_3t"]}
    chosen = [row for row in parts if row["is_3t"]] + list(others.values())
    names = [f"Titik ukur {row['name_official']}" for row in chosen]
    return Sites(
        np.array([stable_id("site", name) for name in names], dtype=np.int64),
        np.array(names, dtype=object),
        np.array([row["code"] for row in chosen], dtype=object),
        np.array([row["is_3t"] for row in chosen]),
    )


def moments(since: int, now: int) -> Seconds:
    """Return when sites measure: hourly around the votes, every six hours of late, once a week else."""
    spans = [np.arange(since, now, 7 * DAY), np.arange(max(since, now - RECENT_DAYS * DAY), now, SIX_HOURS)]
    for election in rows(tables.election):
        vote = int(election["voting_at"].timestamp())
        spans.append(np.arange(vote - DAY, vote + 2 * DAY, HOUR))
    times = np.unique(np.concatenate(spans).astype(np.int64) // HOUR) * HOUR
    return times[(times >= since) & (times < now - HOUR)]


def measurements(which: Ints, at: Seconds) -> Columns:
    """Return one measurement per (site number, moment) pair; a site measures some minutes past the moment."""
    found = sites()
    ids, remote = found.ids[which], found.is_3t[which]
    measured = at + ids % SPREAD_SECONDS
    draws = ids ^ (measured * np.int64(2_654_435_761))
    up = ~chance.happens(draws, "outage", np.where(remote, 0.06, 0.012))
    speed = chance.lognormal(draws, "speed", np.where(remote, 6.0, 19.0), 0.5) / (0.7 + 0.3 * activity(measured))
    delay = chance.lognormal(draws, "delay", np.where(remote, 110.0, 42.0), 0.4)
    loss = np.minimum(1.0, chance.lognormal(draws, "loss", np.where(remote, 0.018, 0.004), 0.9))
    regency = found.regencies[which]
    return {
        "site_id": ids,
        "measured_at": measured,
        "site_name": found.names[which],
        "organisation_id": np.full(ids.size, TELECOM),
        "province_code": np.array([code[:2] for code in regency.tolist()], dtype=object),
        "regency_code": regency,
        "download_mbps": np.ma.masked_where(~up, np.round(speed, 2)),
        "upload_mbps": np.ma.masked_where(~up, np.round(speed * 0.35, 2)),
        "latency_ms": np.ma.masked_where(~up, np.round(delay, 1)),
        "packet_loss_share": np.ma.masked_where(~up, np.round(loss, 4)),
        "is_available": up.astype(np.int64),
        **written("qos", measured, measured),
    }


def between(after: int, until: int) -> Columns:
    """Return the measurements made after one moment and until another, live: every site once an hour."""
    hours = np.arange(after // HOUR - 1, until // HOUR + 1, dtype=np.int64) * HOUR
    at, which = (grid.ravel() for grid in np.meshgrid(hours, np.arange(sites().ids.size), indexing="ij"))
    measured = at + sites().ids[which] % SPREAD_SECONDS
    now = (measured > after) & (measured <= until)
    return measurements(which[now], at[now])


def every(since: int, now: int, step: int) -> Columns:
    """Return the measurements of every `step`-th site from `since` to `now`."""
    at, which = np.meshgrid(moments(since, now), np.arange(0, sites().ids.size, step), indexing="ij")
    return measurements(which.ravel(), at.ravel())
