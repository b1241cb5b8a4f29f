"""What the panels of Isu & Hoaks say: frames in, words, charts and exact tables out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import buckets, flows, members, spreads, trends
from dashboard.charts.chart import Chart, records
from dashboard.door import Answer, Answers
from dashboard.escaping import defang, plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import artefact
from dashboard.overview import CONTENT, ISSUES, labels, window_words
from dashboard.shell import rows_link
from dashboard.silences import known_until
from dashboard.tables import Column, Sheet, sheet
from dashboard.tiles import Tile

DIMENSIONS = ("service", "theme", "technique", "source")
BY = "menurut"
"""Parameter of a link: the dimension by which content is split."""

STAGES = ("n_found", "n_verified", "n_clarified", "n_requested")


def choose_dimension() -> str:
    """Draw the switch of the dimension, kept in the URL, and return the one chosen."""
    asked = st.query_params.get(BY, DIMENSIONS[0])
    chosen = asked if asked in DIMENSIONS else DIMENSIONS[0]
    key = f"isu.by.{current()}"
    st.session_state.setdefault(key, chosen)
    picked = st.segmented_control(
        t("hoaxes.by"), DIMENSIONS, format_func=lambda name: t(f"hoaxes.{name}"), key=key, required=True
    )
    dimension = picked or chosen
    if dimension != asked:
        st.query_params[BY] = dimension
    return dimension


def n_words(answers: Answers) -> str | None:
    """Return what the page counts, isu and konten apart."""
    funnel, counts = answers["funnel"].frame, answers["counts"].frame
    if funnel is None or counts is None:
        return None
    found = number(total(funnel)["n_found"], current())
    return t("hoaxes.n", contents=found, issues=number(counts["n_new"].iloc[0], current()))


def total(funnel: pd.DataFrame) -> dict[str, Any]:
    """Return the row of the whole of a funnel by service."""
    (row,) = records(funnel[funnel["is_total"]])
    return row


def curve(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return content over time with its usual range, spikes and events."""
    return trends.content(frame, current(), answers["events"].frame, known_until(answers, "content"))


def split(answers: Answers, dimension: str, frame: pd.DataFrame) -> Chart:
    """Return content over time, one row per member of the dimension."""
    names, end = labels(answers).get(dimension, {}), known_until(answers, "content")
    return members.small_multiples(frame, names, dimension, current(), known_until=end)


def flow(frame: pd.DataFrame) -> Chart:
    """Return the stages and the state now of all content."""
    return flows.funnel(total(frame), current())


