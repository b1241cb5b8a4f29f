"""How fast does hoax content come down, and how sure are we?"""

from functools import partial

import streamlit as st

from dashboard import backlogs, closed_reports, cohorts, hindsights, latencies, latency_choices, shell, verdicts
from dashboard.door import Answers, Question
from dashboard.language import current, t
from dashboard.live import live
from dashboard.tables import fold_sheet
from dashboard.tiles import picture, section, tile_panel, tile_row
from queries import appeals, backlog, bad_times, closed_messaging, deadlines, durations, hindsight, takedowns
from queries.request_sources import mix

WITHIN: dict[str, Question] = {"within": takedowns.within_promise}
ANSWER: dict[str, Question] = WITHIN | {"durations": durations.durations, "mix": mix}
FIGURES: dict[str, Question] = WITHIN | {"durations": durations.durations, "open": takedowns.now_open}
SPEED: dict[str, Question] = ANSWER | {"deadlines": deadlines.in_force}
BAD: dict[str, Question] = WITHIN | {"bad": bad_times.counts}
WAITING: dict[str, Question] = {"ages": backlog.by_age, "queue": backlog.queue, "over": backlog.just_over}
THEN: dict[str, Question] = {"beside": hindsight.beside, "changes": hindsight.changes, "changed": hindsight.changed}


def heading(answers: Answers) -> None:
    """Say what the page speaks for."""
    shell.caption(answers, latencies.n_words(answers), topics=("request",))


def figures(answers: Answers) -> None:
    """Draw the four tiles of speed."""
    for column, (name, build) in zip(st.columns(4, gap="small"), latencies.TILES.items(), strict=True):
        with column:
            question = "durations" if name == "p90" else name
            tile_panel(answers[question], f"latensi.{name}", current(), partial(build, answers))


def speed(scale: str, answers: Answers) -> None:
    """Draw how long content stays up, how much came down within the hour, and how requests ended."""
    left, right = st.columns([11, 9], gap="small")
    answer, within, empty = answers["durations"], answers["within"], t("latencies.curves_empty")
    with left:
        latencies.draw_curves(answers, scale)
        picture(answer, "latensi.ends", latencies.ends, "ended_share", note=t("latencies.endings_note"), empty=empty)
    with right:
        draw, more = partial(latencies.within, answers), partial(latencies.draw_left_out, within)
        note = latencies.order_note(answers)
        picture(within, "latensi.by_service", draw, "within_promise_share", note=note, more=more)


def waiting(answers: Answers) -> None:
    """Draw what is open now: the countdown, and the backlog by age."""
    left, right = st.columns([11, 9], gap="small")
    with left:
        backlogs.draw_queue(answers)
    with right:
        draw, note = partial(backlogs.by_age, answers), backlogs.backlog_note(answers)
        picture(answers["ages"], "latensi.ages", draw, "requests_open", note=note)
    fold_sheet(answers["ages"], "latensi.by_age", t("latencies.backlog_table"), partial(backlogs.ages, answers))


def errors(answers: Answers) -> None:
    """Draw the errors as large as the removals."""
    tile_row(answers["errors"], "latensi.errors", current(), partial(backlogs.error_tiles, answers))


shell.header("latensi")
live("latensi.heading", WITHIN, heading)
scale = latency_choices.choose()
live("latensi.answer", ANSWER, verdicts.draw, topics=("request",))
live("latensi.then", THEN, hindsights.draw, topics=("request",))
live("latensi.figures", FIGURES, figures, topics=("request",))
live("latensi.bad", BAD, backlogs.draw_bad_times, topics=("request",))
live("latensi.waiting", WAITING | {"open": takedowns.now_open}, waiting)
live("latensi.speed", SPEED, partial(speed, scale), topics=("request",))
cohort, line = latency_choices.choose_trend()
live("latensi.trend", cohorts.questions(line), partial(cohorts.draw, cohort, line), topics=("request",))
live("latensi.closed", {"closed": closed_messaging.clarified}, closed_reports.draw, topics=("content",))
section(t("latencies.errors"))
live("latensi.errors", {"errors": appeals.errors}, errors, topics=("request",))
