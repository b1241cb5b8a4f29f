"""What is measured: the questions behind every panel of the live pages, and the single ones that have a target each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, bindparam, func, select

from data.rollups.clocks import REMOVED, latency, measurable, started
from data.rollups.declarations import CONTENT
from data.tables import takedown_request
from queries import (
    appeals,
    backlog,
    bad_times,
    calendars,
    changes,
    closed_messaging,
    compliance,
    contents,
    deadlines,
    durations,
    feeds,
    hindsight,
    issues,
    outreach,
    published,
    request_sources,
    spikes,
    takedowns,
)
from queries import latency as figures
from queries.cubes import Asked
from queries.dimensions import ids
from queries.filters import Choice, Filters

Question = Callable[[Connection, Filters], Any]

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "contents.same_hours_last_week": contents.same_hours_last_week,
        "contents.funnel": contents.funnel,
        "contents.over_time": contents.over_time,
        **{
            f"contents.over_time by {a}": partial(contents.over_time, by=a)
            for a in ("service", "theme", "technique", "source")
        },
        "spikes.series": spikes.series,
        "issues.counts": issues.counts,
        "issues.over_time": issues.over_time,
        "issues.over_time by theme": partial(issues.over_time, by="theme"),
        "issues.same_hours_last_week": issues.same_hours_last_week,
        "issues.top": issues.top,
        "issues.spread": issues.spread,
        "issues.rising": issues.rising,
        "takedowns.now_open": takedowns.now_open,
        "takedowns.within_promise": takedowns.within_promise,
        "takedowns.within_promise_over_time": takedowns.within_promise_over_time,
        "takedowns.same_hours_last_week": takedowns.same_hours_last_week,
        "durations.durations": durations.durations,
        "request_sources.mix": request_sources.mix,
        "deadlines.in_force": deadlines.in_force,
        "bad_times.counts": bad_times.counts,
        "backlog.by_age": backlog.by_age,
        "backlog.queue": backlog.queue,
        "backlog.just_over": backlog.just_over,
        "hindsight.beside": hindsight.beside,
        "hindsight.changes": hindsight.changes,
        "hindsight.changed": hindsight.changed,
        "closed_messaging.clarified": closed_messaging.clarified,
        "compliance.by_deadline": compliance.by_deadline,
        "appeals.errors": appeals.errors,
        "changes.since_shift": changes.since_shift,
        "outreach.totals": outreach.totals,
        "outreach.over_time": outreach.over_time,
        "published.figures": published.figures,
        "calendars.events": calendars.events,
        "calendars.upcoming": calendars.upcoming,
        "calendars.elections": calendars.elections,
        "feeds.state": feeds.state,
    }
)
"""The questions behind the panels of the live pages."""

PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ringkasan": (
        "contents.same_hours_last_week", "issues.same_hours_last_week", "takedowns.now_open",
        "takedowns.within_promise", "outreach.totals", "spikes.series", "issues.over_time",
        "takedowns.within_promise_over_time", "takedowns.same_hours_last_week", "outreach.over_time",
        "calendars.events", "issues.rising", "changes.since_shift", "calendars.upcoming", "calendars.elections",
        "feeds.state",
    ),
    "isu_hoaks": (
        "contents.funnel", "issues.counts", "spikes.series", "calendars.events", "contents.over_time by service",
        "issues.over_time", "issues.over_time by theme", "issues.top", "issues.spread", "published.figures",
    ),
    "latensi": (
        "takedowns.within_promise", "durations.durations", "request_sources.mix", "hindsight.beside",
        "hindsight.changes", "hindsight.changed", "takedowns.now_open", "bad_times.counts", "backlog.by_age",
        "backlog.queue", "backlog.just_over", "deadlines.in_force", "closed_messaging.clarified", "calendars.events",
        "takedowns.within_promise_over_time", "appeals.errors",
    ),
})  # fmt: skip
"""What a page asks when it is opened, by the name of its file; a second viewer asks nothing."""

TO_THE_BUCKET = frozenset({"durations.durations"})
"""Questions that a roll-up answers to the bucket of its histogram and the facts to the second."""


@dataclass(frozen=True)
class Single:
    """A question with a target of its own: its number in the plan, what it is, its window and filters."""

    code: str
    words: str
    window: str
    question: Question
    services: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    percentiles: Question | None = None

    @property
    def name(self) -> str:
        """Its name in the table."""
        return f"{self.code} {self.words}"

    def filters(self, now: datetime) -> Filters:
        """Return what it is asked with."""
        return Choice(window=self.window, services=self.services, themes=self.themes).resolve(now)


def latency_figures(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per service, then the total: median, 90th percentile and share of the Kaplan-Meier curve."""
    return figures.summary(durations.durations(connection, filters))


def regions(connection: Connection, filters: Filters) -> list[tuple[Any, ...]]:
    """One row per province that has content in the window: found, removed, open."""
    measures = ("n_found", "n_removed", "n_open")
    asked = Asked(CONTENT, filters, ids(connection), by=("province_code",), measures=measures)
    return [tuple(row) for row in asked.sums().rows(connection)]


def percentiles(connection: Connection, filters: Filters) -> list[tuple[Any, ...]]:
    """One row per service: median and 90th percentile of removals, sorted by PostgreSQL itself; no open requests."""
    row = takedown_request.c
    spread = [func.percentile_cont(share).within_group(latency(row)) for share in (0.5, 0.9)]
    within = started(row).between(bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger))
    asked = select(row.service_id, *spread).where(and_(within, measurable(row), row.outcome_id == REMOVED))
    moments = {"since": int(filters.since.timestamp()), "until": int(filters.until.timestamp()) - 1}
    found = connection.execute(asked.group_by(row.service_id).order_by(row.service_id), moments)
    return [tuple(line) for line in found]


BY_SERVICE: Question = partial(contents.over_time, by="service")
SINGLES: tuple[Single, ...] = (
    Single("Q1", "open and overdue now", "24h", takedowns.now_open),
    Single("Q1", "found, and how it ended", "24h", contents.funnel),
    *(Single("Q2", f"content by service, {window}", window, BY_SERVICE) for window in ("7d", "30d", "365d")),
    *(
        Single("Q3", f"latency and curve, {window}", window, latency_figures, percentiles=percentiles)
        for window in ("7d", "30d", "365d")
    ),
    Single("Q4", "content by region, 365d", "365d", regions),
    Single("Q4", "by region, one service and theme, 365d", "365d", regions,
           services=("facebook",), themes=("candidates",)),
    Single("Q5", "campaign figures by day, 365d", "365d", outreach.over_time),
    Single("Q5", "campaign reach, 365d", "365d", outreach.totals),
)  # fmt: skip
"""The questions of the plan. Q6, the table page, is not built yet and not measured."""
