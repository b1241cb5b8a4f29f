"""Whatever happens to the facts, in whatever order: the roll-ups equal a recount in plain Python, and verify agrees.

The number of examples is POSKO_EXAMPLES (default 12 for each database and way), steps POSKO_STEPS (default 25).
POSKO_NO_SHRINKING shows the first failure as it was found, at once.
"""

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from data import recording
from data.keys import stable_id
from data.rollups import folding, integrity, keeping, recount
from data.schema import Rollups
from tests.data.recounts import assert_exact, facts

EXAMPLES = int(os.environ.get("POSKO_EXAMPLES", "12"))
STEPS = int(os.environ.get("POSKO_STEPS", "25"))
PHASES = [Phase.generate] if "POSKO_NO_SHRINKING" in os.environ else list(Phase)
NOW = datetime(2024, 3, 1, tzinfo=UTC)
EDGES = [
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 1, 1, 17, tzinfo=UTC),  # midnight WIB
    datetime(2024, 1, 7, 17, tzinfo=UTC),  # Monday, midnight WIB
    datetime(2024, 2, 4, 17, tzinfo=UTC),
    datetime(2024, 2, 29, 16, 59, 59, tzinfo=UTC),
]
moments = st.builds(
    lambda edge, seconds: edge + timedelta(seconds=seconds),
    st.sampled_from(EDGES),
    st.sampled_from([-3600, -1, 0, 1, 59, 900, 3599, 3600]),
)
spans = st.sampled_from([-60, 0, 1, 5, 6, 900, 901, 3599, 3600, 3601, 14_400, 86_400, 90_000, 10**8])
content_keys = st.sampled_from([f"k{n}" for n in range(6)])
issue_keys = st.sampled_from(["i0", "i1", "i2"])
small = st.sampled_from([0, 1, 2, 999])
provinces = st.sampled_from([None, "11", "94", "99.9"])
outcomes = st.integers(0, 6)
precision = st.sampled_from(["second", "second", "day"])


