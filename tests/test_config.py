"""ClientConfig: every value that cannot work is refused when the client is made; no secret is sent unencrypted."""

import inspect
from decimal import Decimal
from typing import Any

import leverset_bitget.operations
import leverset_okx.operations
import pytest
from attrs import evolve

from leverset import AsyncBitget, AsyncOkx, Bitget, BitgetAccount, ConfigurationError, Okx, OkxAccount
from leverset._config import ClientConfig, resolve_base_url
from tests.caller import CREDENTIALS
from tests.server import Loopback

OKX = leverset_okx.operations.EXCHANGE
BITGET = leverset_bitget.operations.EXCHANGE
RateLimit = leverset_okx.operations.RateLimit
SETTINGS = ClientConfig(exchange=OKX, account="a", base_url="https://www.okx.com", wall_ms=lambda: 0)
HUGE = 10**5000


def refused(**arguments: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        Okx(CREDENTIALS, **arguments)
    assert caught.value.outcome == "not_sent"
    return caught.value


@pytest.mark.parametrize("name", ["timeout", "deadline", "max_wait"])
@pytest.mark.parametrize(
    "value",
    [0, -1, True, "5", float("nan"), float("inf"), float("-inf"), Decimal(5), HUGE, 366 * 24 * 3600 + 1],
    ids=lambda value: str(value)[:9] if value is not HUGE else "huge",
)
def test_a_time_is_a_positive_number_of_seconds(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert error.summary.startswith(f"{name} is ")
    assert error.fix == "give a positive number of seconds, at most a year"


@pytest.mark.parametrize("name", ["timeout", "deadline", "max_wait"])
@pytest.mark.parametrize("value", [0.001, 1, 2.5, 366 * 24 * 3600])
def test_any_positive_time_up_to_a_year_is_taken(name: str, value: float) -> None:
    arguments: dict[str, Any] = {name: value}
    assert getattr(evolve(SETTINGS, **arguments), name) == value


def test_only_the_wait_may_be_without_end() -> None:
    assert evolve(SETTINGS, max_wait=None).max_wait is None
    assert refused(timeout=None).summary == "timeout is None"
    assert refused(deadline=None).summary == "deadline is None"


@pytest.mark.parametrize("value", [-1, 1.0, True, "2", None])
def test_retries_is_a_whole_number(value: object) -> None:
    error = refused(retries=value)
    assert (error.summary[:11], error.fix) == ("retries is ", "give a whole number, 0 to send nothing twice")
    assert evolve(SETTINGS, retries=0).retries == 0


@pytest.mark.parametrize("value", ["no", "False", "demo", 1, 0, None])
def test_live_or_demo_is_said_with_true_or_false(value: object) -> None:
    error = refused(demo=value)
    assert (error.summary[:8], error.fix) == ("demo is ", "give True or False")
    assert SETTINGS.demo is Okx(CREDENTIALS).config.demo is False


@pytest.mark.parametrize(
    "rate",
    [
        RateLimit(requests=0, seconds=2, scope="user"),
        RateLimit(requests=-5, seconds=2, scope="user"),
        RateLimit(requests=True, seconds=2, scope="user"),
        RateLimit(requests=2.5, seconds=2, scope="user"),  # type: ignore[arg-type] # the point
        RateLimit(requests=5, seconds=0, scope="user"),
        RateLimit(requests=5, seconds=float("nan"), scope="user"),
        RateLimit(requests=5, seconds="2", scope="user"),  # type: ignore[arg-type] # the point
        5,
        (5, 2),
        None,
    ],
    ids=str,
)
def test_another_limit_has_to_allow_something(rate: object) -> None:
    error = refused(rate_limits={"set_leverage": rate})
    assert error.summary.startswith("the limit of set_leverage is ")
    assert error.fix == "give a positive whole number of requests and a positive number of seconds"


def test_another_limit_is_for_an_operation_that_exists() -> None:
    rate = RateLimit(requests=10, seconds=2, scope="user")
    error = refused(rate_limits={"set_lever": rate})
    names = ", ".join(sorted(operation.name for operation in OKX.operations.values()))
    assert (error.summary, error.fix) == ('rate_limits names "set_lever"', f"name one of {names}")
    for each in OKX.operations.values():
        assert SETTINGS.rate(each) == each.rate_limit
    operation = leverset_okx.operations.SET_LEVERAGE
    assert evolve(SETTINGS, rate_limits={"set_leverage": rate}).rate(operation) == rate


@pytest.mark.parametrize("value", [[], "publish", "", True, False, 5, "PUBLISHED"])
def test_limits_are_named_by_a_known_word_or_given(value: object) -> None:
    error = refused(rate_limits=value)
    assert error.summary.startswith("rate_limits is ")
    assert error.fix == 'give "documented", "published", or a mapping of operation names to limits'


def test_published_limits_hold_where_the_exchange_is_known_to_publish_some() -> None:
    published, documented = (evolve(SETTINGS, rate_limits=each) for each in ("published", "documented"))
    changed = 0
    for each in OKX.operations.values():
        assert documented.rate(each) is each.rate_limit
        assert published.rate(each) is (each.published_rate_limit or each.rate_limit)
        changed += each.published_rate_limit is not None
    rate = leverset_okx.operations.SET_LEVERAGE.published_rate_limit
    assert changed == 1
    assert rate is not None
    assert (rate.requests, rate.seconds, rate.scope, rate.seen) == (20, 2.0, "user", "2026-07-20")


@pytest.mark.parametrize("kind", [Okx, AsyncOkx, Bitget, AsyncBitget])
def test_every_client_takes_published_limits(kind: Any) -> None:
    operation = kind.operation
    for value, requests in {"published": 20, "documented": 5, None: 5}.items():
        expected = requests if operation.published_rate_limit is not None else 5
        assert kind(CREDENTIALS, rate_limits=value).config.rate(operation).requests == expected
    with pytest.raises(ConfigurationError, match="rate_limits is "):
        kind(CREDENTIALS, rate_limits="")


def test_the_limit_is_counted_for_the_user_or_for_the_address() -> None:
    operation = leverset_okx.operations.SET_LEVERAGE
    assert SETTINGS.key(operation) == "okx:a:set_leverage"
    assert SETTINGS.key(operation, "44") == "okx:44:set_leverage"
    assert SETTINGS.key(leverset_okx.operations.GET_TIME, "44") == "okx:ip:get_time"


def _with(operation: Any, **changes: Any) -> Any:
    return type(operation)(**{name: getattr(operation, name) for name in operation.__slots__} | changes)


def test_the_defaults_are_written_twice_and_are_the_same() -> None:
    of_the_client = inspect.signature(Okx).parameters
    for name in ("demo", "timeout", "deadline", "max_wait", "retries", "read_back"):
        assert getattr(SETTINGS, name) == of_the_client[name].default, name


def test_who_is_counted_is_the_user_id_or_else_the_key() -> None:
    assert Okx(CREDENTIALS).config.account == CREDENTIALS.account
    assert Okx(CREDENTIALS, account=OkxAccount(level="spot")).config.account == CREDENTIALS.account
    assert Okx(CREDENTIALS, account=OkxAccount(uid="44")).config.account == "44"
    assert Bitget(CREDENTIALS, account=BitgetAccount(uid="45")).config.account == "45"


@pytest.mark.parametrize(
    ("base_url", "sent_to"),
    [
        ("https://www.okx.com", "https://www.okx.com"),
        ("https://www.okx.com/", "https://www.okx.com"),
        ("HTTPS://WWW.OKX.com:8443", "https://www.okx.com:8443"),
        ("https://www.okx.com?", "https://www.okx.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.255.0.1", "http://127.255.0.1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_https_anywhere_and_http_on_loopback(base_url: str, sent_to: str) -> None:
    assert resolve_base_url(OKX, None, base_url) == sent_to


@pytest.mark.parametrize(
    "base_url",
    [
        "http://www.okx.com",
        "http://192.0.2.1",
        "http://0.0.0.0",
        "http://[2001:db8::1]",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://127.1",
    ],
)
def test_no_secret_goes_over_an_open_wire(base_url: str) -> None:
    error = refused(base_url=base_url)
    assert error.summary.startswith("base_url would send the passphrase to ")
    assert error.fix == "use https://"


@pytest.mark.parametrize(
    ("base_url", "summary"),
    [
        ("", "base_url needs https:// and a host, and no user"),
        ("www.okx.com", "base_url needs https:// and a host, and no user"),
        ("//www.okx.com", "base_url needs https:// and a host, and no user"),
        ("https://", "base_url needs https:// and a host, and no user"),
        ("https:///path", "base_url needs https:// and a host, and no user"),
        ("ftp://127.0.0.1", "base_url needs https:// and a host, and no user"),
        ("https://me:hush-hush@www.okx.com", "base_url needs https:// and a host, and no user"),
        ("https://me@www.okx.com", "base_url needs https:// and a host, and no user"),
        ("https://www.okx.com ", "base_url needs https:// and a host, and no user"),
        ("https://www.ökx.com", "base_url needs https:// and a host, and no user"),
        ("https://www.okx.com/api", "base_url has a path or query"),
        ("https://www.okx.com?a=b", "base_url has a path or query"),
        ("https://www.okx.com#a", "base_url has a path or query"),
        ("https://www.okx.com\n", "base_url is not an address"),
        ("https://me:hush-hush@www.okx.com:port", "base_url is not an address"),
        ("https://[::1", "base_url is not an address"),
        ("https://\ud800", "base_url is not an address"),
        (b"https://www.okx.com", "base_url is not an address"),
        (5, "base_url is not an address"),
    ],
)
def test_an_address_is_scheme_host_and_port(base_url: object, summary: str) -> None:
    error = refused(base_url=base_url)
    assert (error.summary, error.fix) == (summary, "give scheme, host and port only, such as https://www.okx.com")
    assert "hush" not in f"{error!r} {error} {vars(error)}"


@pytest.mark.parametrize("port", [0, 65536, 70000, 99999999999, -1])
def test_a_port_that_there_cannot_be_is_refused(port: int) -> None:
    for host in ("https://www.okx.com", "http://127.0.0.1", "http://[::1]"):
        for error in (refused(base_url=f"{host}:{port}"), refused(proxy=f"{host}:{port}")):
            assert f" has the port {port}" in error.summary
            assert error.fix == "give a port from 1 to 65535, or none"
    for good in (1, 65535):
        assert resolve_base_url(OKX, None, f"https://www.okx.com:{good}") == f"https://www.okx.com:{good}"


def test_regions_are_those_of_the_spec() -> None:
    assert {region: resolve_base_url(OKX, region, None) for region in OKX.servers} == {
        "global": "https://www.okx.com",
        "eea": "https://eea.okx.com",
        "us": "https://us.okx.com",
        "tr": "https://tr.okx.com",
    }
    assert {region: resolve_base_url(BITGET, region, None) for region in BITGET.servers} == {
        "global": "https://api.bitget.com"
    }
    assert Okx(CREDENTIALS, region="eea").config.base_url == "https://eea.okx.com"
    assert Okx(CREDENTIALS, region=None).config.base_url == "https://www.okx.com"


@pytest.mark.parametrize("region", ["", "ee", "europe", 5, []], ids=str)
def test_any_other_region_is_refused(region: object) -> None:
    error = refused(region=region)
    assert error.summary.startswith("okx has no region ")
    assert error.fix == "name global or eea or us or tr or www or openapi or my or app"


def test_an_address_beside_a_region_is_refused() -> None:
    assert refused(region="eea", base_url="https://x.example").summary == "region and base_url are both given"


@pytest.mark.parametrize("demo", [True, False])
def test_demo_trading_is_marked_on_the_wire_and_live_is_not(demo: bool) -> None:
    with Loopback({"code": "0", "msg": "", "data": []}) as exchange:
        with Okx(CREDENTIALS, base_url=exchange.url, demo=demo) as okx:
            okx.set_leverage(inst_id="BTC-USDT", lever=5, mgn_mode="cross")
            assert ("demo" in repr(okx)) is demo
        assert exchange.seen[0].header("x-simulated-trading") == ("1" if demo else None)
        assert exchange.seen[0].header("paptrading") is None
    with Loopback({"code": "00000", "msg": "", "data": None}) as exchange:
        with Bitget(CREDENTIALS, base_url=exchange.url, demo=demo) as bitget:
            bitget.set_leverage(symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=5)
        assert exchange.seen[0].header("paptrading") == ("1" if demo else None)
        assert exchange.seen[0].header("x-simulated-trading") is None


def test_what_every_request_carries_comes_from_the_spec() -> None:
    """Bitget responses in the language that is asked for; OKX knows no such header."""
    assert (dict(BITGET.headers), dict(OKX.headers)) == ({"locale": "en-US"}, {})
    with Loopback({"code": "00000", "msg": "", "data": None}) as exchange:
        with Bitget(CREDENTIALS, base_url=exchange.url) as bitget:
            bitget.set_leverage(symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=5)
        assert [value for name, value in exchange.seen[0].headers if name.lower() == "locale"] == ["en-US"]
    with Loopback({"code": "0", "msg": "", "data": []}) as exchange:
        with Okx(CREDENTIALS, base_url=exchange.url) as okx:
            okx.set_leverage(inst_id="BTC-USDT", lever=5, mgn_mode="cross")
        assert exchange.seen[0].header("locale") is None


def test_a_client_says_where_it_sends_and_nothing_more() -> None:
    assert repr(Okx(CREDENTIALS)) == "<Okx at https://www.okx.com>"
    assert repr(AsyncOkx(CREDENTIALS, demo=True, region="us")) == "<AsyncOkx at https://us.okx.com, demo>"


def test_every_wrong_option_is_named_at_once() -> None:
    error = refused(demo="no", timeout=0, max_wait=-1, retries=1.5, read_back="later")
    assert error.summary == 'demo is "no"; timeout is 0; max_wait is -1; retries is 1.5; read_back is "later"'
    time = "give a positive number of seconds, at most a year"
    assert error.fix == (
        f"demo: give True or False; timeout: {time}; max_wait: {time}; "
        "retries: give a whole number, 0 to send nothing twice; read_back: give one of on_doubt, never, always"
    )
    with pytest.raises(ConfigurationError) as caught:
        Okx(CREDENTIALS).with_options(deadline=0, retries=-1)
    assert caught.value.summary == "deadline is 0; retries is -1"


@pytest.mark.parametrize(
    ("kind", "given", "names"),
    [
        (OkxAccount, {"uid": 5, "position_mode": "hedge", "level": "4"}, ["uid", "position_mode", "level"]),
        (OkxAccount, {"uid": "5", "position_mode": "net_mode", "level": 4}, ["level"]),
        (BitgetAccount, {"position_mode": "net_mode", "margin_mode": "cross"}, ["position_mode", "margin_mode"]),
    ],
)
def test_every_wrong_value_of_an_account_is_named_at_once(kind: Any, given: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(**given)
    assert [each.split(" is ")[0] for each in caught.value.summary.split("; ")] == names
    assert all(f"{name}: give" in caught.value.fix for name in names) == (len(names) > 1)