def services(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return the state now by service."""
    return flows.by_service(frame, labels(answers).get("service", {}), current())


def balance(frame: pd.DataFrame) -> tuple[str, str]:
    """Return in words whether found is the sum of its parts, and the words of the link to the rows."""
    row, tongue = total(frame), current()
    parts = " + ".join(f"{number(row[f'n_{part}'], tongue)} {t(f'hoaxes.{part}').lower()}" for part in flows.PARTS)
    words = {"found": number(row["n_found"], tongue), "parts": parts}
    label = f"{t('overview.rows_content', n=words['found'])} →"
    if row["is_balanced"]:
        return t("hoaxes.balanced", **words), label
    return f":red[{t('hoaxes.not_balanced', **words, difference=number(row['difference'], tongue))}]", label


def draw_balance(answer: Answer) -> None:
    """Draw in words whether found is the sum of its parts, and the link to the rows behind it."""
    words, label = artefact(answer, "isu.balance", balance)
    st.markdown(words)
    rows_link(label, **CONTENT)


def exact(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return the funnel by service in numbers, the whole last, with the sum of the parts and whether it balances."""
    names, tongue = labels(answers).get("service", {}), current()
    titles = [_service(row, names) for row in records(frame)]
    counts = [(name, frame[name]) for name in (*STAGES, *(f"n_{part}" for part in flows.PARTS))]
    numbers = [
        Column(t(f"hoaxes.{name[2:]}"), [number(n, tongue) for n in values], is_number=True) for name, values in counts
    ]
    sums = frame["n_found"] - frame["difference"]
    ends = [
        Column(t("hoaxes.sum"), [number(n, tongue) for n in sums], is_number=True),
        Column(t("hoaxes.state"), [_state(n) for n in frame["difference"]]),
    ]
    return sheet([Column(t("hoaxes.service"), titles, width="medium"), *numbers, *ends], t("hoaxes.exact"))


def _service(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    if row["is_total"]:
        return t("hoaxes.total")
    name = plain(names.get(row["service"], row["service"]), 60)
    return name if row["is_signatory"] else t("hoaxes.not_signatory", name=name)


def _state(difference: int) -> str:
    if difference == 0:
        return t("hoaxes.state_good")
    return f"▲ {t('hoaxes.state_bad', n=number(difference, current()))}"


def issue_curve(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return new issues over time."""
    return trends.issues(frame, current(), answers["events"].frame, known_until(answers, "issue"))


def issue_themes(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return new issues over time, one row per theme."""
    names, end = labels(answers).get("theme", {}), known_until(answers, "issue")
    return members.small_multiples(frame, names, "theme", current(), what="issues", known_until=end)


def spread(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return the top issues, each cut by the services it was found on; without the spread, the totals alone."""
    rows = answers["spread"].frame
    known = rows if rows is not None else frame.head(0)[["issue_id", "n_found"]].assign(service="")
    return spreads.top_issues(frame, known, labels(answers).get("service", {}), current())


def spread_note(answers: Answers) -> str:
    """Return what the bars of the top issues are, and since when issues and services are counted where it is less."""
    frame, filters = answers["top"].frame, answers.filters
    if frame is None or filters is None:
        return t("hoaxes.top_note")
    words = {"counted_since": "hoaxes.counted_since", "spread_since": "hoaxes.spread_since"}
    moments = [(frame.attrs.get(name), key) for name, key in words.items()]
    day = [t(key, day=formats.day(at, current())) for at, key in moments if at is not None and at > filters.since]
    return " · ".join([t("hoaxes.top_note"), *day])


def top(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return the top issues in numbers; titles are what a stranger wrote, shown as text with addresses defanged."""
    themes, tongue = labels(answers).get("theme", {}), current()
    counted = ("n_found", "n_services", "n_provinces", "n_unlocated")
    columns = [
        Column(t("hoaxes.title"), [defang(text) for text in frame["title"]], width="large"),
        Column(t("hoaxes.theme"), [plain(themes.get(code, code), 60) for code in frame["theme"]]),
        Column(t("hoaxes.status"), [_status(code) for code in frame["status"]]),
        *(Column(t(f"hoaxes.{name}"), [number(n, tongue) for n in frame[name]], is_number=True) for name in counted),
        Column(t("hoaxes.n_views"), [number(n or None, tongue) for n in frame["n_views"].fillna(0)], is_number=True),
        Column(t("hoaxes.first"), [formats.moment(at, tongue, year=False) for at in frame["first_found_at"]]),
        Column(t("hoaxes.last"), [formats.moment(at, tongue, year=False) for at in frame["last_found_at"]]),
        Column(t("hoaxes.answer"), [_clarified(row) for row in frame.itertuples()]),
    ]
    return sheet(columns, t("hoaxes.top_table"))


def _status(code: str) -> str:
    return t(f"hoaxes.{code}") if code in ("new", "active", "closed") else plain(code, 40)


def _clarified(row: Any) -> str:
    return formats.moment(row.clarified_at, current(), year=False) if row.is_clarified else t("hoaxes.not_clarified")


def spikes(frame: pd.DataFrame) -> Sheet:
    """Return the spikes of the window, newest first, with what was usual and the threshold they passed."""
    marked, tongue = frame[frame["is_spike"]].iloc[::-1], current()
    width = buckets.bucket_width(frame["started_at"])
    columns = [
        Column(t("hoaxes.when"), buckets.bucket_words(marked["started_at"], width, tongue)),
        Column(t("hoaxes.found"), [number(n, tongue) for n in marked["n_found"]], is_number=True),
        Column(t("hoaxes.usual"), [number(n, tongue, 1) for n in marked["usual"]], is_number=True),
        Column(t("hoaxes.threshold"), [number(n, tongue, 1) for n in marked["threshold"]], is_number=True),
        Column(t("hoaxes.weeks"), [number(n, tongue) for n in marked["n_weeks"]], is_number=True),
    ]
    return sheet(columns, t("hoaxes.spikes_table"), t("hoaxes.spikes_none"))


def issue_tiles(answers: Answers, frame: pd.DataFrame) -> list[Tile]:
    """Return the tiles of issues: new, active now, share clarified, median time to clarification."""
    (row,), tongue = records(frame), current()
    window, now = window_words(answers.filters) if answers.filters else "", t("hoaxes.now")
    n_new, n_active = number(row["n_new"], tongue), number(row["n_active"], tongue)
    shown = formats.percent_range(row["clarified_low"], row["clarified_high"], tongue)
    interval = t("hoaxes.clarified_note", range=shown, n=n_new) if row["n_new"] else t("overview.no_comparison")
    clarified = formats.percent(row["clarified_share"], tongue, 0)
    return [
        Tile(measure="issues_new", value=n_new, about=window, rows=t("overview.rows_issues", n=n_new), query=ISSUES),
        Tile(
            measure="issues_active", value=n_active, about=now, rows=t("overview.rows_issues", n=n_active), query=ISSUES
        ),
        Tile(measure="issues_clarified_share", value=clarified, notes=(interval,), about=window),
        Tile(measure="clarified_median_minutes", value=_median(row), notes=(t("hoaxes.median_note"),), about=window),
    ]


def _median(row: Mapping[Any, Any]) -> str:
    """Return the median time, or that it lies beyond what was watched: never blank, never the naive value."""
    if not row["n_median"]:
        return formats.UNKNOWN
    if row["is_median_reached"]:
        return formats.duration(row["clarified_median_minutes"] * 60, current())
    return f"> {formats.duration(row['longest_watched_minutes'] * 60, current())}"
