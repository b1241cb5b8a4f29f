"""Our routes: the event stream carries versions and topics only, health says whether numbers are fresh."""

import asyncio
import json
import re
from typing import Any

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from dashboard import application
from dashboard.hub import Hub, hub


def told(chunk: str) -> dict[str, Any]:
    """Return the message of one event."""
    line = next(line for line in chunk.splitlines() if line.startswith("data: "))
    message: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return message


def test_a_tab_is_told_where_we_stand_then_each_version_and_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BEAT_SECONDS", 0.05)

    async def story() -> list[dict[str, Any]]:
        hub.bind(asyncio.get_running_loop())
        stream = application.stream(hub)
        found = [told(await anext(stream))]
        found.append(told(await anext(stream)))
        hub.publish(["content"])
        found.append(told(await anext(stream)))
        assert hub.tabs == 1
        await stream.aclose()
        assert hub.tabs == 0
        return found

    first, beat, change = asyncio.run(story())
    assert (first["t"], beat["t"], change["t"]) == (["*"], [], ["content"])
    assert change["v"] == hub.version != beat["v"]
    assert set(first) | set(beat) | set(change) == {"v", "t", "n"}


def test_a_closing_server_ends_the_streams() -> None:
    async def story() -> list[str]:
        closing = Hub()
        closing.bind(asyncio.get_running_loop())
        stream = application.stream(closing)
        await anext(stream)
        closing.close()
        return [chunk async for chunk in stream]

    assert len(asyncio.run(story())) <= 1


def test_health_is_503_while_the_database_is_lost() -> None:
    async def answer() -> tuple[int, dict[str, str]]:
        response = await application.health(Request({"type": "http"}))
        return response.status_code, json.loads(bytes(response.body))

    hub.set_problem("unreachable")
    status, body = asyncio.run(answer())
    assert (status, body["database"]) == (503, "unreachable")
    hub.set_problem(None)
    status, body = asyncio.run(answer())
    assert (status, body["database"], set(body)) == (200, "ok", {"database", "since"})


def test_the_first_pages_name_leads_to_its_address() -> None:
    scope = {
        "type": "http", "method": "GET", "path": "/ringkasan", "query_string": b"rentang=7d", "scheme": "http",
        "server": ("localhost", 8501), "headers": [(b"host", b"localhost:8501")],
    }  # fmt: skip
    response = asyncio.run(application.first_page(Request(scope)))
    assert (response.status_code, response.headers["location"]) == (307, "/?rentang=7d")


@pytest.mark.parametrize(("language", "words"), [("id", "sebutkan kode"), ("en", "give the operator code")])
def test_an_error_of_a_page_shows_only_its_code(language: str, words: str) -> None:
    def script(language: str) -> None:
        from dashboard import application
        from dashboard import language as spoken

        spoken.use(language)
        assert application.on_script_error(KeyError("nik 3171234567890123"))

    app = AppTest.from_function(script, args=(language,), default_timeout=20).run()
    assert not app.exception
    assert words in app.error[0].value
    assert re.search(r"\b[0-9a-f]{8}\b", app.error[0].value)
    assert "3171" not in app.error[0].value
