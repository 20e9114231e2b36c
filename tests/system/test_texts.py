"""The whole text of every error that a call can end in below the rules, held to tests/system/texts.txt.

`python -m tests.system.test_texts` writes that file; read what has changed before you keep it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageResponse

from leverset import LeversetError, Okx
from tests.caller import CREDENTIALS, call, settings
from tests.stand_ins import NOWHERE, Watched
from tests.system.hostile import refusal, success

FILE = Path(__file__).with_name("texts.txt")


def raises(problem: Exception) -> Callable[[int], httpx.Response]:
    """A transport's failure, each time."""

    def respond(_: int) -> httpx.Response:
        raise problem

    return respond


def responses(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Callable[[int], httpx.Response]:
    """The same response each time."""
    return lambda _: httpx.Response(status, content=body, headers=headers)


def in_turn(*several: Callable[[int], httpx.Response]) -> Callable[[int], httpx.Response]:
    """One after the other."""
    return lambda number: several[number](number)


TIMEOUT = raises(httpx.ReadTimeout("The read operation timed out"))
GONE = raises(httpx.RemoteProtocolError("Server disconnected without sending a response."))
LIMITED = responses(refusal("okx", "50011", "Too Many Requests"), 429, {"Retry-After": "7"})
EXPIRED = responses(b'{"msg":"Timestamp request expired","code":"50102"}', 401)
ENVIRONMENT = responses(b'{"msg":"APIKey does not match current environment.","code":"50101"}', 401)

CASES: dict[str, tuple[str, Callable[[int], httpx.Response], dict[str, Any]]] = {
    "no connection": ("okx", raises(httpx.ConnectError("All connection attempts failed")), {}),
    "no response in time": ("okx", TIMEOUT, {}),
    "no response in time, without words": ("bitget", raises(TimeoutError()), {}),
    "no response, three times": ("okx", GONE, {"retries": 2}),
    "no response, then refused": ("okx", in_turn(TIMEOUT, responses(refusal("okx", "51000"))), {"retries": 2}),
    "HTML": ("okx", responses(b"<html>\n<h1>502 Bad Gateway</h1>\n</html>", 502), {}),
    "an empty body": ("bitget", responses(b""), {}),
    "an array": ("okx", responses(b"[]"), {}),
    "NaN": ("okx", responses(b'{"code":NaN}'), {}),
    "a name twice": ("okx", responses(b'{"code":"0","code":"1"}'), {}),
    "no code": ("bitget", responses(b'{"data":{}}'), {}),
    "nested too deeply": ("okx", responses(b"[" * 100_000), {}),
    "blanks": ("okx", responses(b" \n" * 9), {}),
    "too long": ("okx", responses(b" " * 1_048_577), {}),
    "a content coding": ("okx", responses(b"x", 200, {"Content-Encoding": "br"}), {}),
    "a redirect": ("okx", responses(b"", 307, {"Location": "https://elsewhere.example/"}), {}),
    "refused": ("okx", responses(refusal("okx", "59102", "Leverage exceeds the maximum")), {}),
    "refused without a message": ("bitget", responses(refusal("bitget", "40020", ""), 400), {}),
    "left open": ("okx", responses(refusal("okx", "50004", "API endpoint request timeout"), 400), {}),
    "unknown": ("bitget", responses(refusal("bitget", "98765", "what\nis\x1b this?"), 400), {}),
    "limited": ("okx", LIMITED, {}),
    "limited in plain text": ("bitget", responses(b"slow down", 429), {}),
    "limited, a code in no table": ("okx", responses(refusal("okx", "98765"), 429), {}),
    "expired": ("okx", EXPIRED, {}),
    "the wrong environment": ("okx", ENVIRONMENT, {}),
    "the wrong environment on Bitget": ("bitget", responses(refusal("bitget", "40099", "incorrect"), 400), {}),
    "a limiter that fails": ("okx", responses(success("okx")), {"limiter": Watched(fails="acquire")}),
    "a wrong proxy": ("okx", responses(b""), {"transport": None, "proxy": "what?"}),
    "proxy and transport": ("okx", responses(b""), {"proxy": "http://127.0.0.1:9"}),
    "a transport of the other form": ("okx", responses(b""), {"transport": httpx.AsyncHTTPTransport()}),
}  # fmt: skip


def text(name: str) -> str:
    """The text of one case."""
    exchange, response, given = CASES[name]
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return response(len(requests) - 1)

    claim = call(exchange, "sync", NOWHERE, **{"transport": httpx.MockTransport(handle), **given})
    return str(claim.error)


def others() -> dict[str, str]:
    """The texts of what does not come from one call of the facade."""
    found = {}

    def keep(name: str, function: Callable[[], object]) -> None:
        try:
            function()
        except LeversetError as error:
            found[name] = str(error)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=success("okx")))
    client = Okx(CREDENTIALS, base_url=NOWHERE, **settings(transport=transport))
    keep("not an operation", lambda: client.call(json))
    keep("wrong arguments", lambda: client.call(set_leverage, wrong=1))
    keep("another host", lambda: client.client.get_httpx_client().post("https://elsewhere.example/api"))
    keep("another path", lambda: client.client.get_httpx_client().get("/api/v5/account/balance"))
    keep("no credentials", lambda: Okx("key"))  # type: ignore[arg-type] # that is what is tested
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SetLeverageResponse, "from_dict", broken)
        keep("unreadable", lambda: client.call(set_leverage, body=_Body()))
    client.close()
    keep("closed", lambda: client.call(set_leverage, body=_Body()))
    return found


def broken(_: object) -> SetLeverageResponse:
    """A parser that fails."""
    raise KeyError("lever")


class _Body:
    """A body that is sent as it is."""

    def to_dict(self) -> dict[str, str]:
        return {}


def document() -> str:
    """All texts, each under its name."""
    texts = {name: text(name) for name in CASES} | others()
    return "".join(f"## {name}\n{said}\n\n" for name, said in texts.items())


@pytest.mark.off_contract("a connection that fails never sees the body, which is empty here")
def test_the_whole_text_of_every_error() -> None:
    assert document() == FILE.read_text("utf-8")


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
