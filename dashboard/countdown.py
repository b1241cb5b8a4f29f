"""The countdown on a page: open requests whose minutes run on the screen, each a way to its item.

The browser counts by the room's clock (`countdown.js`); the page runs again only when a version brings other rows.
On a fixed link nothing runs: it shows how long each had left at its moment.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.chart import records
from dashboard.door import Answers
from dashboard.escaping import defang, plain
from dashboard.formats import clock
from dashboard.language import current, t
from dashboard.live import artefact
from dashboard.overview import REQUESTS, labels
from dashboard.shell import rows_address
from queries import links

_HERE = Path(__file__).parent
_HTML = (
    '<p class="empty"></p><div class="list" tabindex="0"><table><thead><tr></tr></thead><tbody></tbody></table></div>'
)
_list = st.components.v2.component(
    "posko_countdown", html=_HTML, css=(_HERE / "countdown.css").read_text(), js=(_HERE / "countdown.js").read_text()
)

COLUMNS = ("left", "state", "service", "province", "begun", "title")


def draw(answers: Answers, key: str) -> None:
    """Draw the requests of `backlog.just_over` and `backlog.queue` (answers `over` and `queue`), the latest due first.

    Titles are what a stranger wrote: text with its addresses defanged.
    """
    if answers.filters is None or answers.moment is None or answers["queue"].frame is None:
        return
    is_live = not answers.filters.pinned
    at = answers.moment.running() if is_live else answers.filters.as_of
    lines = artefact(answers["queue"], key, lambda frame: _lines(answers, frame))
    _list(key=key, data={"now": at.timestamp(), "live": is_live, "rows": lines, **_words()}, height="content")


def _words() -> dict[str, Any]:
    states = {state: t(f"latencies.{state}") for state in ("calm", "nearing", "breached", "stopped")}
    columns = [t(f"latencies.{name}") for name in COLUMNS]
    about = {"columns": columns, "units": [t("shell.unit_m"), t("shell.unit_s")], "alt": t("latencies.queue")}
    return {"words": states | about, "empty": t("latencies.queue_empty")}


def _lines(answers: Answers, queue: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows by what is left: those just over first, then the next to reach their hour."""
    over = answers["over"].frame
    rows = [*(records(over)[::-1] if over is not None else ()), *records(queue)]
    asked_at = answers.filters.as_of.timestamp() if answers.filters else 0.0
    names = labels(answers)
    return [_line(row, asked_at, names.get("service", {}), names.get("province", {})) for row in rows]


def _line(row: dict[str, Any], at: float, services: dict[str, str], provinces: dict[str, str]) -> dict[str, Any]:
    left = row["minutes_left"] * 60
    province = plain(provinces.get(row["province"], row["province"]), 40) or t("latencies.unlocated")
    title = defang(row["title"], 120) or t("latencies.untitled")
    service = plain(services.get(row["service"], row["service"]), 40)
    return {
        "key": f"{row['content_id']}.{row['request_no']}",
        "due": None if row["is_stopped"] else at + left,
        "left": left,
        "cells": [service, province, clock(row["started_at"], current()), title],
        "href": rows_address(**REQUESTS, **{links.ITEM: str(row["content_id"])}),
    }