def rows_with(key: dict[str, Any], **columns: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return a strategy of one to four rows that know their key and any part of the columns."""
    return st.lists(st.fixed_dictionaries(key, optional=columns), min_size=1, max_size=4)


content_rows = rows_with(
    {"natural_key": content_keys},
    issue_key=issue_keys, service_id=small, province_code=provinces, theme_id=small, source_id=small,
    technique_id=small, detected_at=moments, verified_at=moments, posted_at=moments, outcome_id=outcomes,
    ended_at=moments, views=st.integers(0, 10**12), time_precision=precision,
    clear=st.lists(st.sampled_from(["detected_at", "province_code", "issue_id", "service_id", "views"]), max_size=2),
)  # fmt: skip
request_rows = rows_with(
    {"content_key": content_keys},
    request_no=st.integers(1, 3), service_id=small, province_code=provinces, notified_at=moments,
    received_at=moments, stopped_seconds=st.sampled_from([0, 60, 4000]), outcome_id=outcomes, actioned_at=moments,
    time_precision=precision, urgency=st.sampled_from(["hoax", "urgent"]),
    clear=st.lists(st.sampled_from(["received_at", "notified_at", "actioned_at"]), max_size=2),
)  # fmt: skip
issue_rows = rows_with(
    {"natural_key": issue_keys, "title": st.just("Klaim")},
    theme_id=small, first_seen_at=moments, closed_at=moments, clarified_at=moments,
    status=st.sampled_from(["new", "active", "closed"]), clear=st.just(["first_seen_at"]),
)  # fmt: skip
clarification_rows = rows_with(
    {"issue_key": issue_keys, "reference": st.sampled_from(["a", "b"])},
    published_at=moments, clear=st.just(["published_at"]),
)  # fmt: skip


class Facts(RuleBasedStateMachine):
    """One database, one transaction an example, rolled back at its end."""

    steps = 0
    examples = 0

    def __init__(self, engine: Engine, with_triggers: bool) -> None:
        super().__init__()
        self.with_triggers = with_triggers
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.last: tuple[Any, list[dict[str, Any]]] | None = None
        self.told_directly = False
        type(self).examples += 1

    def teardown(self) -> None:
        try:
            self.everything_agrees()
        finally:
            self.transaction.rollback()
            self.connection.close()

    @initialize(hold_from=st.sampled_from([1, 3, 20]), pending=st.sampled_from([0, 4, 2_000]))
    def choose_when_triggers_are_held_and_what_waits_is_folded(self, hold_from: int, pending: int) -> None:
        keeping.HOLD_FROM, folding.PENDING_ROWS = hold_from, pending

    def record(self, function: Any, rows: list[dict[str, Any]]) -> None:
        answer = function(self.connection, "ais", rows, now=NOW)
        assert answer.new + answer.updated + answer.unchanged + len(answer.rejected) == len(rows)
        self.last = (function, rows)

    @rule(rows=content_rows)
    def contents(self, rows: list[dict[str, Any]]) -> None:
        self.record(recording.contents, rows)

    @rule(rows=request_rows)
    def requests(self, rows: list[dict[str, Any]]) -> None:
        self.record(recording.takedown_requests, rows)

    @rule(key=content_keys, number=st.integers(1, 2), start=moments, span=spans, outcome=st.integers(1, 6))
    def late_end(self, key: str, number: int, start: datetime, span: int, outcome: int) -> None:
        ended = {"actioned_at": start + timedelta(seconds=span), "outcome_id": outcome}
        ended["actioned_at"] = min(ended["actioned_at"], NOW)
        self.record(
            recording.takedown_requests, [{"content_key": key, "request_no": number, "notified_at": start, **ended}]
        )

    @rule(key=content_keys, number=st.integers(1, 2))
    def reopen(self, key: str, number: int) -> None:
        self.record(recording.takedown_requests, [{"content_key": key, "request_no": number, "outcome_id": 0}])

    @rule(key=content_keys, service=small, province=provinces, theme=small, source=small)
    def move(self, key: str, service: int, province: str | None, theme: int, source: int) -> None:
        moved = {"service_id": service, "province_code": province, "theme_id": theme, "source_id": source}
        self.record(recording.contents, [{"natural_key": key, **moved}])

    @rule(rows=issue_rows)
    def issues(self, rows: list[dict[str, Any]]) -> None:
        self.record(recording.issues, rows)

    @rule(rows=clarification_rows)
    def clarify(self, rows: list[dict[str, Any]]) -> None:
        self.record(recording.clarifications, rows)

    @rule(keys=st.lists(content_keys, min_size=1, max_size=2))
    def delete_contents(self, keys: list[str]) -> None:
        self.last = None
        recording.delete_contents(self.connection, "ais", [{"natural_key": key} for key in keys], now=NOW)

    @rule(key=content_keys, number=st.integers(1, 3))
    def delete_request(self, key: str, number: int) -> None:
        self.last = None
        row = {"content_key": key, "request_no": number}
        recording.delete_requests(self.connection, "ais", [row], now=NOW)

    @precondition(lambda self: self.last is not None)
    @rule()
    def replay(self) -> None:
        assert self.last is not None
        before = facts(self.connection)
        answer = self.last[0](self.connection, "ais", self.last[1], now=NOW + timedelta(seconds=9))
        if not any("clear" in row for row in self.last[1]) and _no_key_twice(self.last[1]):
            assert (answer.new, answer.updated) == (0, 0)
            assert facts(self.connection) == before

    @precondition(lambda self: self.with_triggers)
    @rule(key=content_keys, service=small, at=moments, outcome=outcomes)
    def write_directly(self, key: str, service: int, at: datetime, outcome: int) -> None:
        self.told_directly, self.last = True, None
        values = {"id": stable_id("content", key), "key": key, "service": service, "at": int(at.timestamp())}
        self.connection.execute(text(UPSERT), values | {"outcome": outcome})

    @precondition(lambda self: self.with_triggers)
    @rule(statement=st.sampled_from([
        "UPDATE content SET service_id = service_id + 1, views = NULL WHERE theme_id = 0",
        "UPDATE content SET detected_at = detected_at + 3600",
        "UPDATE content SET outcome_id = 6 - outcome_id",
        "UPDATE takedown_request SET stopped_seconds = stopped_seconds + 7, outcome_id = 1 WHERE actioned_at > 0",
        "UPDATE takedown_request SET notified_at = NULL, province_code = '12'",
        "UPDATE takedown_request SET urgency = 'urgent' WHERE request_no = 1",
        "UPDATE takedown_request SET urgency = 'other', outcome_id = 1 WHERE request_no = 2",
        "UPDATE issue SET status = 'closed', theme_id = 5 WHERE clarified_at IS NULL",
        "DELETE FROM takedown_request WHERE request_no > 1",
        "DELETE FROM issue",
        "DELETE FROM content WHERE service_id = 2",
    ]))  # fmt: skip
    def change_directly(self, statement: str) -> None:
        self.told_directly, self.last = True, None
        self.connection.execute(text(statement))

    @rule()
    def rebuild(self) -> None:
        recount.rebuild(self.connection)

    @invariant()
    def rollups_equal_a_recount_in_python(self) -> None:
        type(self).steps += 1
        assert_exact(self.connection)

    def everything_agrees(self) -> None:
        assert recount.verify(self.connection) == []
        wrong = [found for found in integrity.check(self.connection) if "without" not in found.name]
        assert self.told_directly or wrong == []


UPSERT = """
INSERT INTO content (content_id, natural_key, service_id, theme_id, harm_id, technique_id, source_id, detected_at,
                     outcome_id, time_precision, feed_code, is_simulated)
VALUES (:id, :key, :service, 0, 0, 0, 0, :at, :outcome, 'second', 'ais', FALSE)
ON CONFLICT (content_id) DO UPDATE SET service_id = excluded.service_id, outcome_id = excluded.outcome_id
"""


def _no_key_twice(rows: list[dict[str, Any]]) -> bool:
    keys = [(row.get("natural_key"), row.get("content_key"), row.get("issue_key"), row.get("request_no", 1),
             row.get("reference")) for row in rows]  # fmt: skip
    return len(keys) == len(set(keys))


def test_rollups_equal_a_recount_whatever_happens(
    engine: Engine, both_ways: Rollups, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(keeping, "HOLD_FROM", keeping.HOLD_FROM)
    monkeypatch.setattr(folding, "PENDING_ROWS", folding.PENDING_ROWS)
    machine = type("FactsHere", (Facts,), {"steps": 0, "examples": 0})
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=PHASES,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(partial(machine, engine, both_ways == "triggers"), settings=chosen)
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    assert terminal is not None
    terminal.write_line(f" {engine.dialect.name}, {both_ways}: {machine.examples} examples, {machine.steps} steps")
