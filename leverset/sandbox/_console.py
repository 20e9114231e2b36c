"""The console: one page for a browser at `/`, and what it needs under `/_sandbox/`.

    GET /                              the page
    GET /_sandbox/console/{file}       its style, its scripts and its icon
    GET /_sandbox/events               what is and what changes, as server-sent events
    GET /_sandbox/requests/{sequence}  everything about one request, redacted

It changes things through the admin endpoints, as anybody does.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ._console_feed import Feed, describe_exchanges, state_of_log
from ._console_view import describe
from ._state import State

MAX_STREAMS = 20
BEAT = 10.0  # seconds between signs of life
STALLED = 20.0  # seconds that a reader may leave an event unread
GATHER = 0.05  # seconds in which changes come as one
_FOLDER = Path(__file__).with_name("console")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Console:
    """The console of one sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._streams = 0

    async def page(self, _: Request) -> Response:
        """Return the page."""
        return _file("index.html")

    async def file(self, request: Request) -> Response:
        """Return one of the page's files."""
        return _file(request.path_params["file"])

    async def request(self, request: Request) -> Response:
        """Return everything about one request of the log."""
        entry = self._state.log.find(request.path_params["sequence"])
        if entry is None:
            raise HTTPException(404, "this request is not in the log, or not any more")
        return JSONResponse(describe(self._state, entry))

    async def events(self, request: Request) -> Response:
        """Return the stream of events, while there are not too many."""
        if self._streams >= MAX_STREAMS:
            busy = {"error": f"there are {MAX_STREAMS} open pages already: close one"}
            return JSONResponse(busy, 503, {"retry-after": "5"})
        return _Stream(self, self._state, f"http://{request.headers['host']}")

    def opened(self, streams: int) -> None:
        """Count a stream that opens (1) or ends (-1)."""
        self._streams += streams


def _file(name: str) -> Response:
    known = {path.name: path for path in _FOLDER.iterdir()}  # nothing of the name is looked for on the disk
    if name not in known:
        raise HTTPException(404, "the console has no such file")
    return Response(known[name].read_bytes(), media_type=_TYPES[known[name].suffix])


class _Stream(Response):
    """A response that goes on until its reader leaves, stops reading, or the sandbox ends.

    Nothing is queued for it: what a slow reader misses is in its next events. So all that it holds is a list of
    fingerprints and one event.
    """

    media_type = "text/event-stream"

    def __init__(self, console: Console, state: State, url: str) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._console, self._state, self._feed = console, state, Feed(state, url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until nobody reads them."""
        self._console.opened(1)
        gone = asyncio.ensure_future(_wait_until_gone(receive))
        sending = asyncio.ensure_future(self._send(send))
        try:
            await asyncio.wait((gone, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                scope["state"]["transport"].abort()  # its buffer is full: an orderly end would wait for the reader
                await gone
                sending.result()
        finally:
            self._console.opened(-1)
            for task in (gone, sending):
                task.cancel()
            await asyncio.gather(gone, sending, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        """Send until an event is left unread for too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STALLED):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            hello = {"log": state_of_log(self._state), "exchanges": describe_exchanges()}
            await _event(send, "hello", hello)
            changes = self._state.changes
            while True:
                seen = changes.version
                for name, data in self._feed.events():
                    await _event(send, name, data)
                await _event(send, "beat", {"now": self._state.clock.monotonic(), "at": self._state.clock.wall()})
                await changes.wait(seen, BEAT)
                await asyncio.sleep(GATHER)


async def _event(send: Send, name: str, data: object) -> None:
    """Send one event; its JSON is ASCII, without line ends.

    Raises:
        TimeoutError: The reader does not read.
    """
    body = f"event: {name}\ndata: {json.dumps(data)}\n\n".encode("ascii")
    async with asyncio.timeout(STALLED):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
