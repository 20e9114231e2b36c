"""Requests, refusals and responses, before any exchange's format is applied to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON_TYPE = "application/json"


@dataclass(slots=True)
class Request:
    """A request, read to its last byte. Header names are lower case."""

    method: str
    path: str
    target: str  # path with query, exactly as sent: this is what is signed
    headers: list[tuple[str, str]]
    body: bytes
    oversized: bool = False  # the body was longer than the sandbox reads; `body` is empty then
    peer: str = ""  # IP address that it came from
    by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = dict(reversed(self.headers))  # of a repeated header the first one counts

    def header(self, name: str) -> str:
        """Return a header's value by its lower-case name, "" when it was not sent."""
        return self.by_name.get(name, "")


class Refused(Exception):
    """A refusal by the exchange: its code, its message and the HTTP status.

    `why` is the rule that was broken, for the people who look at the console; no client sees it.
    """

    def __init__(self, code: str, msg: str, status: int = 200, *, why: str = "") -> None:
        super().__init__(code, msg, status)
        self.code, self.msg, self.status, self.why = code, msg, status, why


@dataclass(frozen=True, slots=True)
class Response:
    """A response before it is sent.

    Attributes:
        status: HTTP status.
        body: Body.
        headers: Headers, without Date and framing.
        payload: Content of the body, None when it is not this sandbox's own JSON.
        code_field: Name of the exchange's code in the payload.
        data_field: Name of the result in the payload.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    payload: Mapping[str, object] | None = None
    code_field: str = "code"
    data_field: str = "data"

    @property
    def code(self) -> str | None:
        """The exchange's code in the response."""
        code = (self.payload or {}).get(self.code_field)
        return code if isinstance(code, str) else None

    @property
    def data(self) -> dict[str, object] | None:
        """The result object inside a success, None in anything else."""
        data = (self.payload or {}).get(self.data_field)
        inner = data[0] if isinstance(data, list) and data else data
        return dict(inner) if isinstance(inner, Mapping) else None


def json_response(
    payload: Mapping[str, object], status: int = 200, *, code_field: str = "code", data_field: str = "data"
) -> Response:
    """Make a response with a JSON body; the arguments are attributes of `Response`."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Response(status, body, {"content-type": JSON_TYPE}, payload, code_field, data_field)


def plain_refusal(refused: Refused) -> Response:
    """Make the response to a request that reached no endpoint of any exchange."""
    return json_response({"msg": refused.msg, "code": refused.code}, refused.status)
