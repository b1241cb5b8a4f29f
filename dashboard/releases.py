"""Figures the ministry published beside ours: printed as they were, with the slips that do not add up named."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import releases as pictures
from dashboard.charts.chart import Chart, records
from dashboard.door import Answers
from dashboard.escaping import defang, md_escape, plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import artefact
from dashboard.overview import labels
from dashboard.tables import Column, Sheet, fold_sheet, sheet
from dashboard.tiles import picture

PRINTED = ("issues", "found", "removed", "labelled", "open")


def draw(answers: Answers) -> None:
    """Draw the statements against our own count, the slips by name, and every printed figure behind a fold."""
    answer = answers["figures"]
    picture(
        answer,
        "isu.releases",
        chart,
        "published_found",
        note=t("hoaxes.published_note"),
        empty=t("hoaxes.published_empty"),
        heading=t("hoaxes.published"),
        more=partial(_below, answers),
    )


def _below(answers: Answers) -> None:
    answer = answers["figures"]
    st.markdown(artefact(answer, "isu.slips", partial(slips, answers)))
    fold_sheet(answer, "isu.figures", t("hoaxes.published_table"), partial(figures, answers), most=20)


def slips(answers: Answers, frame: pd.DataFrame) -> str:
    """Return the statements that contradict themselves, one line each."""
    names = labels(answers).get("service", {})
    known = frame[(frame["slip"] != "") | (frame["balance"] == "unbalanced")]
    return "  \n".join(_slip(row, names) for row in records(known))


def _slip(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    place = f"{row['figure_set']} · {names.get(row['service'], row['service']) or t('hoaxes.total')}"
    words = row[f"slip_{current()}"] or _state(row)
    mark = f"▲ **{md_escape(place)}**"
    return f"{f':red[{mark}]' if row['balance'] == 'unbalanced' else mark} {md_escape(words, 400)}"


def chart(frame: pd.DataFrame) -> Chart:
    """Return one row per published statement: its figure, ours over the same window, and whether it balances."""
    return pictures.statements(frame, current())


def figures(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return every published figure with its window, ours beside it, and what is odd about it."""
    names, tongue = labels(answers).get("service", {}), current()
    columns = [
        Column(t("hoaxes.set"), [plain(code, 20) for code in frame["figure_set"]]),
        Column(t("hoaxes.window"), [pictures.span(row, tongue) for row in records(frame)]),
        Column(
            t("hoaxes.service"), [plain(names.get(code, code), 60) or t("hoaxes.total") for code in frame["service"]]
        ),
        *(Column(t(f"hoaxes.printed_{name}"), _counts(frame[name]), is_number=True) for name in PRINTED),
        Column(t("hoaxes.state"), [_state(row) for row in records(frame)]),
        *(Column(t(f"hoaxes.our_{name}"), _counts(frame[f"our_{name}"]), is_number=True) for name in PRINTED),
        Column(t("hoaxes.note"), [_note(row) for row in records(frame)], width="large"),
        Column(t("hoaxes.source_of"), [defang(text, 120) for text in frame["source"]]),
    ]
    return sheet(columns, t("hoaxes.published"))


def _counts(values: "pd.Series[Any]") -> list[str]:
    return [number(None if pd.isna(n) else int(n), current()) for n in values]


def _state(row: Mapping[Any, Any]) -> str:
    if row["balance"] != "unbalanced":
        return t("hoaxes.state_good" if row["balance"] == "balanced" else "hoaxes.state_open")
    off = [row[name] for name in ("difference", "services_difference") if not pd.isna(row[name]) and row[name]]
    return f"▲ {t('hoaxes.state_bad', n=number(abs(int(off[0])) if off else None, current()))}"


def _note(row: Mapping[Any, Any]) -> str:
    texts = (defang(row[f"slip_{current()}"], 400), defang(row["note"], 400))
    return " · ".join(text for text in texts if text) or formats.UNKNOWN
