"""What the panels of Latensi & Kepatuhan say of speed: curves, intervals, ends; frames in, words and charts out."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import endings, intervals, survival
from dashboard.charts.chart import Chart, records
from dashboard.door import Answer, Answers
from dashboard.escaping import plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import artefact
from dashboard.overview import labels
from dashboard.tables import Column, Sheet, draw_sheet, sheet
from dashboard.tiles import picture
from queries import comparisons, latency

WATCHED = latency.RISK_MINUTES[2:]
"""Moments in the table: those of the promise and the rules."""

NAME_PIXELS = 126
"""Width of the names of services in the table: the longest one and its mark."""


def whole(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the row of all services."""
    (row,) = records(frame[frame["is_total"]])
    return row


def only_closed(frame: pd.DataFrame) -> bool:
    """Return whether all services shown are closed messaging: there is no latency of a platform."""
    own = frame[~frame["is_total"]]
    return len(own) > 0 and bool(own["is_closed_messaging"].all())


def lone(frame: pd.DataFrame) -> bool:
    """Return whether fewer than two services have requests that are due: there is nothing to put in order."""
    return int((~frame["is_total"] & (frame["n_due"] > 0)).sum()) < 2


def summary(answer: Answer) -> pd.DataFrame:
    """Return medians and 90th percentiles by service, computed once per answer."""
    return artefact(answer, "latensi.summary", latency.summary)


def n_words(answers: Answers) -> str | None:
    """Return how many requests the page speaks of."""
    frame = answers["within"].frame
    if frame is None:
        return None
    words, since = t("latencies.n", n=number(whole(frame)["n_requests"], current())), frame.attrs.get("bounded_since")
    return words if since is None else t("latencies.n_since", n=words, at=formats.moment(since, current()))


def draw_curves(answers: Answers, scale: str) -> None:
    """Draw how long content stays up, a curve a service, and every service in numbers below."""
    draw, more, note = partial(curves, answers, scale), partial(draw_watched, answers), curves_note(answers)
    key, empty = f"latensi.curves.{scale}", t("latencies.curves_empty")
    picture(answers["durations"], key, draw, "latency_median_minutes", note=note, empty=empty, more=more)


def curves(answers: Answers, scale: str, frame: pd.DataFrame) -> Chart:
    """Return the curves of the services with most requests, and the lines of the promise and the rules."""
    lines = answers["deadlines"].frame
    known = lines if lines is not None else pd.DataFrame({"kind": [], "minutes": []})
    names = labels(answers).get("service", {})
    answer = answers["durations"]
    return survival.still_up(latency.curves(frame), summary(answer), known, names, current(), scale=scale)


def curves_note(answers: Answers) -> str:
    """Return how to read the curves."""
    at = formats.clock(answers.filters.as_of, current()) if answers.filters else formats.UNKNOWN
    frame = answers["durations"].frame
    few = frame is not None and survival.are_few(summary(answers["durations"]))
    drawn = t("latencies.curves_few" if few else "latencies.curves_drawn", k=survival.DRAWN)
    words = f"{t('latencies.curves_note', at=at)} · {drawn}"
    lines = answers["deadlines"].frame
    elsewhere = lines is not None and not lines.empty and not bool(lines["is_of_clock"].any())
    return f"{words} · {t('latencies.lines_other_clock')}" if elsewhere else words


def draw_watched(answers: Answers) -> None:
    """Draw every service in numbers, with how many requests were still watched when."""
    st.caption(t("latencies.risk_note"))
    draw_sheet(answers["durations"], f"latensi.watched.{current()}", partial(watched, answers), most=14)


