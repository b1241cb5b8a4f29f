"""What the tiles and lists of Ringkasan say: frames in, words and finished tiles out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.charts import deadlines, risings, trends
from dashboard.charts.chart import Chart, records
from dashboard.charts.sparklines import sparkline
from dashboard.door import Answer, Answers
from dashboard.language import LANGUAGES, current, t
from dashboard.silences import known_until
from dashboard.tiles import Tile
from queries.filters import Filters
from queries.measures import MEASURES
from queries.windows import WINDOWS

CONTENT, ISSUES, REQUESTS, REACH = ({"tabel": name} for name in ("konten", "isu", "pengajuan", "jangkauan"))
"""Parameters by which Tabel & Unduh opens on the rows behind a number."""

CURVE_HEIGHT = 190
"""So that tiles and curve fit one screen of a laptop."""

BESIDE_A_PICTURE = 10
"""Longest value, characters, that has room beside its small picture."""


def window_words(filters: Filters) -> str:
    """Return the window in words: "24 jam", "hari ini", or its dates."""
    known, tongue = WINDOWS.get(filters.window), current()
    if known is not None:
        return known.label_id.removesuffix(" terakhir") if tongue == "id" else known.label_en.removeprefix("last ")
    return formats.window(filters.since, filters.until, tongue)


def _about(answers: Answers, words: str | None = None) -> str:
    """Return what a figure speaks for: its window and the moment of its data."""
    if answers.filters is None:
        return ""
    at = formats.clock(answers.filters.as_of, current())
    return t("overview.spoken_as_of", window=words or window_words(answers.filters), at=at)


def _basis(row: Mapping[str, Any]) -> str:
    since, until = row["since_before"].to_pydatetime(), row["until_before"].to_pydatetime()
    return formats.same_hours_last_week(since, until, current(), weeks=int(row["weeks_back"]))


def _change(answer: Answer, now: str, before: str) -> str:
    """Return the change of a count against the same hours before, in words."""
    if answer.frame is None or answer.frame.empty:
        return t("overview.no_comparison")
    (row,) = records(answer.frame)
    words = formats.change(row[now], row[before], current(), _basis(row))
    return words or t("overview.no_comparison")


def _spark(answer: Answer, column: str, name: str, per: str | None = None, end: datetime | None = None) -> Chart | None:
    """Return the small curve of a tile up to what is known, None where there are too few buckets to be one."""
    if answer.frame is None:
        return None
    known = answer.frame if end is None else answer.frame[answer.frame["started_at"] < end]
    return sparkline(known, column, name, current(), per) if len(known) >= 3 else None


def _label(measure: str) -> str:
    return MEASURES[measure].label(current())


def content(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of content found (`contents.same_hours_last_week`)."""
    n, end = formats.number(frame["n_found"].iloc[0], current()), known_until(answers, "content")
    return Tile(
        measure="content_found", value=n, notes=(_change(answers["content"], "n_found", "n_found_before"),),
        about=_about(answers), chart=_spark(answers["curve"], "n_found", _label("content_found"), end=end),
        rows=t("overview.rows_content", n=n), query=CONTENT,
    )  # fmt: skip


