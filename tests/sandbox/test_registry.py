"""The registry: a third exchange is a module and a line, and nothing else knows an exchange by name."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

import leverset.sandbox
from leverset.sandbox import Account, Sandbox
from leverset.sandbox._exchange import AccountRead, Change, Exchange, Market, PublicRead
from leverset.sandbox._foreground import _welcome
from leverset.sandbox._leverage import Book, scope
from leverset.sandbox._messages import Refused, Request, Response, json_response
from leverset.sandbox._registry import EXCHANGES
from leverset.sandbox._signatures import same, signature

FOLDER = Path(leverset.sandbox.__file__).parent


class Third(Exchange):
    name = "third"
    title = "Third"
    path_prefixes = ("/third/",)
    set_leverage_path = "/third/leverage"
    limit = 2
    seconds = 10.0
    key_header = "x-key"
    secret_headers = frozenset(("x-passphrase",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {"type": ("basic", "pro"), "size": ("s", "m", "l")}
    default_modes: ClassVar[Mapping[str, str]] = {"type": "pro", "size": "m"}
    reads: ClassVar[Mapping[str, PublicRead | AccountRead]] = {
        "/third/time": PublicRead(2, 10.0, lambda _, market: {"now": market.now})
    }

    @property
    def over_limit(self) -> Refused:
        return Refused("slow down", "", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        account = accounts[request.header("x-key")]
        assert same(request.header("x-sign"), signature(account.secret, "", request))
        return account

    def requested_change(self, request: Request, account: Account, book: Book, market: Market) -> Change:
        return Change({scope("all", []): request.body.decode()}, {"leverage": request.body.decode()})

    def success(self, result: object, now: float) -> Response:
        payload = {"retCode": "fine", "result": result}
        return json_response(payload, code_field="retCode", data_field="result")

    def refusal(self, refused: Refused, now: float) -> Response:
        return json_response({"retCode": refused.code}, refused.status, code_field="retCode", data_field="result")


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setitem(EXCHANGES, "third", Third())
    with Sandbox() as sandbox:
        yield sandbox


def send(sandbox: Sandbox, account: Account, body: bytes = b"7") -> httpx.Response:
    request = Request("POST", Third.set_leverage_path, Third.set_leverage_path, [], body)
    sign = signature(account.secret, "", request).decode()
    headers = {"X-Key": account.api_key, "X-Sign": sign, "X-Passphrase": account.passphrase}
    return httpx.post(sandbox.url + Third.set_leverage_path, content=body, headers=headers)


def test_third_exchange_has_accounts_leverage_and_limit(third: Sandbox) -> None:
    account = third.account("third", size="l")
    assert account.modes == {"type": "pro", "size": "l"}
    assert third.account("third").api_key == third.api_key
    assert send(third, account).json() == {"retCode": "fine", "result": {"leverage": "7"}}
    assert third.leverage("third", account) == [{"scope": "all", "lever": "7"}]
    assert [send(third, account).status_code for _ in range(2)] == [200, 429]
    assert httpx.get(third.url + "/third/time").json()["result"].keys() == {"now"}
    assert "OKX, Bitget and Third" in _welcome(third, lenient=False, limits=True)


def test_third_exchange_takes_any_instrument_and_leverage_from_outside(third: Sandbox) -> None:
    assert third.change_instrument("third", "any thing", maximum="7")["maximum"] == "7"
    with pytest.raises(ValueError, match=r"state must be one of \[\]"):
        third.change_instrument("third", "any thing", state="live")
    account = third.account("third")
    assert third.change_leverage(account, size=5) == {"leverage": '{"size": 5}'}
    assert third.leverage("third") == [{"scope": "all", "lever": '{"size": 5}'}]


def test_third_exchange_has_log_faults_and_admin(third: Sandbox) -> None:
    account = third.account("third")
    third.fault(exchange="third", exchange_code={"code": "broken", "status": 503})
    third.fault(exchange="third", nth=2, replace={"leverage": "8", "retCode": "odd"})
    assert (send(third, account).status_code, send(third, account).json()) == (
        503,
        {"retCode": "odd", "result": {"leverage": "8"}},
    )
    entries = third.requests("third")
    assert [(entry["account"], entry["response_code"]) for entry in entries] == [("pro/m", "broken"), ("pro/m", "odd")]
    assert all(["x-passphrase", "(redacted)"] in entry["headers"] for entry in entries)  # type: ignore[operator] # JSON
    url = f"{third.url}/_sandbox/accounts/third/basic/s"
    assert httpx.patch(url, json={"size": "m"}).json()["size"] == "m"
    with pytest.raises(ValueError, match="there is no third account with level='spot'"):
        third.account("third", level="spot")


def test_exchanges_are_named_in_their_own_modules_only() -> None:
    own = re.compile(r"_(okx|bitget)\w*\.py|_registry\.py")
    found = [
        f"{path.name}: {line}"
        for path in FOLDER.rglob("*.py")
        if not own.fullmatch(path.name)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search("okx|bitget", line, re.IGNORECASE)
    ]
    assert found == []
