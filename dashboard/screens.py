"""The ten pages: their files, addresses and icons, in the order of the menu."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.language import t

FOLDER = Path(__file__).parent.parent / "pages"


@dataclass(frozen=True)
class Screen:
    """One page. `key` is its address and the beginning of its words; `file` lies in pages/."""

    key: str
    file: str
    icon: str

    @property
    def path(self) -> Path:
        """Return the absolute path of its file."""
        return FOLDER / self.file

    @property
    def title(self) -> str:
        """Return its name in the menu."""
        return t(f"shell.page_{self.key}")

    @property
    def question(self) -> str:
        """Return the question it answers, its title."""
        return t(f"shell.question_{self.key}")

    @property
    def answer(self) -> str:
        """Return in one sentence what it answers."""
        return t(f"shell.answer_{self.key}")


SCREENS = (
    Screen("ringkasan", "ringkasan.py", ":material/dashboard:"),
    Screen("isu", "isu_hoaks.py", ":material/forum:"),
    Screen("latensi", "latensi.py", ":material/timer:"),
    Screen("wilayah", "wilayah.py", ":material/map:"),
    Screen("kampanye", "kampanye.py", ":material/campaign:"),
    Screen("aduan", "aduan.py", ":material/inbox:"),
    Screen("qos", "qos.py", ":material/cell_tower:"),
    Screen("tabel", "tabel.py", ":material/table_view:"),
    Screen("kualitas", "kualitas.py", ":material/fact_check:"),
    Screen("layar", "layar.py", ":material/tv:"),
)
BY_KEY = {screen.key: screen for screen in SCREENS}


def registered() -> list[st.Page]:
    """Return every page, always all of them: an unregistered address would open a dead dialog."""
    return [page(screen.key) for screen in SCREENS]


def page(key: str) -> st.Page:
    """Return the page of a key, for the menu or a link to it.

    It carries no icon: Streamlit would fetch it from an outside host for the browser's tab.
    """
    screen = next(screen for screen in SCREENS if screen.key == key)
    first = screen is SCREENS[0]
    return st.Page(screen.path, title=screen.title, url_path=screen.key, default=first, help=screen.answer)