def issues(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of new issues (`issues.same_hours_last_week`)."""
    n, end = formats.number(frame["n_new"].iloc[0], current()), known_until(answers, "issue")
    return Tile(
        measure="issues_new", value=n, notes=(_change(answers["issues"], "n_new", "n_new_before"),),
        about=_about(answers), chart=_spark(answers["issue_curve"], "n_new", _label("issues_new"), end=end),
        rows=t("overview.rows_issues", n=n), query=ISSUES,
    )  # fmt: skip


def _total(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = records(frame[frame["is_total"]])
    return row


def open_requests(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of open requests, cut by their hour (`takedowns.now_open`)."""
    row, tongue = _total(frame), current()
    n = formats.number(row["n_open"], tongue)
    words = (("n_overdue", "overview.past", "red"), ("n_nearing", "overview.nearing", "orange"))
    states = [f":{color}[{t(key, n=formats.number(row[name], tongue))}]" for name, key, color in words if row[name]]
    undated = [t("overview.undated", n=formats.number(row["n_undated"], tongue))] if row["n_undated"] else []
    return Tile(
        measure="requests_open", value=n, notes=(" · ".join([*states, *undated]) or t("overview.none_waiting"),),
        about=_about(answers, t("overview.now")), chart=deadlines.open_by_deadline(row, tongue),
        rows=t("overview.rows_requests", n=n), query=REQUESTS | {"keadaan": "terbuka"},
    )  # fmt: skip


def overdue(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of open requests past their hour, with the oldest (`takedowns.now_open`)."""
    row, tongue = _total(frame), current()
    n = formats.number(row["n_overdue"], tongue)
    oldest = t("overview.oldest", age=formats.duration(row["oldest_minutes"] * 60, tongue))
    return Tile(
        measure="requests_overdue", value=f":red[▲ {n}]" if row["n_overdue"] else n,
        notes=(oldest if row["n_overdue"] else f":green[{t('overview.none_overdue')}]",),
        about=_about(answers, t("overview.now")), chart=_missed(answers["kept_curve"], known_until(answers, "request")),
        rows=t("overview.rows_requests", n=n), query=REQUESTS | {"keadaan": "lewat"},
    )  # fmt: skip


def _missed(answer: Answer, end: datetime | None) -> Chart | None:
    """Return the curve of requests that missed their hour, by the bucket in which their clock started."""
    if answer.frame is None:
        return None
    missed = answer.frame.assign(n_missed=answer.frame["n_due"] - answer.frame["n_within_60"])
    return _spark(replace(answer, frame=missed), "n_missed", t("overview.missed"), end=end)


def kept(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of the share removed within 60 minutes, with its interval (`takedowns.within_promise`)."""
    row, due = _total(frame), formats.number(_total(frame)["n_due"], current())
    end = known_until(answers, "request")
    about, query = _about(answers), REQUESTS | {"keadaan": "jatuh_tempo"}
    rows = t("overview.rows_requests", n=due)
    if _is_closed_only(frame):
        value, notes = t("overview.not_applicable"), (t("overview.closed_messaging"),)
        return Tile(measure="within_promise_share", value=value, notes=notes, about=about)
    return Tile(
        measure="within_promise_share", value=formats.percent(row["share"] if row["n_due"] else None, current(), 0),
        notes=(_interval(row), _kept_change(answers["kept_before"])), about=about, rows=rows, query=query,
        chart=_spark(answers["kept_curve"], "n_within_60", _label("within_promise_share"), "n_due", end),
    )  # fmt: skip


def _is_closed_only(frame: pd.DataFrame) -> bool:
    """Return whether all services asked about are closed messaging, which has no latency: n/a, not 0."""
    services = frame[~frame["is_total"]]
    return not services.empty and bool(services["is_closed_messaging"].all())


def _interval(row: Mapping[str, Any]) -> str:
    """Return the interval with its n, whether that is too few to judge, and what is not yet due."""
    waiting = t("overview.not_yet_due", n=formats.number(row["n_not_yet_due"], current()))
    if not row["n_due"]:
        return f"{t('overview.nothing_due')} · {waiting}" if row["n_not_yet_due"] else t("overview.nothing_due")
    shown = formats.percent_range(row["low"], row["high"], current())
    words = [t("overview.interval", range=shown, n=formats.number(row["n_due"], current()))]
    words += [t("overview.too_few")] if row["n_due"] < formats.SMALL else []
    return " · ".join([*words, waiting])


def _kept_change(answer: Answer) -> str:
    if answer.frame is None or answer.frame.empty:
        return t("overview.no_comparison")
    (row,) = records(answer.frame)
    if min(row["n_due"], row["n_due_before"]) < formats.SMALL:
        return t("overview.no_comparison")
    words = formats.change_of_share(row["share"], row["share_before"], current(), _basis(row))
    return words or t("overview.no_comparison")


def reach(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of campaign reach as a range (`outreach.totals`)."""
    (row,), tongue = records(frame), current()
    if not row["n_channels"]:
        return Tile(measure="reach", value=formats.UNKNOWN, notes=(t("overview.no_reports"),), about=_about(answers))
    channels = formats.number(row["n_channels"], tongue)
    seen = t("overview.impressions", n=formats.compact(_known(row["impressions"]), tongue))
    value = formats.compact_range(_known(row["reach_low"]), _known(row["reach_high"]), tongue)
    curve = _spark(answers["reach_curve"], "impressions", _label("impressions"))
    return Tile(
        measure="reach", value=value, notes=(seen,), about=_about(answers, _days(row)),
        chart=curve if len(value) <= BESIDE_A_PICTURE else None,
        rows=t("overview.rows_reach", n=channels), query=REACH,
    )  # fmt: skip


def _days(row: Mapping[Any, Any]) -> str:
    first, last = row["first_day"], row["last_day"]
    return formats.window(first.to_pydatetime(), (last + pd.Timedelta(days=1)).to_pydatetime(), current())


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def curve(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return content over time against its usual range, with the events of the calendar."""
    events, end = answers["events"].frame, known_until(answers, "content")
    return trends.content(frame, current(), events, end, height=CURVE_HEIGHT)


def rising(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return the sharpest rises, named in the running language."""
    return risings.rising(frame, labels(answers), current())


def labels(answers: Answers) -> dict[str, dict[str, str]]:
    """Return dimension -> code -> label in the running language."""
    place = LANGUAGES.index(current())
    known = answers.moment.names if answers.moment else {}
    return {dimension: {code: both[place] for code, both in codes.items()} for dimension, codes in known.items()}
