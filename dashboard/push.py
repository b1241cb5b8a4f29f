"""The status bar: clocks, age of each feed, state of the connection, and the push that redraws what has changed.

The browser holds one event stream (`server.events`) that carries versions and topics only. On a new version its
component fires a trigger, whose callback re-runs exactly the fragments of the page that these topics concern.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, journal, language, live, moments, watcher
from dashboard.hub import EVERYTHING, STATE, hub
from dashboard.kept import Kept
from dashboard.language import t
from dashboard.moments import Moment
from queries import feeds

KEEP_ALIVE_SECONDS = 15
"""Every page runs a small fragment this often: it revives the page after a restart and replaces a blocked push."""

LOST_SECONDS = 3
"""The same while the database is lost: each run asks the watcher to try again."""

BEHIND_SECONDS = 12.0
"""A page that shows a version this long out of date was not reached by the push, and runs again as a whole."""

_bars: Kept[tuple[str, str], list[dict[str, Any]]] = Kept(8)
"""What the bar is told of the feeds, by version and language."""

BROKEN_SECONDS = 10.0
"""A page that ended in an error is tried again with a new version, but not more often than this."""

KEY = "posko.push"
UNFINISHED = "posko.unfinished"
DRAWN = "posko.drawn"
STATUS = "posko.status"

_HERE = Path(__file__).parent
_HTML = """
<div class="bar">
  <details class="feeds"><summary></summary><div class="all"></div></details>
  <span class="simulated" hidden></span>
  <div class="clock"><span><b class="WIB"></b> <small>WIB</small></span>
  <span><b class="WITA"></b> <small>WITA</small></span><span><b class="WIT"></b> <small>WIT</small></span></div>
</div>
<div class="banner" hidden><i></i><span role="alert"></span><b aria-hidden="true"></b></div>
"""
_bar = st.components.v2.component(
    "posko_status", html=_HTML, css=(_HERE / "push.css").read_text(), js=(_HERE / "push.js").read_text()
)


def status(*, is_wall: bool = False) -> None:
    """Draw the status bar and keep the page alive; call it once a page, before anything that may fail."""
    spoken = language.current()
    live.register(STATUS, [EVERYTHING])

    def body() -> None:
        language.use(spoken)
        if not hub.health.is_good:
            watcher.poke()
        moment = moments.latest()
        _bar(key=KEY, data=_data(moment, is_wall), on_version_change=_on_version, height="content")
        _catch_up()

    pace = KEEP_ALIVE_SECONDS if hub.health.is_good else LOST_SECONDS
    st.fragment(body, key=STATUS, run_every=pace)()


def start_run() -> None:
    """Note which version this run of the whole page shows, and forget the fragments of the page before."""
    st.session_state[DRAWN] = hub.version
    st.session_state[UNFINISHED] = time.monotonic()
    st.session_state[live.REGISTER] = {}


def end_run() -> None:
    """Note that the whole page was drawn."""
    st.session_state[UNFINISHED] = None


def _on_version() -> None:
    topics = _topics(getattr(st.session_state.get(KEY), "version", None))
    if STATE in topics or _is_broken():
        st.rerun()
    st.session_state[DRAWN] = hub.version
    st.rerun(live.concerned(topics) or [STATUS])


def _is_broken() -> bool:
    """Say whether the last run of the page ended in an error some time ago: then the whole of it is tried again."""
    since = st.session_state.get(UNFINISHED)
    return since is not None and time.monotonic() - since > BROKEN_SECONDS


def _topics(told: object) -> list[str]:
    """Return the topics a browser told; whatever else it sent counts as none."""
    topics = told.get("t") if isinstance(told, Mapping) else None
    return [topic for topic in topics if isinstance(topic, str)] if isinstance(topics, list) else []


def _catch_up() -> None:
    """Run the whole page again where the push did not reach it."""
    drawn = st.session_state.get(DRAWN, hub.version)
    if hub.behind_seconds(drawn) > BEHIND_SECONDS:
        journal.event("behind", version=drawn)
        st.rerun()


def _data(moment: Moment | None, is_wall: bool) -> dict[str, Any]:
    return {
        "version": st.session_state.get(DRAWN, hub.version),
        "base": "/" + st.get_option("server.baseUrlPath").strip("/") if st.get_option("server.baseUrlPath") else "",
        "now": moment.running().timestamp() if moment else time.time(),
        "wall": is_wall,
        "problem": _banner(moment) if moment else "",
        "simulated": t("shell.simulated") if moment and moment.is_simulated else "",
        "feeds": _bars.get_or_make((moment.version, language.current()), lambda: _feeds(moment)) if moment else [],
        "words": {
            "fresh": t("shell.fresh"),
            "late": t("shell.late"),
            "stale": t("shell.stale"),
            "never": t("shell.no_data"),
            "counted": t("shell.feeds_fresh"),
            "newest": t("shell.newest"),
            "lost": t("shell.lost"),
            "units": [t("shell.unit_s"), t("shell.unit_m"), t("shell.unit_h"), t("shell.unit_d")],
            "clock": "." if language.current() == "id" else ":",
        },
    }


def _banner(moment: Moment) -> str:
    health = hub.health
    if health.problem is None:
        return t("shell.banner_stopped", at=_last_written(moment)) if hub.has_stopped else ""
    at = formats.clock(health.since, language.current(), seconds=True)
    return f"{t(f'shell.banner_{health.problem}')} {t('shell.since', at=at)}"


def _last_written(moment: Moment) -> str:
    return formats.moment(moment.feeds["written_at"].max(), language.current())


def _feeds(moment: Moment) -> list[dict[str, Any]]:
    label = f"label_{language.current()}"
    now = moment.now.timestamp()
    return [
        {
            "label": row[label],
            "at": None if pd.isna(row["age_seconds"]) else now - row["age_seconds"],
            "late": feeds.LATE_AFTER * row["expected_seconds"],
            "stale": feeds.STALE_AFTER * row["expected_seconds"],
            "fact": None if pd.isna(row["fact_age_seconds"]) else now - row["fact_age_seconds"],
            "fact_late": feeds.OLD_FACTS_LATE * row["expected_seconds"],
            "fact_stale": feeds.OLD_FACTS_STALE * row["expected_seconds"],
        }
        for row in moment.feeds.sort_values("code").to_dict("records")
    ]
