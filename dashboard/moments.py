"""The moment of a version: the database's time, its periods, names and feeds, read once for all screens."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from dashboard import journal, source
from dashboard.hub import hub
from dashboard.kept import Kept
from data.engine import retrying, snapshot
from queries import calendars, clock, dimensions, feeds
from queries.filters import Choice, Filters, Names
from queries.windows import Period

MOMENTS = 4
"""Moments kept: the running one, and those that slow screens still ask for."""


@dataclass(frozen=True, eq=False)
class Moment:
    """What every screen of one version shares. `feeds` has one row a feed (queries.feeds.state)."""

    version: str
    now: datetime
    periods: Sequence[Period]
    names: Names
    feeds: pd.DataFrame
    read_at: float = field(default_factory=time.monotonic)

    def resolve(self, choice: Choice) -> Filters:
        """Return the filters the choice means at this moment."""
        return choice.resolve(self.now, self.periods)

    def age_seconds(self, topics: Collection[str] = ()) -> float | None:
        """Return the age of the newest fact of the feeds of these topics (of all without them); None without any."""
        rows = self.feeds[self.feeds["topic"].isin(list(topics))] if topics else self.feeds
        ages = rows["fact_age_seconds"].dropna()
        return float(ages.min()) if len(ages) else None

    def running(self) -> datetime:
        """Return the database's time by now: its time when read, and what has passed since."""
        return self.now + timedelta(seconds=time.monotonic() - self.read_at)

    @property
    def is_simulated(self) -> bool:
        """Say whether any feed carries invented rows."""
        return bool(self.feeds["is_simulated"].any())


_moments: Kept[str, Moment] = Kept(MOMENTS)
_last: Kept[str, Moment] = Kept(1)


def latest() -> Moment | None:
    """Return the moment of the running version; the last one known while the database is lost; None before any."""
    version = hub.version
    with _moments.flight(version):
        found = _moments.get(version)
        if found is None and hub.health.is_good:
            found = _read(version)
    return found or _last.get("last")


def forget() -> None:
    """Forget every moment (another database)."""
    _moments.clear()
    _last.clear()


def _read(version: str) -> Moment | None:
    try:
        moment = retrying(lambda: _ask(version))
    except Exception as error:  # noqa: BLE001  without a moment every page refuses, says why and tries again
        journal.failure("moment", error)
        return None
    _moments.put(version, moment)
    _last.put("last", moment)
    return moment


def _ask(version: str) -> Moment:
    with snapshot(source.engine()) as connection:
        now = clock.now(connection)
        today = Choice().resolve(now)
        return Moment(
            version=version,
            now=now,
            periods=_periods(calendars.periods(connection, today)),
            names=dimensions.names(connection),
            feeds=feeds.state(connection, today),
        )


def _periods(rows: pd.DataFrame) -> tuple[Period, ...]:
    return tuple(
        Period(row["code"], row["label_id"], row["label_en"], _time(row["starts_at"]), _time(row["ends_at"]))
        for row in rows.to_dict("records")
    )


def _time(value: Any) -> datetime | None:
    moment: datetime | None = None if pd.isna(value) else value.to_pydatetime()
    return moment
