"""The log of requests: every byte that arrived, and the response to it."""

import base64
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ._bounds import integer
from ._limits import Lane
from ._messages import Request, Response
from ._registry import find_exchange, secret_headers

KEPT = 20_000  # requests; older ones are forgotten, the counter goes on
KEPT_BYTES = 64 * 2**20  # bytes of headers and bodies of those requests
KEPT_BODY = 64 * 1024  # bytes of a response's body; `response_bytes` gives the full length


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was refused.

    Attributes:
        step: Step at which it was: "address", "credentials", "limit" or "rules".
        code: The exchange's code.
        msg: The exchange's message.
        why: The rule, "" where none is known.
        signed: For a wrong signature the key's secret, the timestamp and the signature that were sent.
        holders: For a request over the limit the sequences of those that filled the window.
    """

    step: str
    code: str
    msg: str
    why: str
    signed: tuple[str, str, str] | None = field(default=None, repr=False)
    holders: tuple[int, ...] = ()


@dataclass(slots=True)
class Entry:
    """One request that arrived; the fields of the response are None where there is none."""

    sequence: int
    arrived: float  # monotonic seconds, the moment the limit counts at
    request: Request
    exchange: str | None
    at: float = 0.0  # the machine's wall clock, seconds since 1970
    account: str | None = None
    lane: Lane | None = None  # limit that counted it
    step: str = "address"  # how far the request came: see Refusal
    refusal: Refusal | None = None  # by the exchange itself, whatever a fault made of the response
    done: bool = False  # nothing more is sent to the client
    admitted: bool = False  # within the limit
    applied: bool = False  # set the leverage
    pending: bool = False  # will set the leverage later
    applied_at: float | None = None  # monotonic seconds, the moment at which it did
    state_version: int | None = None  # of the account, afterwards
    fault_id: int | None = None  # of the fault that took effect
    response_status: int | None = None
    response_code: str | None = None
    response_headers: list[tuple[str, str]] = field(default_factory=list)
    response_body: bytes | None = None
    response_bytes: int | None = None

    @property
    def size(self) -> int:
        """Number of bytes of the request's target, headers and body."""
        request = self.request
        return len(request.target) + len(request.body) + sum(len(name) + len(value) for name, value in request.headers)

    def record_response(self, response: Response, headers: list[tuple[str, str]], repeat: int) -> None:
        """Record the response about to be sent, its body `repeat` times over."""
        self.response_status, self.response_code, self.response_headers = response.status, response.code, headers
        self.response_bytes = len(response.body) * repeat
        copies = min(repeat, -(-KEPT_BODY // max(1, len(response.body))))
        self.response_body = (response.body * copies)[:KEPT_BODY]

    def describe(self) -> dict[str, object]:
        """Return the entry as JSON, bodies in base64, the passphrase redacted."""
        request, secret = self.request, secret_headers()
        path, _, query = request.target.partition("?")
        return {
            "sequence": self.sequence,
            "arrived": self.arrived,
            "exchange": self.exchange,
            "account": self.account,
            "method": request.method,
            "path": path,
            "query": query,
            "headers": [[name, "(redacted)" if name in secret else value] for name, value in request.headers],
            "body_b64": base64.b64encode(request.body).decode(),
            "admitted": self.admitted,
            "applied": self.applied,
            "pending": self.pending,
            "applied_at": self.applied_at,
            "state_version": self.state_version,
            "fault_id": self.fault_id,
            "refusal": None if self.refusal is None else {"code": self.refusal.code, "msg": self.refusal.msg},
            "response_status": self.response_status,
            "response_code": self.response_code,
            "response_headers": [list(header) for header in self.response_headers],
            "response_body_b64": None if self.response_body is None else base64.b64encode(self.response_body).decode(),
            "response_bytes": self.response_bytes,
        }


class RequestLog:
    """The last requests, up to `KEPT` and `KEPT_BYTES`; `total` counts all since the last of `clears` clears."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._size = 0
        self.total = 0
        self.clears = 0

    def latest(self, count: int) -> list[Entry]:
        """Return the last entries, in order of arrival."""
        return [*islice(reversed(self._entries), count)][::-1]

    def find(self, sequence: int) -> Entry | None:
        """Return an entry by its sequence, None when it is not kept."""
        if not self._entries:
            return None
        index = sequence - self._entries[0].sequence
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def add(self, request: Request, exchange: str | None, now: float, at: float = 0.0) -> Entry:
        """Add a request arriving at `now` (monotonic seconds), `at` on the wall clock, and return its entry."""
        self.total += 1
        entry = Entry(self.total, now, request, exchange, at)
        self._entries.append(entry)
        self._size += entry.size
        while len(self._entries) > KEPT or (self._size > KEPT_BYTES and len(self._entries) > 1):
            self._size -= self._entries.popleft().size
        return entry

    def entries(self, *, exchange: str | None = None, after: int = 0) -> Iterator[Entry]:
        """Iterate in order of arrival over the entries above sequence `after`, of one exchange if given.

        Raises:
            ValueError: There is no such exchange, or `after` is not an integer from 0 to 10**15.
        """
        integer("after", after, 0, 10**15)
        if exchange is not None:
            find_exchange(exchange)
        return (entry for entry in self._entries if entry.sequence > after and exchange in (None, entry.exchange))

    def clear(self) -> None:
        """Remove all entries; sequences begin at 1 again."""
        self.clears += 1
        self._entries.clear()
        self._size = 0
        self.total = 0
