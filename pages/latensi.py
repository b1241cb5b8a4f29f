"""How fast does hoax content come down, and how sure are we?"""

from functools import partial

import streamlit as st

from dashboard import (
    backlogs,
    closed_reports,
    cohorts,
    hindsights,
    latencies,
    latency_choices,
    latency_tiles,
    shell,
    verdicts,
)
from dashboard.door import Answers, Question
from dashboard.language import t
from dashboard.live import live
from dashboard.tiles import section
from queries import appeals, backlog, bad_times, closed_messaging, deadlines, durations, hindsight, takedowns
from queries.request_sources import mix

WITHIN: dict[str, Question] = {"within": takedowns.within_promise}
ANSWER: dict[str, Question] = WITHIN | {"durations": durations.durations, "mix": mix, "deadlines": deadlines.in_force}
FIGURES: dict[str, Question] = WITHIN | {"durations": durations.durations, "open": takedowns.now_open}
CLOSED: dict[str, Question] = {"closed": closed_messaging.clarified}
BAD: dict[str, Question] = WITHIN | {"bad": bad_times.counts}
WAITING: dict[str, Question] = {"ages": backlog.by_age, "queue": backlog.queue, "over": backlog.just_over}
THEN: dict[str, Question] = {"beside": hindsight.beside, "changes": hindsight.changes, "changed": hindsight.changed}


def heading(answers: Answers) -> None:
    """Say what the page speaks for."""
    shell.caption(answers, latencies.n_words(answers), topics=("request",))


def waiting(answers: Answers) -> None:
    """Draw what is open now: the countdown, and the backlog by age."""
    left, right = st.columns([11, 9], gap="small")
    with left:
        backlogs.draw_queue(answers)
    with right:
        backlogs.draw_backlog(answers)


shell.header("latensi")
live("latensi.heading", WITHIN, heading)
live("latensi.answer", ANSWER, verdicts.draw, topics=("request",))
latency_choices.choose()
live("latensi.then", THEN, hindsights.draw, topics=("request",))
live("latensi.figures", FIGURES, latency_tiles.draw, topics=("request",))
live("latensi.bad", BAD, backlogs.draw_bad_times, topics=("request",))
live("latensi.waiting", WAITING | {"open": takedowns.now_open}, waiting)
scale = latency_choices.choose_scale()
live("latensi.speed", ANSWER, partial(latencies.draw_speed, scale=scale), topics=("request",))
live("latensi.closed", CLOSED, closed_reports.draw, topics=("content",))
cohort, line = latency_choices.choose_trend()
live("latensi.trend", cohorts.questions(line), partial(cohorts.draw, cohort, line), topics=("request",))
section(t("latencies.errors"))
live("latensi.errors", {"errors": appeals.errors}, backlogs.draw_errors, topics=("request",))
