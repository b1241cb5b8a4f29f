"""Clock arithmetic of the room: WIB days, whole hours, named windows and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType

from queries.limits import REFRESH_SECONDS

WIB = timezone(timedelta(hours=7), "WIB")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """A named live window: its length back from the running hour, None for "since midnight WIB"."""

    length: timedelta | None
    label_id: str
    label_en: str


WINDOWS: Mapping[str, Window] = MappingProxyType(
    {
        "today": Window(None, "hari ini", "today"),
        "1h": Window(HOUR, "1 jam terakhir", "last hour"),
        "6h": Window(6 * HOUR, "6 jam terakhir", "last 6 hours"),
        "24h": Window(DAY, "24 jam terakhir", "last 24 hours"),
        "7d": Window(7 * DAY, "7 hari terakhir", "last 7 days"),
        "30d": Window(30 * DAY, "30 hari terakhir", "last 30 days"),
        "90d": Window(90 * DAY, "90 hari terakhir", "last 90 days"),
        "365d": Window(365 * DAY, "365 hari terakhir", "last 365 days"),
    }
)
"""Windows the filter bar offers, shortest first. Each holds its full length and the running hour or day besides."""

DEFAULT_WINDOW = "24h"

MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


@dataclass(frozen=True)
class Period:
    """A named period of an election; `ends_at` is exclusive, None while it has no end."""

    code: str
    label_id: str
    label_en: str
    starts_at: datetime | None
    ends_at: datetime | None


def refresh_step(moment: datetime) -> datetime:
    """Return the moment in UTC, rounded down to the refresh step."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % REFRESH_SECONDS, UTC)


def hour_start(moment: datetime) -> datetime:
    """Return the start of the hour in UTC (WIB, WITA and WIT are whole hours away)."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_start(moment: datetime) -> datetime:
    """Return the midnight WIB at or before a moment, in UTC."""
    return midnight(moment.astimezone(WIB).date())


def midnight(day: date) -> datetime:
    """Return the midnight WIB at which a day starts, in UTC."""
    return datetime.combine(day, time(0), WIB).astimezone(UTC)


def hour_end(moment: datetime) -> datetime:
    """Return the first whole hour at or after a moment."""
    return hour_start(moment + HOUR - timedelta(microseconds=1))


def day_end(moment: datetime) -> datetime:
    """Return the first midnight WIB at or after a moment, in UTC."""
    return day_start(moment + DAY - timedelta(microseconds=1))


def in_words(moment: datetime, language: str, *, clock: bool = True) -> str:
    """Return a moment as the room writes it: "21 Nov 2026 10.00" (en "21 Nov 2026 10:00"), WIB, without the zone."""
    local = moment.astimezone(WIB)
    day = f"{local.day} {MONTHS[language][local.month - 1]} {local.year}"
    return f"{day} {local:%H.%M}" if clock and language == "id" else f"{day} {local:%H:%M}" if clock else day


def span_in_words(since: datetime, until: datetime, language: str) -> str:
    """Return a half-open span in words and WIB; whole days name the last day, not the midnight after it."""
    if since == day_start(since) and until == day_start(until):
        first, last = (in_words(m, language, clock=False) for m in (since, until - DAY))
        return f"{first} WIB" if first == last else f"{first} – {last} WIB"
    return f"{in_words(since, language)} – {in_words(until, language)} WIB"