def watched(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return every service in numbers: n, median with its interval, p90, and how many were still watched when."""
    names, tongue = labels(answers).get("service", {}), current()
    rows = [row for row in records(summary(answers["durations"])) if row["n"]]
    at_risk = latency.at_risk(frame)
    seen = {(row["service"], row["minutes"]): row["at_risk"] for row in records(at_risk)}
    columns = [
        Column(t("latencies.service"), [_service(row, names) for row in rows], width=NAME_PIXELS),
        Column(t("latencies.requests"), [number(row["n"], tongue) for row in rows], is_number=True),
        Column(t("latencies.median"), [_of_platform(row, "median") for row in rows], is_number=True),
        Column(t("latencies.limits_95"), [_range(row) for row in rows], is_number=True),
        Column(t("latencies.p90"), [_of_platform(row, "p90") for row in rows], is_number=True),
        Column(t("latencies.down_60"), [_down(row) for row in rows], is_number=True),
    ]
    columns += [
        Column(t("latencies.watched_at", time=survival.wait(minutes, tongue)),
               [_seen(seen, row, minutes) for row in rows], is_number=True)
        for minutes in WATCHED
    ]  # fmt: skip
    return sheet(columns, t("latencies.risk_table"), t("latencies.curves_empty"))


def _seen(seen: Mapping[Any, int], row: Mapping[str, Any], minutes: int) -> str:
    if row["is_total"]:
        return number(sum(n for (_, moment), n in seen.items() if moment == minutes), current())
    return number(seen[row["service"], minutes], current()) if row["is_applicable"] else "n/a"


def _service(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if row["is_total"]:
        return t("latencies.total")
    name = plain(names.get(row["service"], row["service"]), 60)
    return name if row["is_signatory"] else f"{name} *"


def _of_platform(row: Mapping[str, Any], name: str) -> str:
    return survival.half(row, current(), name) if row["is_applicable"] else "n/a"


def _down(row: Mapping[str, Any]) -> str:
    """Return the share down within the hour that the curve says, with its band; a dash where it is not known.

    A curve that has not fallen yet has no band: what little it knows is the Wilson interval beside it.
    """
    if pd.isna(row["removed_60"]) or not row["is_applicable"]:
        return formats.UNKNOWN
    shown = formats.whole_percent(row["removed_60"], current())
    if not row["removed_60_low"] < row["removed_60_high"]:
        return shown
    return f"{shown} ({formats.percent_range(row['removed_60_low'], row['removed_60_high'], current())})"


def _range(row: Mapping[str, Any]) -> str:
    """Return the limits of the median; above what was watched where it is not reached, a dash where there are none."""
    low, high = row["median_low_minutes"], row["median_high_minutes"]
    if not row["is_applicable"]:
        return formats.UNKNOWN
    if pd.isna(low):
        return survival.half(row, current()) if pd.isna(row["median_minutes"]) else formats.UNKNOWN
    shown = survival.wait(low, current())
    return f"{shown} – {survival.wait(high, current())}" if not pd.isna(high) else f"> {shown}"


def within(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return the share within the hour by service with intervals and who found the content."""
    names, mixed = labels(answers), answers["mix"].frame
    by_share = mixed is not None and not comparisons.reasons(frame, mixed)
    notes = {} if mixed is None else _mixes(mixed, names.get("source", {}))
    return intervals.within_hour(frame, notes, names.get("service", {}), current(), by_share)


def _mixes(mix: pd.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    """Return service -> its two largest detection sources in words, with their share."""
    found: dict[str, str] = {}
    for service, rows in mix.groupby("service", sort=False):
        largest = records(rows.nlargest(2, "n"))
        total = int(rows["n"].sum())
        parts = [
            f"{plain(names.get(r['source'], r['source']), 40)} {formats.percent(r['n'] / total, current(), 0)}"
            for r in largest
        ]
        found[str(service)] = ", ".join(parts)
    return found


def draw_within(answers: Answers) -> None:
    """Draw the share within the hour by service, and in which order they stand."""
    answer, note = answers["within"], order_note(answers)
    picture(answer, "latensi.by_service", partial(within, answers), "within_promise_share", note=note)


def order_note(answers: Answers) -> str:
    """Return in which order the services stand, and why they are not ranked."""
    answer, mixed = answers["within"], answers["mix"].frame
    if answer.frame is None or mixed is None or lone(answer.frame):
        return ""
    reasons = artefact(answer, "latensi.reasons", lambda frame: tuple(comparisons.reasons(frame, mixed)))
    why = ", ".join(t(f"latencies.why_{reason}") for reason in reasons)
    return t("latencies.not_ranked", why=why) if why else t("latencies.ordered")


def left_out(frame: pd.DataFrame) -> str:
    """Return of what all requests are made up: those that are due, and what stands outside the share, in numbers."""
    row = whole(frame)
    names = {"n": "requests", "due": "due", "waiting": "not_yet_due", "early": "ended_early", "withdrawn": "withdrawn",
             "bad": "unmeasurable", "na": "not_applicable"}  # fmt: skip
    return t("latencies.left_out", **{word: number(row[f"n_{name}"], current()) for word, name in names.items()})


def draw_speed(answers: Answers, scale: str) -> None:
    """Draw the curves beside the share within the hour and the ends."""
    left, right = st.columns([11, 9], gap="small")
    with left:
        draw_curves(answers, scale)
    with right:
        draw_within(answers)
        draw_ends(answers)


def draw_ends(answers: Answers) -> None:
    """Draw how requests ended: removals, and the ends that are none."""
    frame, empty = answers["durations"].frame, t("latencies.curves_empty")
    n = 0 if frame is None else whole(summary(answers["durations"]))["n"]
    note = t("latencies.endings_note", n=number(n, current()))
    picture(answers["durations"], "latensi.ends", ends, "ended_share", note=note, empty=empty)


def ends(frame: pd.DataFrame) -> Chart:
    """Return how requests have ended by four moments."""
    return endings.by_moment(latency.incidence(frame), current())
