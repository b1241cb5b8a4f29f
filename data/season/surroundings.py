"""What goes on around the content, live: campaign figures of today, activities, measurements, heartbeats."""

from collections import Counter
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from data import recording
from data.season import memory, outreach, reports, sites
from data.season.cells import Columns
from data.season.rhythm import DAY, HOUR, WIB

HEARTBEAT_SECONDS = 10
FIGURES_SECONDS = HOUR
"""Campaign figures of the running day come in so often."""


def record(connection: Connection, after: int, now: datetime) -> Counter[str]:
    """Record what happened after a moment and until now; return rows new or changed by table."""
    until = int(now.timestamp())
    counts: Counter[str] = Counter()
    if until // FIGURES_SECONDS != after // FIGURES_SECONDS:
        counts.update(_figures(connection, after, until, now))
        counts["activity"] = reports.tell(connection, recording.activities, "kegiatan", _activities(after, until), now)
    measured = sites.between(after, until)
    counts["qos_measurement"] = reports.tell(connection, recording.qos_measurements, "qos", measured, now)
    if until // HEARTBEAT_SECONDS != after // HEARTBEAT_SECONDS:
        for feed in memory.feeds(connection):
            recording.heartbeat(connection, feed, now)
    return counts


def _figures(connection: Connection, after: int, until: int, now: datetime) -> Counter[str]:
    """Record the campaign figures of today, and of the day that ended since."""
    days = np.arange((after + WIB) // DAY, (until + WIB) // DAY + 1)
    counts: Counter[str] = Counter()
    reach = outreach.reach(days, tuple(outreach.CHANNELS), until)
    counts["campaign_reach"] = reports.tell(connection, recording.campaign_reach, "kampanye", reach, now)
    for columns in outreach.hashtags(days, until):
        counts["hashtag_reach"] += reports.tell(connection, recording.hashtag_reach, "tagar", columns, now)
    return counts


def _activities(after: int, until: int) -> Columns:
    held = outreach.activities(after, until)
    new = held["starts_at"] > after
    return {name: values[new] for name, values in held.items()}
