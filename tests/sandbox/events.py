"""A reader of the console's events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

Event = tuple[str, Any]


class Reader:
    """Reads server-sent events from one open response."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()

    def next(self) -> Event:
        """The next event, name and JSON."""
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        raise EOFError("the stream has ended")

    def until(self, wanted: Callable[[Event], bool]) -> list[Event]:
        """All events up to the first that is wanted."""
        found = [self.next()]
        while not wanted(found[-1]):
            found.append(self.next())
        return found

    def beat(self) -> list[Event]:
        """All events up to the next beat: what came together."""
        return self.until(lambda event: event[0] == "beat")

    def find(self, name: str) -> Any:
        """The JSON of the next event of a name."""
        return self.until(lambda event: event[0] == name)[-1][1]


@contextmanager
def follow(client: httpx.Client, url: str, **headers: str) -> Iterator[Reader]:
    """Open the stream of a sandbox."""
    with client.stream("GET", f"{url}/_sandbox/events", headers=headers, timeout=30) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield Reader(response)
