"""The frame around every page: menu, filter bar, status bar, citable link, titles, captions, refusals."""

from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard import filter_bar, formats, language, moments, push, screens, settings, silences, watcher
from dashboard.door import Answers
from dashboard.escaping import md_escape
from dashboard.hub import hub
from dashboard.language import t
from dashboard.moments import Moment
from dashboard.screens import BY_KEY

ICON = screens.FOLDER.parent / "dashboard" / "icon.png"

BLOCKING = ("schema_missing", "schema_older", "schema_newer", "unset", "address")
"""Problems that no earlier number can stand in for: the page is refused and the mend is shown."""

COMMANDS = {
    "schema_missing": "posko db init",
    "schema_older": "posko db upgrade",
    "unset": "POSKO_DATABASE_URL=/var/lib/posko/posko.db posko serve",
}


def run() -> None:
    """Draw one run of the whole app: the frame, then the page that the URL names."""
    watcher.ensure()
    language.use(filter_bar.spoken())
    push.start_run()
    pages = screens.registered()
    page = st.navigation(pages, position="hidden")
    st.set_page_config(page_title=f"{page.title} · Posko Anti-Hoaks", page_icon=str(ICON), layout="wide")
    moment = moments.latest()
    notes = filter_bar.read(moment)
    _sidebar(pages, moment)
    push.status()
    _pinned()
    for note in notes:
        st.caption(f":material/filter_alt_off: {md_escape(note.text(language.current()))}")
    if hub.health.problem in BLOCKING or moment is None:
        refuse(hub.health.problem or "broken")
    else:
        page.run()
    push.end_run()


def header(key: str) -> None:
    """Draw the title of a page, the question it answers."""
    st.title(BY_KEY[key].question, anchor=False)


def caption(answers: Answers, n: str | None = None, topics: Collection[str] = ()) -> None:
    """Draw what the numbers below are about: filters in words, n in words, as-of, age of the newest fact.

    The age is that of the feeds of these topics (queries.feeds), of all feeds without them.
    """
    if answers.filters is None or answers.moment is None:
        return
    tongue = language.current()
    words = [answers.filters.caption(tongue, answers.moment.names)]
    words += [n] if n else []
    words.append(t("shell.as_of", at=formats.moment(answers.filters.as_of, tongue)))
    if not answers.filters.pinned:
        words.append(t("shell.data_age", age=formats.age(answers.moment.age_seconds(topics), tongue)))
    words += [t("shell.simulated")] if answers.moment.is_simulated else []
    st.caption(" · ".join(md_escape(word, 600) for word in words))
    if stopped := silences.sentence(answers, topics):
        st.markdown(f":small[:orange[▲ {md_escape(stopped, 600)}]]")


def rows_link(label: str, **changes: str) -> None:
    """Draw a link to the rows behind a number: Tabel & Unduh with the same filters and these parameters besides."""
    page_link("tabel", label, **changes)


def rows_address(**changes: str) -> str:
    """Return the address, on this server, of Tabel & Unduh with the same filters and these parameters besides."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{'/' + base if base else ''}/tabel?{urlencode(filter_bar.query(changes=changes), safe=':,')}"


def page_link(key: str, label: str | None = None, **changes: str) -> None:
    """Draw a link to a page of ours that keeps the filters."""
    screen = BY_KEY[key]
    st.page_link(screens.page(key), label=label or screen.title, query_params=filter_bar.query(changes=changes))


def coming(key: str) -> None:
    """Draw a page that is not built yet: its question, what it will answer, and the filters it will follow."""
    header(key)
    st.markdown(BY_KEY[key].answer)
    st.caption(t("shell.coming"))


def refuse(problem: str) -> None:
    """Draw, in place of the page, why there is nothing to show and what mends it."""
    with st.container(border=True):
        st.subheader(t(f"shell.refuse_{problem}"), anchor=False)
        st.markdown(t(f"shell.mend_{problem}"))
        if problem in COMMANDS:
            st.code(COMMANDS[problem], language=None)


def _sidebar(pages: list[st.Page], moment: Moment | None) -> None:
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown("**Posko Anti-Hoaks**", width="content")
            filter_bar.draw_language()
        with st.container(gap="xxsmall"):
            query = filter_bar.query()
            for page, screen in zip(pages, screens.SCREENS, strict=True):
                st.page_link(page, label=screen.title, icon=screen.icon, query_params=query, width="stretch")
        if moment is not None:
            with st.container(gap="xsmall"):
                filter_bar.draw(moment)
            if st.button(t("shell.copy"), icon=":material/link:", width="stretch"):
                _cite(moment)


def _cite(moment: Moment) -> None:
    filters = moment.resolve(filter_bar.current())
    address = link(filters.pinned_query() | filter_bar.others())

    @st.dialog(t("shell.copy_title"), width="large")
    def show() -> None:
        st.markdown(t("shell.copy_help", at=formats.moment(filters.as_of, language.current())))
        st.code(address, language=None, wrap_lines=True)

    show()


def link(query: dict[str, str]) -> str:
    """Return the absolute address of this page with these parameters and the running language."""
    here = urlsplit(st.context.url or "")
    start = settings.current().public_url or f"{here.scheme}://{here.netloc}"
    spoken = {filter_bar.LANGUAGE: language.current()}
    return f"{start}{here.path or '/'}?{urlencode(query | spoken, safe=':,')}"


def _pinned() -> None:
    """Say on a fixed link that its figures do not move, and offer the way back."""
    chosen = filter_bar.current()
    if chosen.pin is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        at = formats.moment(chosen.pin[2], language.current())
        st.markdown(f":material/keep: **{t('shell.cited', at=at)}** {t('shell.cited_help')}", width="stretch")
        st.button(t("shell.back_to_live"), on_click=filter_bar.unpin, icon=":material/sensors:")
