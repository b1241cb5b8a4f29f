"""Charts: constant specifications, tables that tie, WIB on every clock, sentences that say what is shown."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from dashboard.charts import buckets, deadlines, endings, flows, members, releases, risings, sparklines, spreads, trends
from dashboard.charts.chart import Chart, wall_clock
from dashboard.formats import GLUE
from dashboard.palette import TOKENS

START = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""Midnight WIB of Saturday 21 November 2026."""

NAMES = {"facebook": "Facebook", "tiktok": "TikTok", "x": "X"}
NOISE = "<b>x</b> https://jahat.example ' || alert(1) || '"
LANGUAGES = ("id", "en")


def hours(n: int, width: str = "h") -> pd.DatetimeIndex:
    return pd.date_range(START, periods=n, freq=width).astype("datetime64[ms, UTC]")


def curve(counts: list[int], spikes: tuple[int, ...] = (), *, has_baseline: bool = True) -> pd.DataFrame:
    """Return a frame of `spikes.series`: usual 10, threshold 20."""
    known = 1.0 if has_baseline else np.nan
    frame = pd.DataFrame({
        "started_at": hours(len(counts)), "n_found": np.array(counts, dtype="int64"),
        "usual": 10.0 * known, "threshold": 20.0 * known, "n_weeks": 8, "has_baseline": has_baseline,
        "is_spike": [i in spikes for i in range(len(counts))],
        "is_filling": [i == len(counts) - 1 for i in range(len(counts))],
    })  # fmt: skip
    return frame.astype({"has_baseline": bool, "is_spike": bool, "is_filling": bool})


