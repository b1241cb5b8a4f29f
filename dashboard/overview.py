"""What the tiles and lists of Ringkasan say: frames in, words and finished tiles out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.charts import deadlines, trends
from dashboard.door import Answer, Answers
from dashboard.escaping import md_escape
from dashboard.language import current, t
from dashboard.tiles import Tile
from queries.filters import Filters
from queries.limits import SMALL_NUMBER
from queries.measures import MEASURES
from queries.windows import WINDOWS

CONTENT, ISSUES, REQUESTS, REACH = ({"tabel": name} for name in ("konten", "isu", "pengajuan", "jangkauan"))
"""Parameters by which Tabel & Unduh opens on the rows behind a number."""


def window_words(filters: Filters) -> str:
    """Return the window in words: "24 jam terakhir", or its dates."""
    known, tongue = WINDOWS.get(filters.window), current()
    if known is not None:
        return known.label_id if tongue == "id" else known.label_en
    return formats.window(filters.since, filters.until, tongue)


def _about(answers: Answers, words: str | None = None) -> str:
    """Return what a figure speaks for: its window and the moment of its data."""
    if answers.filters is None:
        return ""
    at = formats.clock(answers.filters.as_of, current(), seconds=True)
    return t("overview.spoken_as_of", window=words or window_words(answers.filters), at=at)


def _basis(row: Mapping[str, Any]) -> str:
    since, until = row["since_before"].to_pydatetime(), row["until_before"].to_pydatetime()
    return formats.same_hours_last_week(since, until, current(), weeks=int(row["weeks_back"]))


def _change(answer: Answer, now: str, before: str) -> str:
    """Return the change of a count against the same hours before, in words."""
    if answer.frame is None or answer.frame.empty:
        return t("overview.no_comparison")
    row = answer.frame.iloc[0].to_dict()
    words = formats.change(row[now], row[before], current(), _basis(row))
    return words or t("overview.no_comparison")


def _spark(answer: Answer, column: str, measure: str) -> Any:
    if answer.frame is None or len(answer.frame) < 3:
        return None
    return trends.sparkline(answer.frame, column, MEASURES[measure].label(current()), current())


def content(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of content found (`contents.same_hours_last_week`)."""
    n = formats.number(frame["n_found"].iloc[0], current())
    notes = (_change(answers["content"], "n_found", "n_found_before"), _about(answers))
    chart = _spark(answers["curve"], "n_found", "content_found")
    return Tile(measure="content_found", value=n, notes=notes, chart=chart, rows=t("overview.rows_content", n=n), query=CONTENT)


def issues(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of new issues (`issues.same_hours_last_week`)."""
    n = formats.number(frame["n_new"].iloc[0], current())
    notes = (_change(answers["issues"], "n_new", "n_new_before"), _about(answers))
    chart = _spark(answers["issue_curve"], "n_new", "issues_new")
    return Tile(measure="issues_new", value=n, notes=notes, chart=chart, rows=t("overview.rows_issues", n=n), query=ISSUES)


def _total(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(name): value for name, value in frame[frame["is_total"]].iloc[0].items()}


def open_requests(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of open requests, cut by their hour (`takedowns.now_open`)."""
    row, tongue = _total(frame), current()
    n = formats.number(row["n_open"], tongue)
    near = t("overview.nearing", n=formats.number(row["n_nearing"], tongue))
    undated = [t("overview.undated", n=formats.number(row["n_undated"], tongue))] if row["n_undated"] else []
    notes = (" · ".join([f":orange[{near}]" if row["n_nearing"] else near, *undated]), _about(answers, t("overview.now")))
    return Tile(
        measure="requests_open", value=n, notes=notes, chart=deadlines.open_by_deadline(row, tongue),
        rows=t("overview.rows_requests", n=n), query=REQUESTS | {"keadaan": "terbuka"},
    )  # fmt: skip


def overdue(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of open requests past their hour, with the oldest (`takedowns.now_open`)."""
    row, tongue = _total(frame), current()
    n = formats.number(row["n_overdue"], tongue)
    oldest = formats.duration(row["oldest_minutes"] * 60, tongue)
    first = t("overview.oldest", age=oldest) if row["n_open"] else t("overview.none_overdue")
    return Tile(
        measure="requests_overdue", value=f":red[▲ {n}]" if row["n_overdue"] else f":green[● {n}]",
        notes=(first, _about(answers, t("overview.now"))), chart=_missed(answers["kept_curve"]),
        rows=t("overview.rows_requests", n=n), query=REQUESTS | {"keadaan": "lewat"},
    )  # fmt: skip


def _missed(answer: Answer) -> Any:
    """Return the curve of requests that missed their hour, by the bucket in which their clock started."""
    if answer.frame is None or len(answer.frame) < 3:
        return None
    frame = answer.frame.assign(n_missed=answer.frame["n_due"] - answer.frame["n_within_60"])
    return trends.sparkline(frame, "n_missed", t("overview.missed"), current())


def kept(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of the share removed within 60 minutes, with its interval (`takedowns.within_promise`)."""
    row, tongue = _total(frame), current()
    due, waiting = int(row["n_due"]), formats.number(row["n_not_yet_due"], tongue)
    chart = _spark(answers["kept_curve"], "share", "within_promise_share")
    notes = (_interval(row), _kept_change(answers["kept_before"]), t("overview.not_yet_due", n=waiting), _about(answers))
    return Tile(
        measure="within_promise_share", value=formats.percent(row["share"] if due else None, tongue, 0), notes=notes,
        chart=chart, rows=t("overview.rows_requests", n=formats.number(due, tongue)), query=REQUESTS | {"keadaan": "jatuh_tempo"},
    )  # fmt: skip


def _interval(row: Mapping[str, Any]) -> str:
    if not row["n_due"]:
        return t("overview.nothing_due")
    shown = formats.percent_range(row["low"], row["high"], current())
    words = t("overview.interval", range=shown, n=formats.number(row["n_due"], current()))
    return f"{words} · {t('overview.too_few')}" if row["n_due"] < SMALL_NUMBER else words


def _kept_change(answer: Answer) -> str:
    if answer.frame is None or answer.frame.empty:
        return t("overview.no_comparison")
    row = answer.frame.iloc[0].to_dict()
    if min(row["n_due"], row["n_due_before"]) < SMALL_NUMBER:
        return t("overview.no_comparison")
    words = formats.change_of_share(row["share"], row["share_before"], current(), _basis(row))
    return words or t("overview.no_comparison")


def reach(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of campaign reach as a range (`outreach.totals`)."""
    row, tongue = frame.iloc[0].to_dict(), current()
    value = formats.compact_range(_known(row["reach_low"]), _known(row["reach_high"]), tongue)
    about = f"{formats.day(row['first_day'], tongue, year=False)} – {formats.day(row['last_day'], tongue, year=False)}"
    seen = t("overview.impressions", n=formats.compact(_known(row["impressions"]), tongue))
    channels = t("overview.channels", n=formats.number(row["n_channels"], tongue))
    notes = (f"{seen} · {channels}", about) if row["n_channels"] else (t("overview.no_reports"), _about(answers))
    rows = t("overview.rows_reach", n=formats.number(row["n_channels"], tongue))
    chart = _spark(answers["reach_curve"], "impressions", "impressions")
    return Tile(measure="reach", value=value, notes=notes, chart=chart, rows=rows, query=REACH)


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
