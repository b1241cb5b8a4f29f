"""What is not known because feeds have stopped: since when, and which of them."""

from collections.abc import Collection
from datetime import datetime

import pandas as pd

from dashboard import formats
from dashboard.door import Answers
from dashboard.language import current, t
from queries.feeds import STATE
from queries.reading import from_rows

PROMPT_SECONDS = 3_600
"""A feed that may be silent for longer says nothing about an hour without a count."""

NAMED = 3
"""Stopped feeds named in one sentence; of more, the number of the others."""


def known_until(answers: Answers, topic: str) -> datetime | None:
    """Return when the last feed of a topic fell silent, where all of them have: later counts are unknown, not zero.

    Feeds that write at least hourly decide, where there are any. None where one still writes, where none ever wrote,
    and where the figures end before.
    """
    used = _used(answers, (topic,))
    prompt = used["expected_seconds"] <= PROMPT_SECONDS
    rows = used[prompt] if prompt.any() else used
    if rows.empty or not rows["has_stopped"].all():
        return None
    return _before_the_end(answers, rows["written_at"].max())


def sentence(answers: Answers, topics: Collection[str]) -> str | None:
    """Return in words which feeds of these topics (of all without them) have stopped and since when, None if none."""
    rows = _used(answers, topics)
    stopped = rows[rows["has_stopped"]].sort_values(["written_at", "code"])
    since = _before_the_end(answers, stopped["written_at"].min()) if len(stopped) else None
    if since is None:
        return None
    names = ", ".join(stopped[f"label_{current()}"].head(NAMED))
    more = t("shell.and_more", n=len(stopped) - NAMED) if len(stopped) > NAMED else ""
    return t("shell.stopped", feeds=names + more, at=formats.moment(since, current()))


def _used(answers: Answers, topics: Collection[str]) -> pd.DataFrame:
    if answers.moment is None:
        return from_rows([], STATE)
    rows = answers.moment.feeds[answers.moment.feeds["written_at"].notna()]
    return rows[rows["topic"].isin(list(topics))] if topics else rows


def _before_the_end(answers: Answers, at: pd.Timestamp) -> datetime | None:
    if answers.filters is None or at >= min(answers.filters.as_of, answers.filters.until):
        return None
    moment: datetime = at.to_pydatetime()
    return moment