def split(**series: list[int]) -> pd.DataFrame:
    """Return a frame of `contents.over_time` by service."""
    parts = [
        pd.DataFrame({"started_at": hours(len(n)), "series": code, "n_found": n, "is_filling": False})
        for code, n in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def line(service: str, found: int, **parts: int) -> dict[str, Any]:
    """Return a row of `contents.funnel`; what is not named is 0, and the rest is open."""
    counts = dict.fromkeys(flows.PARTS, 0) | parts
    counts["open"] = parts.get("open", found - sum(parts.values()))
    difference = found - sum(counts.values())
    return {
        "service": service, "is_total": not service, "is_signatory": service != "x", "is_closed_messaging": False,
        "n_found": found, "n_verified": found, "n_clarified": found // 2, "n_requested": found,
        **{f"n_{name}": n for name, n in counts.items()}, "difference": difference, "is_balanced": difference == 0,
    }  # fmt: skip


def funnel(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


TOP = pd.DataFrame({
    "issue_id": ["1", "2"], "title": ["Klaim pertama", NOISE], "n_found": [30, 6], "n_services": [2, 1],
})  # fmt: skip
SPREAD = pd.DataFrame({"issue_id": ["1", "1", "2"], "service": ["facebook", "x", "tiktok"], "n_found": [20, 10, 6]})
RISING = pd.DataFrame({
    "kind": ["issue", "service"], "code": ["9", "tiktok"], "title": [NOISE, ""],
    "n_last": [40, 12], "usual": [4.0, 3.0],
})  # fmt: skip
OPEN_ROW = {"n_open": 20, "n_not_yet_due": 11, "n_nearing": 3, "n_overdue": 7, "n_undated": 2}
FIGURES = pd.DataFrame({
    "figure_set": ["A", "A", "B"], "service": ["", "facebook", ""], "is_total": [True, False, True],
    "window_start": pd.to_datetime(["2022-01-18T17:00Z", "2022-01-18T17:00Z", None]),
    "window_end": pd.to_datetime(["2023-10-27T17:00Z", "2023-10-27T17:00Z", "2024-01-02T17:00Z"]),
    "found": pd.array([526, 455, 2882], dtype="Int64"), "our_found": pd.array([None, None, 2900], dtype="Int64"),
    "balance": ["unbalanced", "balanced", "balanced"], "slip": ["", "two_values", ""],
})  # fmt: skip
EVENTS = pd.DataFrame({"starts_at": hours(3)[2:], "label_id": [NOISE], "label_en": [NOISE]})
MIDDLE = hours(2)[0].to_pydatetime() + timedelta(minutes=30)

DRAWN: dict[str, Callable[[str], Chart]] = {
    "content": lambda language: trends.content(curve([5, 30, 7], (1,)), language, EVENTS),
    "content of a silent feed": lambda language: trends.content(curve([5, 0]), language, None, MIDDLE),
    "members of a silent feed": lambda language: members.small_multiples(
        split(facebook=[9, 0]), NAMES, "service", language, known_until=MIDDLE
    ),
    "content without a baseline": lambda language: trends.content(curve([5, 3], has_baseline=False), language),
    "issues": lambda language: trends.issues(curve([1, 0, 2]).rename(columns={"n_found": "n_new"}), language),
    "sparkline": lambda language: sparklines.sparkline(curve([5, 30, 7]), "n_found", "Konten", language),
    "members": lambda language: members.small_multiples(split(facebook=[9, 1], x=[3, 20]), NAMES, "service", language),
    "funnel": lambda language: flows.funnel(line("", 40, removed=20, labelled=5), language),
    "services": lambda language: flows.by_service(funnel(line("facebook", 30, removed=9)), NAMES, language),
    "spread": lambda language: spreads.top_issues(TOP, SPREAD, NAMES, language),
    "rising": lambda language: risings.rising(RISING, {"service": NAMES}, language),
    "open": lambda language: deadlines.open_by_deadline(OPEN_ROW, language),
    "releases": lambda language: releases.statements(FIGURES, language),
}


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a specification."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def written(node: Any) -> Any:
    """Return a specification as its grammar is written: Vega-Lite reads scale and legend of a constant colour too."""
    if isinstance(node, dict):
        left_out = {"scale", "legend"} if "datum" in node else set()
        return {key: written(value) for key, value in node.items() if key not in left_out}
    return [written(value) for value in node] if isinstance(node, list) else node


def rows(chart: Chart, kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind of a chart's table."""
    return [row for row in chart.table.to_pylist() if row["kind"] == kind]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_the_specification_is_sound_and_holds_no_data(name: str, language: str) -> None:
    chart = DRAWN[name](language)
    alt.LayerChart.from_dict({**written(chart.spec), "data": {"name": "rows"}}, validate=True)
    assert not any(key in node for node in walk(chart.spec) for key in ("data", "datasets"))
    assert NOISE not in json.dumps(chart.spec)
    assert "jahat" not in json.dumps(chart.spec)


@pytest.mark.parametrize("name", DRAWN)
def test_the_specification_names_only_columns_of_its_table(name: str) -> None:
    chart = DRAWN[name]("id")
    asked = {node["field"] for node in walk(chart.spec) if "field" in node}
    assert asked <= set(chart.table.column_names)
    assert all("type" in node or "value" in node for node in walk(chart.spec) if "field" in node and "test" not in node
               and "scale" in node)  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_colours_are_tokens_that_the_theme_fills_in(name: str) -> None:
    chart = DRAWN[name]("id")
    text = json.dumps(chart.spec)
    assert "#" not in text
    assert "rgb(" not in text
    coloured = [node for node in walk(chart.spec) if node.get("field") in ("color", "tone") or "legend" in node]
    scales = [node["scale"] for node in coloured]
    assert scales
    assert all(scale == TOKENS for scale in scales)
    for column in ("color", "tone"):
        if column in chart.table.column_names:
            assert set(chart.table[column].drop_null().to_pylist()) <= set(TOKENS["domain"])


@pytest.mark.parametrize("name", DRAWN)
def test_the_specification_is_made_once(name: str) -> None:
    assert DRAWN[name]("id").spec is DRAWN[name]("id").spec
    assert DRAWN[name]("id").spec is not DRAWN[name]("en").spec


@pytest.mark.parametrize("name", DRAWN)
def test_no_picture_loads_or_links_anything(name: str) -> None:
    spec = DRAWN[name]("id").spec
    assert not {"href", "url", "image"} & {key for node in walk(spec) for key in node}
    assert not any(node.get("type") == "image" for node in walk(spec))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_says_in_words_what_it_shows(name: str, language: str) -> None:
    chart = DRAWN[name](language)
    assert chart.alt.strip()
    assert chart.title.strip()
    assert "{" not in chart.title + chart.alt
    assert not re.search(r"\bnan\b", f"{chart.title} {chart.alt}".lower())
    assert chart.height > 0


def test_text_from_the_public_is_defanged() -> None:
    for name in ("spread", "rising"):
        texts = [
            text for column in DRAWN[name]("id").table.columns for text in column.to_pylist() if isinstance(text, str)
        ]
        assert any("hxxps://jahat[.]example" in text for text in texts)
        assert not any("https://" in text for text in texts)


def test_clocks_show_wib_whatever_the_browser() -> None:
    moments = pd.Series(pd.to_datetime(["2026-11-20T17:00Z", None]).astype("datetime64[ms, UTC]"))
    shown = wall_clock(moments)
    assert pd.Timestamp(shown[0], unit="ms") == pd.Timestamp("2026-11-21 00:00")
    assert np.isnan(shown[1])
    scales = [n["scale"] for n in walk(DRAWN["content"]("id").spec) if n.get("type") == "temporal" and "scale" in n]
    assert scales
    assert {scale["type"] for scale in scales} == {"utc"}


@pytest.mark.parametrize(("language", "month", "point"), [("id", "Agu", ","), ("en", "Aug", ".")])
def test_axes_speak_the_language(language: str, month: str, point: str) -> None:
    locale = DRAWN["content"](language).spec["config"]["locale"]
    assert locale["time"]["shortMonths"][7] == month
    assert (len(locale["time"]["days"]), len(locale["time"]["months"])) == (7, 12)
    assert locale["number"]["decimal"] == point


def test_content_marks_its_spikes_and_the_bucket_still_filling() -> None:
    chart = trends.content(curve([5, 30, 7], (1,)), "id")
    assert chart.title == "42 konten ditemukan, terbanyak 30 pada Sab 21 Nov 01.00–02.00; 1 lonjakan"
    assert [(row["n"], row["text"]) for row in rows(chart, "spike")] == [(30, "30, biasanya 10")]
    assert [row["is_filling"] for row in rows(chart, "bucket")] == [False, False, True]
    assert "masih berjalan" in rows(chart, "bucket")[2]["when"]
    assert sum(row["n"] for row in rows(chart, "bucket")) == 42


def test_what_lies_after_the_last_word_of_the_feeds_is_named_unknown() -> None:
    chart = trends.content(curve([5, 0]), "id", None, MIDDLE)
    (gap,) = rows(chart, "gap")
    first, last = (row["left"] for row in rows(chart, "bucket"))
    assert first < gap["left"] < last < gap["right"]
    assert gap["text"].startswith("tanpa data sejak ")
    assert rows(trends.content(curve([5, 0]), "id"), "gap") == []
    (whole,) = rows(trends.content(curve([0, 0]), "id", None, MIDDLE - timedelta(days=2)), "gap")
    assert whole["left"] <= first, "silent before the window began: all of it is unknown, and no more than it"


def test_ends_nobody_was_watched_long_enough_for_are_named_so() -> None:
    shares = {60: (0.5, 0.25), 1_440: (np.nan, np.nan)}
    ends = pd.DataFrame(
        [
            {"service": "", "minutes": minutes, "end": end, "share": share, "n": 2}
            for minutes, both in shares.items()
            for end, share in zip(("removed", "labelled"), both, strict=True)
        ]
    )
    chart = endings.by_moment(ends, "id")
    assert [row["text"] for row in rows(chart, "unknown")] == ["belum teramati selama itu"]
    assert {row["share"] for row in rows(chart, "part")} == {"50\xa0%", "25\xa0%"}
    assert chart.title.startswith("Sesudah 1\xa0j, 50\xa0% diturunkan")
    nothing = ends.assign(share=np.nan)
    assert endings.by_moment(nothing, "id").title == "Belum cukup lama diamati untuk dinilai"


def test_the_usual_range_mirrors_the_threshold_and_stays_above_zero() -> None:
    band = rows(trends.content(curve([5, 6]), "id"), "usual")
    assert {(row["low"], row["usual"], row["high"]) for row in band} == {(0.0, 10.0, 20.0)}
    assert len(band) == 3  # once more at its right edge


def test_without_history_no_spike_is_judged() -> None:
    chart = trends.content(curve([5, 3], has_baseline=False), "id")
    assert chart.title.endswith("riwayat belum cukup untuk menilai lonjakan")
    assert rows(chart, "usual") == rows(chart, "spike") == []
    assert [row["expected"] for row in rows(chart, "bucket")] == ["–", "–"]


def test_the_largest_of_neighbouring_spikes_carries_the_words() -> None:
    chart = trends.content(curve([0, 25, 40, 30, *[0] * 20, 33, 0], (1, 2, 3, 24)), "id")
    assert [row["text"] for row in rows(chart, "spike")] == ["", "40, biasanya 10", "", "33, biasanya 10"]


def test_an_empty_window_says_so() -> None:
    assert trends.content(curve([0, 0]), "id").title == "Tidak ada konten dalam rentang ini"
    assert trends.content(curve([]), "en").title == "No content in this window"
    nothing = split(x=[0]).iloc[:0]
    assert members.small_multiples(nothing, NAMES, "service", "id").title == "Tidak ada konten dalam rentang ini"


def test_members_are_all_there_largest_first_and_tie_to_the_whole() -> None:
    counts = {f"s{i}": [i, i] for i in range(1, 13)}
    chart = members.small_multiples(split(**counts), {}, "service", "id")
    shown = rows(chart, "name")
    assert [row["name"] for row in shown] == [f"s{i}" for i in range(12, 0, -1)]
    assert sum(int(row["total"].replace(".", "")) for row in shown) == sum(map(sum, counts.values()))
    assert chart.title == f"s12 terbanyak: 15{GLUE}% dari 156 konten"


def test_nobody_is_called_first_among_few() -> None:
    chart = members.small_multiples(split(facebook=[9], x=[3]), NAMES, "service", "id")
    assert chart.title == "12 konten: terlalu sedikit untuk diperingkat"
    few = flows.by_service(funnel(line("facebook", 9), line("x", 3)), NAMES, "id")
    assert few.title == "12 konten pada 2 layanan: terlalu sedikit untuk diperingkat"


def test_services_keep_their_colour_and_others_are_dashed() -> None:
    shown = rows(DRAWN["members"]("id"), "name")
    assert {row["name"]: row["is_dashed"] for row in shown} == {"Facebook": False, "X": True}
    colours = {row["name"]: row["color"] for row in rows(DRAWN["members"]("id"), "bucket")}
    assert colours == {"Facebook": "service_facebook", "X": "other"}


def test_long_windows_take_buckets_together_without_losing_any() -> None:
    frame = split(facebook=[1] * 745, x=[2] * 745)
    chart = members.small_multiples(frame, NAMES, "service", "id")
    assert {row["peak"] for row in rows(chart, "head")} == {"puncak/6 jam"}
    assert [row["total"] for row in rows(chart, "name")] == ["1.490", "745"]
    assert len(rows(chart, "bucket")) <= 2 * (members.BUCKETS + 1)
    hour_of_day = {row["left"] // 3_600_000 % 6 for row in rows(chart, "bucket")}
    assert hour_of_day == {0}  # six-hour buckets start at 00, 06, 12 and 18 WIB


@pytest.mark.parametrize(("n", "hours_wide"), [(25, 1), (169, 1), (170, 1), (171, 2), (745, 6)])
def test_buckets_become_as_wide_as_needed(n: int, hours_wide: int) -> None:
    assert buckets.wide_enough(pd.Series(hours(n)), 170) == hours_wide * buckets.HOUR


def test_weeks_start_on_monday() -> None:
    days = pd.DataFrame({"started_at": hours(300, "D"), "series": "x", "n": 1, "is_filling": False})
    wider = buckets.together(days, 7 * buckets.DAY)
    assert set(wider["started_at"].dt.tz_convert("Asia/Jakarta").dt.day_of_week) == {0}
    assert wider["n"].sum() == 300


def test_the_parts_of_the_funnel_add_up_to_what_was_found() -> None:
    chart = flows.funnel(line("", 40, removed=20, labelled=5, rejected=1), "id")
    assert sum(row["to"] - row["from"] for row in rows(chart, "part")) == 40
    assert chart.title == "Dari 40 konten, 20 diturunkan dan 14 masih terbuka"
    assert [row["end"] for row in rows(chart, "name")][-1] == "40"


@pytest.mark.parametrize(("language", "words"), [("id", "TIDAK SEIMBANG"), ("en", "DOES NOT BALANCE")])
def test_a_funnel_that_does_not_add_up_says_so(language: str, words: str) -> None:
    broken = line("", 40, removed=20, open=17)
    chart = flows.funnel(broken, language)
    last = rows(chart, "name")[-1]
    assert chart.title.startswith(words)
    assert (last["end"], last["tone"], last["name"][0]) == ("40 ≠ 37", "breached", "▲")
    services = flows.by_service(
        funnel(line("facebook", 30), {**broken, "service": "tiktok", "is_total": False}), NAMES, language
    )
    assert services.title == f"{words}: TikTok"


def test_the_shares_of_a_service_are_of_what_was_found_there() -> None:
    chart = flows.by_service(funnel(line("facebook", 50, removed=30), line("", 50, removed=30)), NAMES, "id")
    parts = {row["part"]: (row["to"] - row["from"], row["count"]) for row in rows(chart, "part")}
    assert parts["Diturunkan"] == (pytest.approx(0.6), "30")
    assert parts["Terbuka"] == (pytest.approx(0.4), "20")
    assert [row["name"] for row in rows(chart, "name")] == ["Facebook"]


def test_the_spread_of_an_issue_adds_up() -> None:
    chart = spreads.top_issues(TOP, SPREAD, NAMES, "id")
    first = [row for row in rows(chart, "part") if row["title"] == "Klaim pertama"]
    assert [(row["from"], row["to"], row["label"]) for row in first] == [(0, 20, "Facebook 20"), (20, 30, "X 10")]
    assert chart.title == "Isu terluas: 30 konten di 2 layanan"
    assert [row["name"] for row in rows(chart, "key")] == ["Facebook", "TikTok", "X"]


def test_what_is_not_divided_by_service_is_shown_as_such() -> None:
    chart = spreads.top_issues(TOP, SPREAD.iloc[1:2], NAMES, "id")
    parts = {row["name"]: (row["from"], row["to"], row["color"]) for row in rows(chart, "part") if row["to"] > 6}
    assert parts == {"X": (0, 10, "other"), "tidak dirinci": (10, 30, "band")}
    assert [row["name"] for row in rows(chart, "key")] == ["X", "tidak dirinci"]


def test_open_requests_are_cut_at_45_and_60_minutes() -> None:
    chart = deadlines.open_by_deadline(OPEN_ROW, "id")
    shown = [(row["color"], row["to"] - row["from"]) for row in rows(chart, "part")]
    assert shown == [("on_time", 8), ("nearing", 3), ("breached", 7), ("muted", 2)]
    assert sum(n for _, n in shown) == OPEN_ROW["n_open"]


def test_rising_shows_the_usual_beside_the_count() -> None:
    chart = risings.rising(RISING.iloc[1:], {"service": NAMES}, "id")
    assert chart.title == "TikTok naik paling tajam: 12, biasanya 3"
    assert [(row["n"], row["usual"], row["name"]) for row in rows(chart, "row")] == [(12, 3, "layanan · TikTok")]


def test_releases_stand_beside_our_count_with_their_balance() -> None:
    chart = releases.statements(FIGURES, "id")
    heads = {row["name"]: (row["state"], row["tone"]) for row in rows(chart, "head")}
    assert heads == {
        "A · 19 Jan 2022 – 27 Okt 2023": ("▲ TIDAK SEIMBANG", "breached"),
        "B · s.d. 2 Jan 2024": ("● seimbang", "ink"),
    }
    assert [row["label"] for row in rows(chart, "bar")] == ["resmi 526", "resmi 2.882", "Posko 2.900"]
    assert chart.title == "1 dari 2 siaran resmi tidak seimbang; 1 salah cetak dikenali"


def test_a_curve_leaves_out_the_bucket_still_filling() -> None:
    values = [row["n"] for row in rows(sparklines.sparkline(curve([5, 30, 7]), "n_found", "Konten", "id"), "value")]
    assert values == [5, 30]


def test_a_curve_of_shares_has_gaps_where_nothing_was_due() -> None:
    frame = curve([2, 0, 3, 9]).assign(n_due=[4, 0, 4, 9])
    chart = sparklines.sparkline(frame, "n_found", "Bagian", "id", per="n_due")
    assert [row["n"] for row in rows(chart, "value")] == [0.5, None, 0.75]
    assert [row["n"] for row in rows(chart, "lone")] == [0.5, 0.75]
    assert chart.alt == "Bagian: 2 selang, dari 50 % sampai 75 %"


def test_a_long_curve_keeps_its_sum() -> None:
    chart = sparklines.sparkline(curve([1] * 500), "n_found", "Konten", "id")
    values = [row["n"] for row in rows(chart, "value")]
    assert len(values) <= sparklines.POINTS
    assert sum(values) == 499


def test_an_empty_curve_is_still_a_picture() -> None:
    chart = sparklines.sparkline(curve([]), "n_found", "Konten", "id")
    assert rows(chart, "value") == []
    assert "–" in chart.alt


def test_a_small_curve_of_counts_is_not_held_to_one() -> None:
    chart = sparklines.sparkline(curve([3, 12, 25, 9]), "n_found", "Konten", "id")
    scales = [layer["encoding"]["y"].get("scale", {}) for layer in chart.spec["layer"]]
    assert all("domain" not in scale for scale in scales)
    assert [row["n"] for row in rows(chart, "zero")] == [0]
    assert [row["n"] for row in rows(chart, "room")] == [1]
