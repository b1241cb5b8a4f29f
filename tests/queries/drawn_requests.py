"""Requests as they are told: begun, ended, corrected, taken out, some of it late; hypothesis draws, a feed records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection

from data import recording
from tests.queries.latency_reference import Row

THEN = datetime(2026, 3, 4, 5, 34, 50, tzinfo=UTC)
NOW = THEN + timedelta(hours=40)

SERVICES = {1: "whatsapp", 3: "facebook", 7: "tiktok", 8: "telegram", 11: "x"}
edges = [0, 1, 899, 900, 901, 2_700, 3_599, 3_600, 3_601, 14_400, 86_399, 86_400, 86_401, 259_200]
spans = st.one_of(
    st.sampled_from([180, 300, 360, 420, 480, 600, 720, *edges]), st.integers(0, 5_000), st.integers(0, 40 * 86_400)
)
ages = st.one_of(
    st.sampled_from(edges), st.integers(0, 20_000), st.integers(0, 10 * 86_400), st.integers(0, 380 * 86_400)
)
maybe = st.one_of(st.none(), st.integers(0, 20_000))
requests = st.fixed_dictionaries(
    {
        "service": st.sampled_from(list(SERVICES)), "age": ages, "lasts": st.one_of(spans, st.just(-60)),
        "outcome": st.sampled_from([0, 1, 1, 1, 1, 2, 3, 4, 5, 6]),
        "stopped": st.sampled_from([0, 0, 0, 60, 4_000, 200_000]), "stands": st.one_of(st.none(), st.none(), spans),
        "province": st.sampled_from([None, "31", "32"]), "theme": st.sampled_from([3, 10]),
        "source": st.sampled_from([1, 3]), "precision": st.sampled_from(["second"] * 9 + ["day"]),
        "sent_before": maybe, "found_before": maybe, "posted_before": maybe, "checked_after": maybe,
        "fate": st.sampled_from(["kept"] * 5 + ["told late", "ended late", "deleted", "moved", "reopened"]),
    }
)  # fmt: skip
cohorts = st.lists(requests, min_size=25, max_size=90)
Drawn = dict[str, Any]


def ago(drawn: Drawn, name: str, seconds: int = 0) -> datetime | None:
    """Return the moment so long before the request was received that `name` says; None where it is not known."""
    before = drawn[name]
    return None if before is None else THEN - timedelta(seconds=drawn["age"] + before + seconds)


def begun(drawn: Drawn, number: int) -> Row:
    """Return a request as it is first told: still open."""
    received = THEN - timedelta(seconds=drawn["age"])
    stands = drawn["stands"]
    return {
        "content_key": f"k{number}", "service_id": drawn["service"], "province_code": drawn["province"],
        "theme_id": drawn["theme"], "source_id": drawn["source"], "received_at": received,
        "notified_at": ago(drawn, "sent_before"), "detected_at": ago(drawn, "found_before", 20_000),
        "posted_at": ago(drawn, "posted_before", 40_000), "stopped_seconds": drawn["stopped"],
        "stopped_at": None if stands is None else min(received + timedelta(seconds=stands), THEN),
        "time_precision": drawn["precision"],
    }  # fmt: skip


def over(drawn: Drawn, number: int, by: datetime) -> list[Row]:
    """Return the end of a request, where it has come by then."""
    acted = THEN + timedelta(seconds=drawn["lasts"] - drawn["age"])
    if drawn["outcome"] == 0 or acted > by:
        return []
    row: dict[str, Any] = {"content_key": f"k{number}", "outcome_id": drawn["outcome"], "actioned_at": acted}
    if drawn["checked_after"] is not None:
        checked = acted + timedelta(seconds=drawn["checked_after"])
        row["confirmed_down_at"] = checked if checked <= by else None
    return [row]


@dataclass
class Recorder:
    """Records drawn requests as feeds do: first open, then ended, corrected, taken out; some of it told late."""

    connection: Connection
    drawn: Sequence[Drawn]

    def _numbered(self, *fates: str) -> Iterator[tuple[int, Drawn]]:
        return ((n, one) for n, one in enumerate(self.drawn) if one["fate"] in fates)

    def _requests(self, rows: Sequence[Row], now: datetime) -> None:
        assert not recording.takedown_requests(self.connection, "ais", rows, now=now).rejected

    def by_then(self) -> None:
        """Record what is told by `THEN`: all begin; most ends; deletions and moves."""
        self._requests([begun(one, number) for number, one in enumerate(self.drawn)], THEN)
        told = self._numbered("kept", "deleted", "moved", "reopened")
        self._requests([row for number, one in told for row in over(one, number, THEN)], THEN)
        gone = [{"content_key": f"k{number}"} for number, _ in self._numbered("deleted")]
        recording.delete_requests(self.connection, "ais", gone, now=THEN)
        moved = [{"natural_key": f"k{number}", "service_id": 8, "province_code": "32", "theme_id": 3, "source_id": 1}
                 for number, _ in self._numbered("moved")]  # fmt: skip
        recording.contents(self.connection, "ais", moved, now=THEN)

    def since_then(self) -> None:
        """Record what is told by `NOW`: ends that had come long ago, ends that came since, what is open again."""
        late = [*self._numbered("told late"), *self._numbered("ended late")]
        self._requests([row for number, one in late for row in over(one, number, NOW)], NOW)
        again = [{"content_key": f"k{number}", "outcome_id": 0} for number, _ in self._numbered("reopened")]
        self._requests(again, NOW)
