"""Which server is read, judged by what the servers say of themselves. (Real ones: tests/dashboard/test_standbys.py.)"""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from data import hosts
from data.hosts import BEHIND_SECONDS, Hosts
from data.sightings import Host, Sighting
from tests.clusters import eventually

SETTINGS = {"host": "a,b,c", "port": ",,"}
A, B, C = (Host(name, "") for name in "abc")
NOW = 1_700_000_000


def seen(host: Host, age_seconds: float = 0, *, is_standby: bool = True) -> Sighting:
    return Sighting(host, is_standby, int(NOW - age_seconds))


def choosing(target: str = "prefer-standby") -> Hosts:
    servers = Hosts()
    servers._note(SETTINGS | {"target_session_attrs": target})
    return servers


@pytest.mark.parametrize(
    ("target", "sightings", "expected"),
    [
        ("prefer-standby", [seen(A, is_standby=False), seen(C), seen(B)], B),
        ("prefer-standby", [seen(A, is_standby=False), seen(B, BEHIND_SECONDS), seen(C, BEHIND_SECONDS + 1)], B),
        ("prefer-standby", [seen(A, is_standby=False), seen(B, BEHIND_SECONDS + 1)], A),
        ("prefer-standby", [seen(B, 900), seen(C, 800)], C),
        ("any", [seen(B), seen(A, is_standby=False)], A),
        ("any", [seen(B), seen(A, BEHIND_SECONDS + 1, is_standby=False)], B),
        ("primary", [seen(A), seen(B, 900, is_standby=False)], B),
        ("primary", [seen(A), seen(B)], None),
        ("standby", [seen(A, is_standby=False), seen(C, 900)], C),
    ],
)
def test_fresh_comes_before_the_wanted_kind_and_that_before_the_order_of_the_address(
    target: str, sightings: list[Sighting], expected: Host | None
) -> None:
    best = choosing(target)._best(sightings)
    assert (best.host if best else None) == expected


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Sighting]:
    """What the servers will say when they are asked; each look notes its time in `looks`."""
    answers: list[Sighting] = []

    def look_at_all(*_: Any) -> tuple[Iterable[Sighting], None]:
        return list(answers), None

    monkeypatch.setattr(hosts, "look_at_all", look_at_all)
    monkeypatch.setattr(hosts, "BEHIND_SECONDS", 0.1)
    monkeypatch.setattr(hosts, "CONFIRM_SECONDS", 0.2)
    monkeypatch.setattr(hosts, "PAUSES_SECONDS", (0.05,))
    return answers


def following(told: list[Sighting]) -> Hosts:
    told += [seen(A), seen(B), seen(C, is_standby=False)]
    servers = choosing()
    assert servers._choice() == A
    return servers


def keeps(servers: Hosts, heartbeat: int, seconds: float) -> bool:
    """Follow a heartbeat for so long; return whether the first server was read all the time and nothing was said."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        servers.follow(heartbeat)
        if not servers.is_read(A) or servers.is_cut_off:
            return False
        time.sleep(0.01)
    return True


def test_silence_of_all_is_no_reason_to_move(told: list[Sighting]) -> None:
    assert keeps(following(told), NOW, 0.6)


def test_what_is_only_on_its_way_is_no_reason_to_move(told: list[Sighting], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "CONFIRM_SECONDS", 60.0)
    servers = following(told)
    told[1:] = [seen(B, -60), seen(C, -60, is_standby=False)]
    eventually(lambda: servers.follow(NOW) or servers._now.newer, 10)  # type: ignore[func-returns-value]
    servers.follow(NOW + 60)
    assert servers._now.newer is None, "it came within the time of confirmation"
    assert servers.is_read(A)


def test_what_stays_away_is_a_reason_to_move_once(told: list[Sighting]) -> None:
    servers = following(told)
    told[1:] = [seen(B, -60), seen(C, -60, is_standby=False)]
    eventually(lambda: servers.follow(NOW) or servers.is_read(B), 10)  # type: ignore[func-returns-value]
    ends_at = time.monotonic() + 0.5
    while time.monotonic() < ends_at:
        servers.follow(NOW + 60)
        assert servers.is_read(B)
        time.sleep(0.01)


def test_without_the_primary_an_old_heartbeat_is_cut_off_until_it_moves(told: list[Sighting]) -> None:
    servers = following(told)
    del told[2]
    eventually(lambda: servers.follow(NOW) or servers.is_cut_off, 10)  # type: ignore[func-returns-value]
    servers.follow(NOW + 1)
    assert not servers.is_cut_off


def test_the_primary_is_left_for_a_standby_that_has_caught_up(
    told: list[Sighting], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "RETURN_SECONDS", 0.05)
    servers = following(told)
    servers.leave(A)
    told[:] = [seen(C, is_standby=False)]
    assert servers._choice() == C
    told.append(seen(A, 1))
    ends_at = time.monotonic() + 0.3
    while time.monotonic() < ends_at:
        servers.follow(NOW)
        assert servers.is_read(C), "a standby that lacks the newest heartbeat would show older figures"
        time.sleep(0.01)
    told[1] = seen(A)
    eventually(lambda: servers.follow(NOW) or servers.is_read(A), 10)  # type: ignore[func-returns-value]
