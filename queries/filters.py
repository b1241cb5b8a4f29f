"""What a figure is about: what the operator chose (`Choice`) and what a question is asked with (`Filters`)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Self

from data.rollups.shapes import DAY as DAYS
from data.rollups.shapes import HOUR as HOURS
from data.rollups.shapes import Grain
from queries import links, windows
from queries.limits import HOURLY_WINDOW, LONGEST_WINDOW
from queries.links import Note, Reader

Names = Mapping[str, Mapping[str, tuple[str, str]]]
"""Dimension -> code -> (label in Indonesian, label in English); `queries.dimensions.names` reads it."""

UNLOCATED = "tanpa"
"""The province filter's code of content without a region: "tanpa wilayah"."""

CLOCKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "received": ("jam sejak diterima layanan", "clock from receipt by the service"),
        "notified": ("jam sejak dikirim ke layanan", "clock from sending to the service"),
        "detected": ("jam sejak ditemukan", "clock from detection"),
        "posted": ("jam sejak diunggah", "clock from posting"),
        "received_confirmed": (
            "jam sejak diterima layanan sampai dicek turun",
            "clock from receipt by the service to checked down",
        ),
        "notified_confirmed": (
            "jam sejak dikirim ke layanan sampai dicek turun",
            "clock from sending to the service to checked down",
        ),
        "detected_confirmed": ("jam sejak ditemukan sampai dicek turun", "clock from detection to checked down"),
        "posted_confirmed": ("jam sejak diunggah sampai dicek turun", "clock from posting to checked down"),
    }
)
"""Clocks that questions can be asked with (`data.rollups.clocks`) and their words; the default first."""

LISTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "services": ("service", links.SERVICES),
        "provinces": ("province", links.PROVINCES),
        "themes": ("theme", links.THEMES),
        "sources": ("source", links.SOURCES),
    }
)
"""Field of codes -> (its dimension in `Names`, its parameter in links)."""

