"""Settings of the dashboard, all from the environment; the README prints this table."""

import os
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Setting:
    """One variable of the environment: its default and what it is for."""

    default: str
    meaning: str


TABLE = MappingProxyType(
    {
        "POSKO_DATABASE_URL": Setting(
            "", "Database: a SQLite path or postgresql://user@host/name, several hosts allowed"
        ),
        "POSKO_ADDRESS": Setting("127.0.0.1", "Address the dashboard listens on"),
        "POSKO_PORT": Setting("8501", "Port the dashboard listens on"),
        "POSKO_ALLOWED_HOSTS": Setting("", "Host names it answers to besides loopback and its address, with commas"),
        "POSKO_PUBLIC_URL": Setting("", "Start of citable links; empty: the address in the reader's browser"),
        "POSKO_FRAME_ANCESTORS": Setting(
            "'none'", "Sites that may show the dashboard in a frame (CSP frame-ancestors)"
        ),
        "POSKO_LANGUAGE": Setting("id", "Language of a page whose link names none: id or en"),
        "POSKO_COOKIE_SECRET": Setting("", "Signs cookies; the same on every process behind one proxy; empty: random"),
        "POSKO_FOLDER": Setting("~/.local/share/posko", "Folder in which `posko demo` keeps its season"),
        "POSKO_DEBUG": Setting("", "1: a command that fails in Posko itself prints its traceback"),
    }
)
"""Every variable Posko reads. Streamlit's own STREAMLIT_… variables work besides and win over config.toml."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator set, ready to use."""

    database_url: str
    address: str
    port: int
    allowed_hosts: tuple[str, ...]
    public_url: str
    frame_ancestors: str
    language: str
    cookie_secret: str


def _read(name: str) -> str:
    return os.environ.get(name, "").strip() or TABLE[name].default


@cache
def current() -> Settings:
    """Return the settings of this process, read once; raise `ValueError` naming the variable that cannot be used."""
    language = _read("POSKO_LANGUAGE")
    if language not in LANGUAGES:
        raise ValueError("POSKO_LANGUAGE must be id or en")
    if not _read("POSKO_PORT").isdecimal():
        raise ValueError("POSKO_PORT must be a whole number")
    return Settings(
        database_url=_read("POSKO_DATABASE_URL"),
        address=_read("POSKO_ADDRESS"),
        port=int(_read("POSKO_PORT")),
        allowed_hosts=tuple(name.strip() for name in _read("POSKO_ALLOWED_HOSTS").split(",") if name.strip()),
        public_url=_read("POSKO_PUBLIC_URL").rstrip("/"),
        frame_ancestors=_read("POSKO_FRAME_ANCESTORS"),
        language=language,
        cookie_secret=_read("POSKO_COOKIE_SECRET"),
    )
