"""What every answer of the server carries and refuses: headers, host names, closed routes."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
"""Routes of Streamlit that nobody outside needs: figures of the process, remote control, a run of the script."""

HOST_CONFIG = "/_stcore/host-config"
"""Streamlit's page asks here how to behave: without its English dialogs, for our banner speaks the user's language."""


def inline_scripts() -> list[str]:
    """Return the hashes of the scripts that stand in Streamlit's own page, as a policy writes them."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    texts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    return [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts]


def policy(frame_ancestors: str) -> str:
    """Return the content security policy: everything from this server, nothing from elsewhere.

    Streamlit needs inline styles, blob workers and blob scripts (its components), WebAssembly, and one script that
    stands in its page and is named here by its hash.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self' blob: 'wasm-unsafe-eval'", *inline_scripts()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' ws: wss:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def headers(frame_ancestors: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer."""
    texts = {
        "content-security-policy": policy(frame_ancestors),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
    }
    if frame_ancestors == "'none'":
        texts["x-frame-options"] = "DENY"
    return [(name.encode(), value.encode()) for name, value in texts.items()]


def host_of(scope: Scope) -> str:
    """Return the host name of a request without its port, lower case; empty when it names none."""
    value = next((v for name, v in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return value[1:].partition("]")[0] if value.startswith("[") else value.partition(":")[0]


class Guard:
    """Middleware: refuses foreign host names (421) and closed routes (404), and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], frame_ancestors: str) -> None:
        self.app = app
        self.hosts = frozenset(name.lower() for name in (*hosts, *LOOPBACK))
        self.headers = headers(frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif host_of(scope) not in self.hosts and "*" not in self.hosts:
            await _refuse(scope, send, 421, b"This host name is not one of POSKO_ALLOWED_HOSTS.")
        elif any(part in scope["path"] for part in CLOSED):
            await _refuse(scope, send, 404)
        elif scope["type"] == "http":
            if scope["path"].endswith(HOST_CONFIG):
                scope, send = _plainly(scope), _Quiet(send)
            await self.app(scope, receive, self._with_headers(send))
        else:
            await self.app(scope, receive, send)

    def _with_headers(self, send: Any) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            await send(message)

        return with_headers


def _plainly(scope: Scope) -> Scope:
    """Return the request without leave to compress its answer, so that we can read it."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}


class _Quiet:
    """Turns off Streamlit's English dialogs, and messages from other sites, in the answer that configures its page."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        body = message.get("body", b"")
        if self.start["status"] == 200:
            body = json.dumps({**json.loads(body), "blockErrorDialogs": True, "allowedOrigins": []}).encode()
        kept = [(name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"]
        await self.send({**self.start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await self.send({**message, "body": body})


async def _refuse(scope: Scope, send: Send, status: int, body: bytes = b"") -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    told = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