_EVERYTHING = ("semua layanan, wilayah, tema dan sumber", "all services, regions, themes and sources")
_KNOWN_THEN = ("seperti diketahui saat itu", "as known then")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """One window and what it is narrowed to. Half-open `[since, until)`, aware UTC, whole seconds; codes sorted.

    `as_of` is the moment the answer speaks for; a `pinned` answer counts only what was recorded by then.
    An empty tuple of codes means all. Raises `ValueError` when it is not sound.
    """

    since: datetime
    until: datetime
    as_of: datetime
    services: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    clock: str = "received"
    window: str = "custom"
    pinned: bool = False

    def __post_init__(self) -> None:
        for moment in (self.since, self.until, self.as_of):
            if moment.utcoffset() != timedelta(0) or moment.microsecond:
                raise ValueError("filters hold whole seconds in UTC")
        if self.since >= self.until:
            raise ValueError("a window starts before it ends")
        if self.clock not in CLOCKS:
            raise ValueError("unknown clock")
        for codes in (getattr(self, name) for name in LISTS):
            if tuple(sorted(set(codes))) != codes or not all(map(links.CODE.fullmatch, codes)):
                raise ValueError("codes are sorted, distinct and well formed")

    @property
    def grain(self) -> Grain:
        """Width of the buckets in which this window is drawn: hours to 31 days, WIB days beyond."""
        return HOURS if self.until - self.since <= HOURLY_WINDOW else DAYS

    @property
    def weeks_back(self) -> int:
        """Whole weeks to the same hours of an earlier week that do not overlap this window: 1 up to 7 days."""
        return max(-((self.since - min(self.until, self.as_of)) // windows.WEEK), 1)

    def same_hours_earlier(self) -> Self:
        """Return the stretch from since to as_of, `weeks_back` weeks earlier."""
        back = self.weeks_back * windows.WEEK
        last = max(min(self.until, self.as_of), self.since + timedelta(seconds=1))
        return replace(self, since=self.since - back, until=last - back, window="custom")

    def compared(self) -> dict[str, object]:
        """Return both stretches of that comparison, as frames name them."""
        now, earlier = min(self.until, self.as_of), self.same_hours_earlier()
        before = {"since_before": earlier.since, "until_before": earlier.until}
        return {"weeks_back": self.weeks_back, "since": self.since, "until": now, **before}

    def caption(self, language: str, names: Names) -> str:
        """Return the window in words and WIB, the filters in words and the clock (`language` "id" or "en")."""
        place = 0 if language == "id" else 1
        parts = [self._window_in_words(language, names)]
        chosen = [_labels(getattr(self, name), names.get(d, {}), place) for name, (d, _) in LISTS.items()]
        parts += [words for words in chosen if words] or [_EVERYTHING[place]]
        parts += [CLOCKS[self.clock][place]] + [_KNOWN_THEN[place]] * self.pinned
        return " · ".join(parts)

    def _window_in_words(self, language: str, names: Names) -> str:
        place = 0 if language == "id" else 1
        known = windows.WINDOWS.get(self.window)
        label = (known.label_id, known.label_en)[place] if known else ""
        label = label or names.get("period", {}).get(self.window, ("", ""))[place]
        if self.until > self.as_of >= self.since:
            span = f"{('sejak', 'since')[place]} {windows.in_words(self.since, language)} WIB"
        else:
            span = windows.span_in_words(self.since, self.until, language)
        return f"{label}, {span}" if label else span

    def pinned_query(self) -> dict[str, str]:
        """Return the parameters of a link that shows the same figures later: absolute since, until and as_of."""
        moments = {links.SINCE: self.since, links.UNTIL: self.until, links.AS_OF: self.as_of}
        query = {name: moment.astimezone(windows.WIB).isoformat() for name, moment in moments.items()}
        return query | _lists_query(self)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the operator chose, before it becomes moments: a window, a period, days, or the moments of a fixed link."""

    window: str = windows.DEFAULT_WINDOW
    period: str = ""
    first_day: date | None = None
    last_day: date | None = None
    pin: tuple[datetime, datetime, datetime] | None = None
    services: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    clock: str = "received"

    @classmethod
    def from_query(
        cls, query: Mapping[str, object], known: Mapping[str, Collection[str]] | None = None
    ) -> tuple[Self, list[Note]]:
        """Return the choice a link stands for, and a note for each value that was dropped; never raises.

        `known` gives the codes that exist by parameter (`layanan`, `provinsi`, `tema`, `sumber`, `periode`); without
        it a code of good form is kept and matches nothing if it does not exist.
        """
        reader = Reader(query, known or {})
        lists = {name: reader.codes(parameter) for name, (_, parameter) in LISTS.items()}
        clock = reader.one_of(links.CLOCK, CLOCKS, "received")
        return cls(**_span_chosen(reader), **lists, clock=clock), reader.notes  # type: ignore[arg-type]

    def to_query(self) -> dict[str, str]:
        """Return the parameters of a link to this choice; what equals the default is left out."""
        query = {links.PERIOD: self.period} if self.period else {}
        if self.pin:
            moments = [moment.astimezone(windows.WIB).isoformat() for moment in self.pin]
            query |= dict(zip((links.SINCE, links.UNTIL, links.AS_OF), moments, strict=True))
        elif self.first_day and self.last_day:
            query |= {links.SINCE: self.first_day.isoformat(), links.UNTIL: self.last_day.isoformat()}
        elif self.window != windows.DEFAULT_WINDOW and not self.period:
            query[links.WINDOW] = self.window
        return query | _lists_query(self)

    def resolve(self, now: datetime, periods: Iterable[windows.Period] = ()) -> Filters:
        """Return the filters this choice means at `now` (aware); an unknown period means the default window."""
        as_of = windows.refresh_step(now)
        lists = {name: getattr(self, name) for name in (*LISTS, "clock")}
        if self.pin:
            since, until, as_of = self.pin
            return Filters(since=since, until=until, as_of=as_of, window="pinned", pinned=True, **lists)
        code, since, until = self._span(as_of, {p.code: p for p in periods})
        return Filters(since=since, until=until, as_of=as_of, window=code, **lists)

    def _span(self, now: datetime, periods: Mapping[str, windows.Period]) -> tuple[str, datetime, datetime]:
        if self.period in periods:
            return self.period, *_period_span(periods[self.period], now)
        if self.first_day and self.last_day:
            return "custom", windows.midnight(self.first_day), windows.midnight(self.last_day + windows.DAY)
        code = self.window if self.window in windows.WINDOWS else windows.DEFAULT_WINDOW
        return code, *_live_span(windows.WINDOWS[code].length, now)


def _live_span(length: timedelta | None, now: datetime) -> tuple[datetime, datetime]:
    running = now + timedelta(seconds=1)
    if length is None:
        return windows.day_start(now), windows.hour_end(running)
    if length <= HOURLY_WINDOW:
        return windows.hour_start(now) - length, windows.hour_end(running)
    return windows.day_start(now) - length, windows.day_end(running)


def _period_span(period: windows.Period, now: datetime) -> tuple[datetime, datetime]:
    running = windows.day_end(now + timedelta(seconds=1))
    until = windows.day_end(period.ends_at) if period.ends_at else running
    since = windows.day_start(period.starts_at) if period.starts_at else until - LONGEST_WINDOW
    until = min(until, running) if since < running else until
    return max(since, until - LONGEST_WINDOW), max(until, since + windows.DAY)


def _span_chosen(reader: Reader) -> dict[str, object]:
    period = reader.one_of(links.PERIOD, None, "")
    window = reader.one_of(links.WINDOW, windows.WINDOWS, windows.DEFAULT_WINDOW)
    pin = tuple(reader.moment(name) for name in (links.SINCE, links.UNTIL, links.AS_OF))
    if None not in pin and pin[0] < pin[1] and pin[1] - pin[0] <= LONGEST_WINDOW:  # type: ignore[operator]
        return {"pin": pin, "window": "custom"}
    if any(pin) or reader.query.get(links.AS_OF):
        reader.note(links.AS_OF, reader.query.get(links.AS_OF, ""), "incomplete")
    return _days_chosen(reader) or {"period": period, "window": window}


def _days_chosen(reader: Reader) -> dict[str, object]:
    first, last = reader.day(links.SINCE), reader.day(links.UNTIL)
    if first is None or last is None:
        return {}
    if last < first:
        reader.note(links.UNTIL, last, "malformed")
        return {}
    if last - first >= LONGEST_WINDOW:
        reader.note(links.SINCE, first, "too_long")
        first = last - LONGEST_WINDOW + windows.DAY
    return {"first_day": first, "last_day": last, "window": "custom"}


def _lists_query(chosen: Filters | Choice) -> dict[str, str]:
    lists = {parameter: ",".join(getattr(chosen, name)) for name, (_, parameter) in LISTS.items()}
    clock = {} if chosen.clock == "received" else {links.CLOCK: chosen.clock}
    return {name: text for name, text in (lists | clock).items() if text}


def _labels(codes: tuple[str, ...], labels: Mapping[str, tuple[str, str]], place: int) -> str:
    unlocated = {UNLOCATED: ("tanpa wilayah", "without a region")}
    return ", ".join((*labels.get(c, unlocated.get(c, (c, c))),)[place] for c in codes)
