"""Versions, health and listeners of one process."""

import asyncio

from dashboard.hub import EVERYTHING, STATE, Hub


def test_versions_are_unique_over_restarts() -> None:
    first, second = Hub(), Hub()
    first.publish(["content"])
    second.publish(["content"])
    assert first.version != second.version
    assert first.version == f"{first.boot}-1"


def test_a_screen_is_behind_from_the_first_change_after_its_version() -> None:
    hub = Hub()
    hub.publish(["content"])
    shown = hub.version
    assert hub.behind_seconds(shown) == 0.0
    hub.publish(["content"])
    hub._changes[-1] = (2, hub._changes[-1][1] - 20)
    assert 20 <= hub.behind_seconds(shown) < 25
    assert hub.behind_seconds(hub.version) == 0.0
    assert hub.behind_seconds("of another start-1") == float("inf")


def test_a_change_of_health_is_a_version_of_everything_and_is_told_once() -> None:
    async def story() -> list[str]:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        listener = hub.listen()
        hub.set_problem("unreachable")
        hub.set_problem("unreachable")
        await listener.woken.wait()
        assert hub.version == f"{hub.boot}-1"
        assert (hub.health.is_good, hub.health.problem) == (False, "unreachable")
        return listener.take()

    assert asyncio.run(story()) == [EVERYTHING, STATE]


def test_a_listener_gathers_the_topics_of_several_versions() -> None:
    async def story() -> tuple[list[str], list[str], int]:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        listener = hub.listen()
        await asyncio.to_thread(hub.publish, ["content"])
        await asyncio.to_thread(hub.publish, ["request", "content"])
        await listener.woken.wait()
        taken = listener.take()
        hub.leave(listener)
        return taken, listener.take(), hub.tabs

    assert asyncio.run(story()) == (["content", "request"], [], 0)
