"""Latency figures against scipy and a second sum, on whatever was recorded, corrected, deleted or told late.

A case is one service (or all) in one window with one filter and clock. POSKO_REFERENCE_CASES is how many a database
has to see at least (default 150). POSKO_NO_SHRINKING shows the first failure as it was found, at once.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, Engine

from data import tables
from data.rollups import folding
from queries import durations, latency, takedowns
from queries.dimensions import ids
from queries.filters import CLOCKS, Filters
from tests.data.recounts import rows_of
from tests.queries import latency_reference as reference
from tests.queries.drawn_requests import NOW, THEN, Drawn, Recorder, cohorts
from tests.queries.latency_reference import Item, Row

CASES = int(os.environ.get("POSKO_REFERENCE_CASES", "150"))
EXAMPLES = max(CASES // 60, 4)
"""An example has sixty cases or more."""

PHASES = [Phase.generate] if "POSKO_NO_SHRINKING" in os.environ else list(Phase)
IS_USUAL = "POSKO_REFERENCE_CASES" not in os.environ
"""The usual run draws the same requests each time; a heavier one draws others."""

CHOICES: list[dict[str, Any]] = [
    {}, {"services": ("facebook", "tiktok")},
    {"provinces": ("31",)}, {"provinces": ("31", "tanpa")}, {"themes": ("sara",)}, {"sources": ("automatic",)},
    *({"clock": clock} for clock in CLOCKS), {"clock": "posted", "provinces": ("32",), "services": ("facebook",)},
]  # fmt: skip
LENGTHS = [timedelta(hours=3), timedelta(days=2), timedelta(days=9), timedelta(days=30), timedelta(days=365)]


@dataclass
class Tally:
    """What was compared, and how far off it was at most."""

    counts: Counter[str] = field(default_factory=Counter)
    largest: dict[str, float] = field(default_factory=dict)

    def note(self, figure: str, off: float) -> None:
        """Keep the largest deviation of a figure."""
        self.largest[figure] = max(self.largest.get(figure, 0.0), off)

    def same(self, figure: str, found: Any, expected: Any) -> None:
        """Assert that numbers are equal but for the last digits of a float, unknown ones in the same places."""
        one, two = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
        assert one == pytest.approx(two, abs=1e-9, nan_ok=True), figure
        if one.size and not np.isnan(one).all():
            self.note(figure, float(np.nanmax(np.abs(one - two))))

    def near(self, figure: str, found: float, expected: float) -> None:
        """Assert that seconds are within the resolution of the sums: 2.5 seconds, or 1 %."""
        assert np.isnan(found) == np.isnan(expected), figure
        if not np.isnan(found):
            assert abs(found - expected) <= max(3, expected * 0.01), (figure, found, expected)
            self.note(f"{figure} in sums, s beyond 3", max(abs(found - expected) - 3, 0))
            self.note(f"{figure} in sums, share", abs(found - expected) / max(expected, 300))


def compare(line: Any, frame: pd.DataFrame, found: Sequence[Item], tally: Tally) -> None:
    """Compare every figure of one service of a frame of durations with scipy and the second sum."""
    assert line["n"] == len(found)
    assert (line["n_open"], line["n_removed"]) == tuple(sum(i.end == end for i in found) for end in ("open", "removed"))
    expected = reference.curve(found)
    tally.same("longest watched", line["longest_minutes"] * 60, max(one.seconds for one in found))
    for name, share in (("median", 0.5), ("p90", 0.9)):
        tally.same(name, line[f"{name}_minutes"] * 60, expected.quantile(share))
    rows = latency.of_service(frame, line["service"])
    curve = latency.survival(rows)
    assert curve.times.tolist() == expected.times.tolist()
    tally.same("share still up", curve.survival, expected.survival)
    proper = (expected.survival > 0) & (expected.survival < 1)
    tally.same("band, low", curve.low[proper], expected.low[proper])
    tally.same("band, high", curve.high[proper], expected.high[proper])
    for minutes in latency.RISK_MINUTES:
        assert curve.at_risk_at(minutes * 60) == sum(one.seconds >= minutes * 60 for one in found)
    tally.counts["not reached"] += bool(np.isnan(line["median_minutes"]))
    tally.counts["with ties"] += len({one.seconds for one in found}) < len(found)


def compare_ends(frame: pd.DataFrame, service: str, found: Sequence[Item], tally: Tally) -> None:
    """Compare how the requests of one service have ended by each moment."""
    ends = frame[frame["service"] == service]
    for minutes in (60, 240, 1_440, 10_080):
        rows, expected = ends[ends["minutes"] == minutes], reference.incidence(found, minutes * 60)
        if found and (max(one.seconds for one in found) >= minutes * 60 or not any(one.is_open for one in found)):
            tally.same("ways to end", rows["share"].to_list(), [expected[end] for end in rows["end"]])
        else:
            assert rows["share"].isna().all(), "nobody was watched so long"


def compare_with_truth(line: Any, true: Sequence[Item], stored: Sequence[Item], tally: Tally) -> None:
    """Compare what sums say with the single items: within their resolution, unless it swaps an end and a leaving."""
    expected = reference.curve(true)
    if reference.keeps_order(true, stored):
        tally.counts["sums in order"] += 1
        for name, share in (("median", 0.5), ("p90", 0.9)):
            tally.near(name, line[f"{name}_minutes"] * 60, expected.quantile(share))
        # One watched for an hour to the second lies in the bucket below: the sums do not know that anybody was.
        if max(one.seconds for one in stored) >= 3_600 or expected.at(3_600) == 0:
            tally.same("share within 60 min in sums", line["removed_60"], 1 - expected.at(3_600))
        else:
            assert np.isnan(line["removed_60"]), "nobody was watched for an hour"


@dataclass
class Question:
    """One window, filter and clock, and the rows that it is about."""

    filters: Filters
    rows: Sequence[Row]
    services: dict[int, str]

    def true(self, held: tuple[str, ...] = ("services",)) -> list[Item]:
        """Return its requests, exact. What no sum holds is read over 31 days at most, unless the link is fixed."""
        asked, (since, until, as_of) = self.filters, self.seconds
        narrowed = {name for name in ("services", "provinces", "themes", "sources") if getattr(asked, name)}
        if not asked.pinned and (asked.clock != "received" or not narrowed <= {*held}):
            since = max(since, until - 31 * 86_400)
        return reference.items(filter(self._is_asked, self.rows), asked.clock, since, until, as_of)

    def stored(self, found: Sequence[Item]) -> list[Item]:
        """Return them as the sums know them."""
        return [reference.as_stored(one, *self.seconds) for one in found]

    @property
    def seconds(self) -> tuple[int, int, int]:
        """Since, until, as_of in UTC seconds."""
        asked = self.filters
        return int(asked.since.timestamp()), int(asked.until.timestamp()), int(asked.as_of.timestamp())

    def _is_asked(self, row: Row) -> bool:
        asked = self.filters
        return (
            (not asked.services or self.services[row["service_id"]] in asked.services)
            and (not asked.provinces or (row["province_code"] or "tanpa") in asked.provinces)
            and (not asked.themes or row["theme_id"] == 3)
            and (not asked.sources or row["source_id"] == 1)
        )


def questions(rows: Sequence[Row], services: dict[int, str], as_of: datetime, *, pinned: bool) -> Iterator[Question]:
    """Give every filter and clock over windows of hours to a year, in turn."""
    for place, choice in enumerate(CHOICES):
        for length in LENGTHS if not choice else (LENGTHS[place % len(LENGTHS)],):
            until = as_of + timedelta(seconds=600)
            filters = Filters(since=until - length, until=until, as_of=as_of, pinned=pinned, **choice)
            yield Question(filters, rows, services)


def answer(connection: Connection, question: Question, tally: Tally) -> None:
    """Ask for durations, and compare each service and all together."""
    frame = durations.durations(connection, question.filters)
    true = question.true()
    is_exact = bool(frame.attrs["is_exact"])
    found = true if is_exact else question.stored(true)
    summary, ends = latency.summary(frame), latency.incidence(frame)
    assert set(summary["service"]) - {""} == {question.services[one.service] for one in true}
    for line in summary.to_dict("records"):
        mine = [place for place, one in enumerate(true) if belongs(question.services[one.service], line["service"])]
        if mine and line["is_applicable"]:
            kept = [found[place] for place in mine]
            compare(line, frame, kept, tally)
            compare_ends(ends, line["service"], kept, tally)
            tally.counts["exact" if is_exact else "sums"] += 1
            if not is_exact:
                compare_with_truth(line, [true[place] for place in mine], kept, tally)
            tally.counts["as known then"] += question.filters.pinned
        elif mine:
            assert pd.isna(line["median_minutes"])


def belongs(service: str, asked: str) -> bool:
    """Return whether a service is the one asked for; '' is all but closed messaging."""
    return service == asked if asked else service != "whatsapp"


def let_go(one: Any) -> bool:
    """Return whether a request was withdrawn, or its content deleted by the uploader, before its hour was up."""
    return bool(one.end == "withdrawn" and one.seconds <= 3_600)


def promise(connection: Connection, question: Question, tally: Tally) -> None:
    """Compare the share within the hour: of those whose hour has passed, by the clock, and not withdrawn in it."""
    as_of = int(question.filters.as_of.timestamp())
    frame = takedowns.within_promise(connection, question.filters).set_index("service")
    true = question.true(("services", "provinces", "themes", "sources"))
    for service in [*frame.index[frame["is_applicable"]]]:
        mine = [one for one in true if belongs(question.services[one.service], service) and not let_go(one)]
        due = [one for one in mine if one.start <= as_of - 3_600 and not (one.is_open and one.seconds < 3_600)]
        kept = sum(one.end == "removed" and one.seconds <= 3_600 for one in due)
        line = frame.loc[service]
        assert (line["n_due"], line["n_within_60"]) == (len(due), kept), (service, question.filters)
        if due:
            tally.same("Wilson", [line["low"], line["high"]], reference.interval(kept, len(due)))
            tally.counts["shares"] += 1


def test_figures_equal_the_reference(
    engine: Engine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally, checks = Tally(), list(HealthCheck)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=PHASES,
        suppress_health_check=checks,
        derandomize=IS_USUAL,
    )
    @given(cohorts)
    def examine(drawn: list[Drawn]) -> None:
        monkeypatch.setattr(folding, "PENDING_ROWS", (0, 3, 2_000)[len(drawn) % 3])
        with engine.connect() as connection, connection.begin() as transaction:
            services = {number: code for code, number in ids(connection).of["service"].items()}
            recorder = Recorder(connection, drawn)
            recorder.by_then()
            known = rows_of(connection, tables.takedown_request)
            recorder.since_then()
            rows = rows_of(connection, tables.takedown_request)
            tally.counts["examples"] += 1
            tally.counts["requests"] += len(rows)
            for place, question in enumerate(questions(rows, services, NOW, pinned=False)):
                monkeypatch.setattr(durations, "FEW_REQUESTS", len(drawn) * (place % 4 == 0))
                answer(connection, question, tally)
                promise(connection, question, tally)
            for question in questions(known, services, THEN, pinned=True):
                answer(connection, question, tally)
            transaction.rollback()

    examine()
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    assert terminal is not None
    terminal.write_line(f" {engine.dialect.name}: {dict(tally.counts)}, largest deviations {tally.largest}")
    assert tally.counts["exact"] + tally.counts["sums"] >= CASES
    assert min(tally.counts[kind] for kind in ("exact", "sums", "as known then", "not reached", "with ties")) > 0
