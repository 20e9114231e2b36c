"""The log of requests: what arrived, byte for byte, and what was answered."""

import base64
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from ._messages import Reply, Request

KEPT = 20_000  # requests; older ones are forgotten, the counter goes on
KEPT_BODY = 64 * 1024  # bytes of a reply's body; `reply_bytes` gives the full length

_SECRET_HEADERS = frozenset(("ok-access-passphrase", "access-passphrase"))


@dataclass(slots=True)
class Entry:
    """One request that arrived; what is about the reply is None where there is none."""

    sequence: int
    arrived: float  # monotonic seconds, the moment the limit counts at
    request: Request
    exchange: str | None
    account: str | None = None
    admitted: bool = False  # got past the limit
    applied: bool = False  # set the leverage
    state_version: int | None = None  # of the account, afterwards
    fault: int | None = None  # id of the fault that took effect
    code: str | None = None
    reply_status: int | None = None
    reply_headers: list[tuple[str, str]] = field(default_factory=list)
    reply_body: bytes | None = None
    reply_bytes: int | None = None

    def answered(self, reply: Reply, headers: list[tuple[str, str]], repeat: int) -> None:
        """Note the reply about to be sent."""
        self.code, self.reply_status, self.reply_headers = reply.code, reply.status, headers
        self.reply_bytes = len(reply.body) * repeat
        copies = min(repeat, -(-KEPT_BODY // max(1, len(reply.body))))
        self.reply_body = (reply.body * copies)[:KEPT_BODY]

    def describe(self) -> dict[str, object]:
        """The entry as JSON, bodies in base64, the passphrase left out."""
        request = self.request
        path, _, query = request.target.partition("?")
        return {
            "sequence": self.sequence,
            "arrived": self.arrived,
            "exchange": self.exchange,
            "account": self.account,
            "method": request.method,
            "path": path,
            "query": query,
            "headers": [[name, "(hidden)" if name in _SECRET_HEADERS else value] for name, value in request.headers],
            "body_b64": base64.b64encode(request.body).decode(),
            "admitted": self.admitted,
            "applied": self.applied,
            "state_version": self.state_version,
            "fault": self.fault,
            "code": self.code,
            "status": self.reply_status,
            "reply_headers": [list(header) for header in self.reply_headers],
            "reply_b64": None if self.reply_body is None else base64.b64encode(self.reply_body).decode(),
            "reply_bytes": self.reply_bytes,
        }


class Journal:
    """The last `KEPT` requests; `total` counts all since the last clear."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.total = 0

    def arrived(self, request: Request, exchange: str | None, now: float) -> Entry:
        """Open an entry for a request arriving now."""
        self.total += 1
        entry = Entry(self.total, now, request, exchange)
        self._entries.append(entry)
        return entry

    def entries(self, *, exchange: str | None = None, after: int = 0) -> Iterator[Entry]:
        """Entries in order of arrival, of one exchange if asked, with a sequence above `after`."""
        return (entry for entry in self._entries if entry.sequence > after and exchange in (None, entry.exchange))

    def clear(self) -> None:
        """Forget everything; sequences begin at 1 again."""
        self._entries.clear()
        self.total = 0
