"""What goes in and out: a request, a refusal, a reply, and each exchange's envelope around them."""

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
    by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = dict(reversed(self.headers))  # the first of a repeated header counts

    def header(self, name: str) -> str:
        """A header's value by its lower-case name, "" when it was not sent."""
        return self.by_name.get(name, "")


class Refused(Exception):
    """The exchange says no: its code, its message and the HTTP status."""

    def __init__(self, code: str, msg: str, status: int = 200) -> None:
        super().__init__(code, msg, status)
        self.code, self.msg, self.status = code, msg, status


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent. `payload` is None when the body is not this sandbox's own JSON."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    payload: Mapping[str, object] | None = None

    @property
    def code(self) -> str | None:
        """The exchange's code in the reply."""
        code = (self.payload or {}).get("code")
        return code if isinstance(code, str) else None

    @property
    def data(self) -> dict[str, object] | None:
        """The result object inside a success, None in anything else."""
        data = (self.payload or {}).get("data")
        inner = data[0] if isinstance(data, list) and data else data
        return dict(inner) if isinstance(inner, Mapping) else None


def json_reply(payload: Mapping[str, object], status: int = 200, **headers: str) -> Reply:
    """A reply with a JSON body."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Reply(status, body, {"content-type": JSON_TYPE, **headers}, payload)


def success(exchange: str, result: object, now: float) -> Reply:
    """A result in the exchange's envelope. `now` is wall-clock seconds."""
    if exchange == "okx":
        return json_reply({"code": "0", "msg": "", "data": [result]})
    moment = round(now * 1000)
    return json_reply({"code": "00000", "data": result, "msg": "success", "requestTime": moment})


# Codes OKX's gateway gives before the endpoint is reached; those replies have no `data`. All 501xx are, too.
_OKX_GATEWAY = frozenset(("50001", "50004", "50011", "50013", "50026"))


def refusal(exchange: str | None, refused: Refused, now: float) -> Reply:
    """A refusal in the exchange's envelope, or, for neither exchange, in plain JSON."""
    code, msg = refused.code, refused.msg
    if exchange == "bitget":
        moment = round(now * 1000)
        return json_reply({"code": code, "msg": msg, "requestTime": moment, "data": None}, refused.status)
    if exchange is None or code.startswith("501") or code in _OKX_GATEWAY:
        return json_reply({"msg": msg, "code": code}, refused.status)
    return json_reply({"code": code, "data": [], "msg": msg}, refused.status)
