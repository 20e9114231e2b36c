"""Live or demo, regions, addresses and proxies: the caller's word, and no secret on an open wire."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any

import pytest

from leverset import AsyncOkx, Bitget, ConfigurationError, LeversetError, Okx, WrongEnvironment
from leverset.sandbox import Sandbox
from tests.caller import ASYNC, CARRIERS, CREDENTIALS, EXCHANGES, FORMS, SECRETS, SYNC, call, carried, settings
from tests.fixtures import CERTIFICATE
from tests.proxy import Proxy
from tests.server import Raw, http, read
from tests.system.faults import credentials
from tests.system.hostile import success

DEMO = {"okx": "x-simulated-trading", "bitget": "paptrading"}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("demo", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_the_demo_header_is_sent_for_demo_alone(exchange: str, form: str, demo: bool, carrier: str) -> None:
    with Raw(http(200, success(exchange))) as server:
        assert call(exchange, form, server.url, demo=demo, **carried(carrier, form)).outcome == "success"
    assert server.arrived[0].header(DEMO[exchange]) == ("1" if demo else None)
    assert server.arrived[0].header("locale") == ("en-US" if exchange == "bitget" else None)
    assert server.arrived[0].header("accept-encoding") == "identity"


@pytest.mark.parametrize("key_is_demo", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_wrong_environment_is_explained_and_not_retried(
    sandbox: Sandbox, exchange: str, form: str, key_is_demo: bool
) -> None:
    sandbox.change_account(sandbox.account(exchange), environment="demo" if key_is_demo else "live")
    keys = credentials(sandbox, exchange)
    claim = call(exchange, form, sandbox.url, keys, demo=not key_is_demo, retries=2)
    assert isinstance(claim.error, WrongEnvironment)
    assert (claim.outcome, len(claim.error.attempts), sandbox.leverage(exchange)) == ("refused", 1, [])
    assert "demo=True" in claim.error.fix
    assert call(exchange, form, sandbox.url, keys, demo=key_is_demo).outcome == "success"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("global", "www.okx.com"),
        ("www", "www.okx.com"),
        ("openapi", "www.okx.com"),
        ("eea", "eea.okx.com"),
        ("my", "eea.okx.com"),
        ("MY", "eea.okx.com"),
        ("us", "us.okx.com"),
        ("App", "us.okx.com"),
        ("TR", "tr.okx.com"),
    ],
)
def test_a_region_is_a_name(region: Any, host: str) -> None:
    for client in (Okx(CREDENTIALS, region=region), AsyncOkx(CREDENTIALS, region=region)):
        assert client.config.base_url == f"https://{host}"
    assert Okx(CREDENTIALS).config.base_url == "https://www.okx.com"
    assert Bitget(CREDENTIALS).config.base_url == "https://api.bitget.com"
    with pytest.raises(ConfigurationError, match="region"):
        Bitget(CREDENTIALS, region="eea")  # type: ignore[arg-type] # that is what is tested


@pytest.mark.parametrize("region", ["", "us ", "okx", "www.okx.com", 5, True, b"us"])
def test_what_is_no_region_is_refused_with_all_names(region: Any) -> None:
    with pytest.raises(ConfigurationError, match="no region") as caught:
        Okx(CREDENTIALS, region=region)
    assert caught.value.fix == "name global or eea or us or tr or www or openapi or my or app"


@pytest.mark.parametrize("region", ["global", "my", "nowhere", ""])
def test_a_region_and_an_address_do_not_go_together(region: Any) -> None:
    with pytest.raises(ConfigurationError, match="region and base_url are both given"):
        Okx(CREDENTIALS, region=region, base_url="https://www.okx.com")


@pytest.mark.parametrize("form", FORMS)
def test_a_key_of_another_region_is_told_of_region(form: str) -> None:
    with Raw(http(401, b'{"msg":"API key doesn\'t exist","code":"50119"}')) as server:
        error = call("okx", form, server.url).error
    assert error is not None
    for words in ("region=", "--region", "--okx-region", "eea for my.okx.com", "us for app.okx.com"):
        assert words in error.fix


class Tls:
    """The exchange behind TLS, for `localhost`."""

    def __init__(self, response: bytes) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)
        self._response = response
        self.requests: list[Any] = []
        self.server = Raw(b"")
        self.server._serve = self._serve  # type: ignore[method-assign] # TLS first, then as ever

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(5)
        try:
            with self._context.wrap_socket(connection, server_side=True) as secure:
                arrived = read(secure)
                if arrived is not None:
                    self.requests.append(arrived)
                    secure.sendall(self._response)
        except OSError:
            connection.close()


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_proxy_tunnels_https_and_sees_no_secret(exchange: str, form: str, carrier: str) -> None:
    proxy, tls = Proxy("Basic dXNlcjpwYXNz"), Tls(http(200, success(exchange), "Connection: close"))
    with proxy.server, tls.server:
        url, address = f"https://localhost:{tls.server.port}", f"http://user:pass@127.0.0.1:{proxy.server.port}"
        claim = call(exchange, form, url, **carried(carrier, form, address))
    assert claim.outcome == "success", claim.error
    assert len(tls.requests) == 1
    assert [head.split()[0] for head in proxy.heads] == [b"CONNECT"]
    assert not [secret for secret in SECRETS if secret.encode() in proxy.heads[0]]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_proxy_on_loopback_forwards_http(sandbox: Sandbox, form: str, carrier: str) -> None:
    proxy = Proxy()
    with proxy.server:
        address = f"http://127.0.0.1:{proxy.server.port}"
        claim = call("okx", form, sandbox.url, credentials(sandbox, "okx"), **carried(carrier, form, address))
    assert claim.outcome == "success", claim.error
    assert [head.split()[0] for head in proxy.heads] == [b"POST"]


@pytest.mark.parametrize("user", [None, "Basic somebody else"])
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_proxy_that_refuses_has_sent_nothing(form: str, user: str | None, carrier: str) -> None:
    proxy = Proxy(user, status=502)
    with proxy.server:
        address = f"http://user:pass-of-the-proxy@127.0.0.1:{proxy.server.port}"
        claim = call("okx", form, "https://localhost:9", retries=1, **carried(carrier, form, address))
    assert (claim.outcome, claim.kind) == ("not_sent", "TransportError")
    assert claim.error is not None
    assert len(claim.error.attempts) == 2
    assert "pass-of-the-proxy" not in f"{claim.error!r} {claim.error}"


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_certificate_ends_it_before_anything_is_sent(
    form: str, carrier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")  # the usual list, in which this certificate is not
    tls = Tls(http(200, success("okx")))
    with tls.server:
        claim = call("okx", form, f"https://localhost:{tls.server.port}", **carried(carrier, form))
    assert (claim.outcome, claim.kind, tls.requests) == ("not_sent", "TransportError", [])
    assert claim.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in str(claim.error)


@pytest.mark.parametrize("address", ["", "127.0.0.1:3128", "ftp://127.0.0.1", "socks5://127.0.0.1:1", "http://", 5])
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_wrong_proxy_is_refused_and_never_shown(exchange: str, address: Any) -> None:
    for kind in (SYNC[exchange], ASYNC[exchange]):
        with pytest.raises(ConfigurationError, match="proxy is not the address") as caught:
            kind(CREDENTIALS, proxy=address)
        assert caught.value.outcome == "not_sent"


def test_a_proxys_password_is_never_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Okx(CREDENTIALS, proxy="http://user:pass-of-the-proxy@[::1")
    assert "pass-of-the-proxy" not in f"{caught.value!r} {caught.value} {caught.value.__context__!r}"


@pytest.mark.parametrize("kind", [Okx, AsyncOkx, Bitget])
def test_http_through_a_proxy_elsewhere_is_refused(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="unencrypted"):
        kind(CREDENTIALS, base_url="http://127.0.0.1:8000", proxy="http://proxy.example:3128")
    kind(CREDENTIALS, proxy="http://proxy.example:3128")  # https: the proxy sees no more than CONNECT


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("address", ["http://okx.example", "http://192.0.2.1:80", "http://127.0.0.1.example"])
def test_plain_http_elsewhere_is_refused_before_anything(form: str, address: str) -> None:
    claim = call("okx", form, address)
    assert (claim.outcome, claim.kind) == ("not_sent", "ConfigurationError")


def test_the_bare_client_signs_for_no_other_host(sandbox: Sandbox) -> None:
    with Raw(b"") as other, Okx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings()) as client:
        bare = client.client.get_httpx_client()
        for url in (f"{other.url}/api/v5/account/set-leverage", "https://127.0.0.1/api/v5/account/set-leverage"):
            with pytest.raises(ConfigurationError, match="does not sign"):
                bare.post(url, json={})
        with pytest.raises(ConfigurationError, match="not in the spec"):
            bare.get("/api/v5/account/set-leverage")
        assert other.connections == 0

    async def awaited() -> None:
        async with AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings()) as client:
            with pytest.raises(LeversetError, match="does not sign"):
                await client.client.get_async_httpx_client().post("http://127.0.0.1:9/api/v5/account/set-leverage")

    asyncio.run(awaited())


def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variable", "excluded"),
    [
        *(("NO_PROXY", "*"), ("no_proxy", "127.0.0.1"), ("NO_PROXY", "example.org, 127.0.0.1")),
        *(("NO_PROXY", "example.org"), ("NO_PROXY", "")),
    ],
)
def test_a_proxy_that_is_not_for_this_host_is_not_spoken_of(
    variable: str, excluded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_proxies(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv(variable, excluded)
    error = call("okx", "sync", "http://127.0.0.1:9").error
    assert error is not None
    assert ("HTTPS_PROXY" in error.fix) == ("*" not in excluded and "127" not in excluded)


def test_a_socks_proxy_of_the_environment_is_served_by_a_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_proxies(monkeypatch)
    monkeypatch.setenv("ALL_PROXY", "socks5h://user:hush@proxy.example:1080")
    error = call("okx", "sync", "http://127.0.0.1:9").error
    assert error is not None
    way = "ALL_PROXY is set, and leverset does not use it: it goes through transport=httpx.HTTPTransport(proxy=...)"
    assert error.fix == f"{way}; or look at the network, the proxy and the address"
    assert "hush" not in str(error)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "Http_Proxy"])
@pytest.mark.parametrize("form", FORMS)
def test_a_failed_connection_says_that_the_environments_proxy_is_not_used(
    form: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_proxies(monkeypatch)
    monkeypatch.setenv(name, "http://user:hush@proxy.example:3128")
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    error = call("okx", form, url).error
    assert error is not None
    assert error.outcome == "not_sent"
    assert error.fix.startswith(f"{name} is set, and leverset does not use it: give proxy= (--proxy) its address")
    assert "hush" not in f"{error} {vars(error)}"
    told = call("okx", form, url, proxy=url.replace("https", "http")).error
    assert told is not None
    assert name not in told.fix


def test_without_a_proxy_in_the_environment_none_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_proxies(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", "")
    error = call("okx", "sync", "http://127.0.0.1:9").error
    assert error is not None
    assert error.fix == "look at the network, the proxy and the address"
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    with Raw(b"") as server:
        sent = call("okx", "sync", server.url).error
    assert sent is not None
    assert "HTTPS_PROXY" not in sent.fix


@pytest.mark.parametrize(
    "address", ["socks5://127.0.0.1:1080", "SOCKS5H://user:hush@127.0.0.1", " socks4://h:1", "socks://"]
)
def test_a_socks_proxy_is_refused_with_the_way_to_use_one(address: str) -> None:
    with pytest.raises(ConfigurationError, match="SOCKS") as caught:
        Okx(CREDENTIALS, proxy=address)
    for words in ("transport=httpx.HTTPTransport(proxy=...)", "httpx[socks]", "AsyncHTTPTransport"):
        assert words in caught.value.fix
    assert "hush" not in str(caught.value)
