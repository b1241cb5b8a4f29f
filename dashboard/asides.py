"""The short lists beside the tiles of Ringkasan: calendar, what changed since the shift began, state of the feeds."""

from datetime import datetime
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.door import Answers
from dashboard.escaping import md_escape
from dashboard.language import current, t

SHOWN = 3
"""Events and feeds named; more would push the numbers off the screen."""


def calendar(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Return the countdown to voting and the next events, or the last ones past (`calendars.upcoming`)."""
    now = answers.filters.as_of if answers.filters else None
    lines = _countdown(answers["elections"].frame)
    if frame.empty or now is None:
        return lines or [t("overview.calendar_none")]
    past = [] if (frame["ends_at"] > now).any() else [f":small[{t('overview.calendar_past')}]"]
    return lines + past + [_event(row, now) for row in frame.head(SHOWN).itertuples()]


def _countdown(elections: pd.DataFrame | None) -> list[str]:
    if elections is None:
        return []
    coming = elections[elections["days_left"].notna() & (elections["days_left"] >= 0)]
    return [_vote(row) for row in coming.itertuples()]


def _vote(row: Any) -> str:
    election = md_escape(getattr(row, f"label_{current()}"))
    if row.days_left == 0:
        return f"**{t('overview.voting_today', election=election)}** · {t('overview.polls_close')}"
    return f"**{t('overview.voting_in', election=election, n=formats.number(row.days_left, current()))}**"


def _event(row: Any, now: datetime) -> str:
    label = md_escape(getattr(row, f"label_{current()}"))
    day = formats.day(row.starts_at, current())
    return f":small[**{day}** · {label} · :gray[{_distance(row, now)}]]"


def _distance(row: Any, now: datetime) -> str:
    if row.starts_at <= now < row.ends_at:
        return t("overview.running")
    days = (formats.local(row.starts_at).date() - formats.local(now).date()).days
    if days in (0, 1):
        return t("overview.today" if days == 0 else "overview.tomorrow")
    return t("overview.days_left" if days > 0 else "overview.days_ago", n=formats.number(abs(days), current()))


def shift(frame: pd.DataFrame) -> str:
    """Return what changed since the shift began: "Sejak gilir dimulai pukul 22.00: **312** konten ditemukan · …"."""
    since = formats.clock(frame["since"].iloc[0], current())
    some = [_changed(row) for row in frame.itertuples() if row.n]
    return f":small[{t('overview.shift', since=since, what=' · '.join(some) or t('overview.shift_none'))}]"


def _changed(row: Any) -> str:
    text = f"**{formats.number(row.n, current())}** {t(f'overview.shift_{row.kind}')}"
    return f":red[▲ {text}]" if row.kind == "newly_overdue" else text


def feeds(frame: pd.DataFrame) -> list[str]:
    """Return how many feeds are fresh, and each that is not, with a shape, a word and its age (`feeds.state`)."""
    used = frame[frame["age_seconds"].notna()]
    if used.empty:
        return [t("overview.feeds_none")]
    odd = used[used["freshness"] != "fresh"]
    good = formats.number(len(used) - len(odd), current())
    first = t("overview.feeds_good", good=good, n=formats.number(len(used), current()))
    silent = len(frame) - len(used)
    last = [f":small[{t('overview.feeds_silent', n=formats.number(silent, current()))}]"] if silent else []
    named = [_odd(row) for row in odd.head(SHOWN).itertuples()]
    return [f":small[:green[{first}]]" if odd.empty else f":small[{first}]", *named, *last]


def _odd(row: Any) -> str:
    feed = md_escape(getattr(row, f"label_{current()}"))
    text = t(f"overview.{row.freshness}", feed=feed, age=formats.age(row.age_seconds, current()))
    return f":small[:{'red' if row.freshness == 'stale' else 'orange'}[{text}]]"
