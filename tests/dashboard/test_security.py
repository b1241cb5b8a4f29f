"""Headers, host names and closed routes, asked of the middleware itself."""

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from dashboard.security import Guard, host_of, inline_scripts, policy


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """An app behind the guard: what Streamlit answers."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    elif scope["path"].endswith("host-config"):
        await JSONResponse({"allowedOrigins": ["https://a.example"], "blockErrorDialogs": False})(scope, receive, send)
    else:
        await PlainTextResponse("inside")(scope, receive, send)


def asked(path: str, host: str = "localhost:8501", kind: str = "http", hosts: tuple[str, ...] = ()) -> list[Any]:
    """Return the messages the guard sends for one request."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": f"{kind}.disconnect"}

    scope = {"type": kind, "path": path, "method": "GET", "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(inner, hosts, "'none'")(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8501", "[::1]:8501", "POSKO.example:443", "posko.example"])
def test_our_names_are_answered(host: str) -> None:
    assert asked("/", host, hosts=("posko.example",))[0]["status"] == 200


@pytest.mark.parametrize("host", ["evil.example", "posko.example.evil.example", "", "localhost.evil.example"])
def test_other_names_are_not(host: str) -> None:
    assert asked("/", host, hosts=("posko.example",))[0]["status"] == 421
    assert asked("/_stcore/stream", host, "websocket")[0]["type"] == "websocket.close"


def test_a_websocket_of_ours_is_passed_on() -> None:
    assert asked("/_stcore/stream", kind="websocket")[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/posko/_stcore/metrics", "/_stcore/agent/interact"])
def test_what_nobody_outside_needs_is_closed(path: str) -> None:
    assert asked(path)[0]["status"] == 404


def test_every_answer_carries_the_headers() -> None:
    headers = {name.decode(): value.decode() for name, value in asked("/")[0]["headers"]}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"] == policy("'none'")


def test_nothing_may_come_from_another_host() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in policy("'none'").split(";"))
    assert rules["img-src"] == "'self' data: blob:"
    assert rules["connect-src"] == "'self' ws: wss:"
    assert rules["frame-ancestors"] == "'none'"
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"].split()
    assert "http" not in policy("'none'")
    assert inline_scripts()
    assert all(script in rules["script-src"] for script in inline_scripts())


def test_the_page_is_told_to_keep_its_dialogs_and_to_trust_no_other_site() -> None:
    start, body = asked("/_stcore/host-config")
    assert json.loads(body["body"]) == {"allowedOrigins": [], "blockErrorDialogs": True}
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()


def test_the_name_of_an_address_in_brackets() -> None:
    assert host_of({"headers": [(b"host", b"[::1]:8501")]}) == "::1"
    assert host_of({"headers": []}) == ""
