"""What stands before both screens: who is no page of this computer is refused, and a page asks no other host.

A page elsewhere can make a browser send requests here. Such a request names its origin, or, where a
stranger's name was made to point to this computer, that name as host; both are looked at, those of websockets
too. Names of pages and what they may load are told to the browser with each answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

HOSTS = ("127.0.0.1", "localhost")  # any port: a tunnel may lead here from another one
# Both screens write scripts and styles into their pages and draw charts with compiled expressions.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def _named(scope: Scope, name: bytes) -> list[str]:
    """Every value of a header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _name(host: str) -> str:
    """The name in `name:port`; empty where it is none."""
    try:
        split = urlsplit(f"//{host}")
        _ = split.port  # refuses what is no number
    except ValueError:
        return ""
    return split.hostname or "" if split.netloc == host and "@" not in host else ""


def allowed(scope: Scope) -> bool:
    """Whether a request is for this computer, and from a page of the screen itself or from no page."""
    hosts = _named(scope, b"host")
    if len(hosts) != 1 or _name(hosts[0]) not in HOSTS:
        return False
    return all(origin == f"http://{hosts[0]}" for origin in _named(scope, b"origin"))


class Guard:
    """An ASGI application before another."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before the application sees it."""
        if scope["type"] not in ("http", "websocket"):  # starting and ending
            await self.app(scope, receive, send)
        elif allowed(scope):
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            said = b"This screen answers pages of this computer only."
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(said)).encode())]
            await _with_headers(send)({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": said})


def _with_headers(send: Send) -> Send:
    """`send`, with HEADERS on every answer in place of what the screen says of them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            theirs = [pair for pair in message.get("headers", ()) if pair[0].lower().decode() not in HEADERS]
            ours = [(key.encode(), text.encode()) for key, text in HEADERS.items()]
            message = {**message, "headers": [*theirs, *ours]}
        await send(message)

    return sending
