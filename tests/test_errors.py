"""Errors: the tree, the whole text of each, and what survives a trip to another process."""

import copy
import json
import pickle
import re
from collections.abc import Callable, Iterator
from typing import Any

import leverset_bitget.operations
import leverset_okx.operations
import pytest

import leverset
from leverset import Credentials, LeversetError, Okx, errors
from leverset._format import Attempt
from leverset._http._messages import RawResponse
from leverset._http.response import ResponseParser
from leverset._protocols import Exchange
from leverset._request_facts import request_facts
from leverset._verify import verify_result
from leverset.errors import BY_CATEGORY, ExchangeError
from tests.caller import CREDENTIALS, SECRETS
from tests.golden.read import sections

OKX: Exchange = leverset_okx.operations.EXCHANGE
BITGET: Exchange = leverset_bitget.operations.EXCHANGE
SET_LEVERAGE = leverset_okx.operations.SET_LEVERAGE
SIGNATURE = "T8Zc1mJ4h0aYpC7vK2uWq9dRs5xFgL3bNeMi6oPtUwE="
GOLDEN = sections("errors.txt")


def classes(base: type[LeversetError] = LeversetError) -> Iterator[type[LeversetError]]:
    """The tree of leverset.errors; the plan's errors, which hang on it elsewhere, are not this module's."""
    for cls in base.__subclasses__():
        if cls.__module__ == errors.__name__:
            yield cls
            yield from classes(cls)


def raised(function: Callable[[], object]) -> LeversetError:
    with pytest.raises(LeversetError) as caught:
        function()
    return caught.value


def refusal(exchange: Exchange, code: str, message: str, status: int = 200) -> LeversetError:
    """What a response of the exchange with this code becomes."""
    operation = next(each for each in exchange.operations.values() if each.name == "set_leverage")
    reader = ResponseParser(exchange=exchange, operation=operation, credentials=CREDENTIALS)
    body = json.dumps({exchange.code_field: code, exchange.message_field: message, "data": []}).encode()
    return raised(lambda: reader.parse(RawResponse(status=status, headers={}, body=body), SIGNATURE))


def two_tries(error: LeversetError) -> LeversetError:
    error.attempts = (
        Attempt(number=1, waited=0.0, result="50011", outcome="refused"),
        Attempt(number=2, waited=2.01, result="timeout", outcome="unknown"),
    )
    return error


def mismatch() -> LeversetError:
    facts = request_facts(SET_LEVERAGE, {}, exchange="okx", environment="live", host="www.okx.com", redact=str)
    return raised(
        lambda: verify_result(
            SET_LEVERAGE, {"lever": "5"}, {"lever": "3"}, numbers=("lever",), redact=str, facts=lambda: facts
        )
    )


MAKERS: dict[str, Callable[[], LeversetError]] = {
    "RuleViolation": lambda: raised(
        lambda: Okx(CREDENTIALS).set_leverage(lever=0, mgn_mode="cross", inst_id="BTC-USDT", pos_side="net")
    ),
    "CredentialsError": lambda: raised(lambda: Credentials.from_env("OKX", {"OKX_API_KEY": " x", "OKX_SECRET": "s"})),
    "ConfigurationError": lambda: raised(lambda: Okx(CREDENTIALS, base_url="http://www.okx.com")),
    "RateLimitTimeout": lambda: errors.RateLimitTimeout(key="okx:44:set_leverage", waited=0.5, at_least=1.9),
    "LimiterUnavailable": lambda: errors.LimiterUnavailable(
        "the shared limiter does not respond", reference="leverset/limiter-unavailable", fix="look at Redis"
    ),
    "TransportError": lambda: two_tries(
        errors.TransportError("ReadTimeout: no response in time", reference="leverset/timeout", outcome="unknown")
    ),
    "MalformedResponse": lambda: errors.MalformedResponse(
        "the response is outside the contract: it is no object",
        reference="okx/malformed-response",
        outcome="unknown",
        where="okx POST /api/v5/account/set-leverage, HTTP 502, 24 bytes",
        why="it begins with '<html>Bad Gateway</html>'",
        fix="read the leverage back or retry",
    ),
    "ResultMismatch": mismatch,
    "ExchangeError": lambda: ExchangeError("Unknown: Something new", reference="okx/70000", outcome="unknown"),
    "AuthenticationFailed": lambda: refusal(OKX, "50113", "Invalid Sign", 401),
    "PermissionDenied": lambda: refusal(OKX, "50120", "This API key doesn't have permission"),
    "RateLimitExceeded": lambda: refusal(OKX, "50011", "Too Many Requests", 429),
    "ClockSkew": lambda: refusal(BITGET, "40008", "Request timestamp expired", 400),
    "WrongEnvironment": lambda: refusal(OKX, "50101", "APIKey does not match current environment.", 401),
    "RequestRefused": lambda: refusal(OKX, "51000", "Parameter lever error"),
    "UnknownInstrument": lambda: refusal(OKX, "51001", "Instrument ID does not exist"),
    "WrongAccountMode": lambda: refusal(OKX, "51010", "Request unsupported under current account mode"),
    "LeverageOutOfRange": lambda: refusal(BITGET, "40797", "Exceeded the maximum settable leverage", 400),
    "InsufficientMargin": lambda: refusal(OKX, "59103", "Margin is insufficient"),
    "OpenOrdersOrPositions": lambda: refusal(OKX, "59101", "Cancel the pending isolated orders"),
    "NoChange": lambda: refusal(BITGET, "45054", "No change in leverage", 400),
    "ExchangeUnavailable": lambda: refusal(OKX, "50001", "Service temporarily unavailable", 503),
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_whole_text_of_every_error(name: str) -> None:
    error = MAKERS[name]()
    assert type(error) is getattr(leverset, name)
    assert str(error) == GOLDEN[name]


def test_every_class_has_its_text() -> None:
    assert list(GOLDEN) == list(MAKERS)
    assert {cls.__name__ for cls in classes()} == set(MAKERS)


def test_the_tree_is_the_one_that_is_drawn() -> None:
    drawn = str(errors.__doc__).partition("\nLeversetError\n")[2].partition("\n\n")[0]
    branches = re.findall(r"^[├└]── (\w+)", drawn, re.MULTILINE)
    leaves = re.findall(r"\w+", drawn.partition("table of errors:")[2])
    assert leaves == [cls.__name__ for cls in classes(ExchangeError)]
    assert sorted(branches + leaves) == sorted(cls.__name__ for cls in classes())


def test_every_category_has_a_class_and_every_class_a_category() -> None:
    categories = {
        known.category
        for exchange in (OKX, BITGET)
        for operation in exchange.operations.values()
        for known in operation.errors.values()
    }
    assert categories == set(BY_CATEGORY)
    assert set(BY_CATEGORY.values()) == set(classes(ExchangeError))
    assert len(set(BY_CATEGORY.values())) == len(BY_CATEGORY)


@pytest.mark.parametrize("exchange", [OKX, BITGET], ids=["okx", "bitget"])
def test_every_code_becomes_the_class_of_its_category(exchange: Exchange) -> None:
    operation = next(each for each in exchange.operations.values() if each.name == "set_leverage")
    assert len(operation.errors) > 20
    for code, known in operation.errors.items():
        error = refusal(exchange, code, "so it says")
        assert isinstance(error, BY_CATEGORY[known.category])
        assert (error.code, error.name, error.category) == (code, known.name, known.category)
        assert (error.outcome, error.fix, error.message) == (known.outcome, known.action, "so it says")
        assert (error.retryable, error.operation) == (known.retryable, "set_leverage")


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_survives_the_trip_to_another_process(name: str, protocol: int) -> None:
    error = MAKERS[name]()
    data = pickle.dumps(error, protocol)
    again = pickle.loads(data)  # noqa: S301 - our own
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    assert not [secret for secret in SECRETS if secret.encode() in data]


@pytest.mark.parametrize("name", MAKERS)
def test_a_copy_is_an_error_of_its_own(name: str) -> None:
    error = MAKERS[name]()
    again = copy.copy(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
    again.outcome = "differs"
    assert error.outcome != "differs" or name == "ResultMismatch"


@pytest.mark.parametrize("name", MAKERS)
def test_no_error_shows_a_secret(name: str) -> None:
    error = MAKERS[name]()
    text = f"{error} {error!r} {error.args} {vars(error)}"
    assert not [secret for secret in SECRETS if secret in text]


def test_a_secret_that_the_exchange_sends_back_is_hidden() -> None:
    error: Any = refusal(OKX, f"x{SECRETS[0]}", f"your key {SECRETS[0]} and passphrase {SECRETS[2]} are wrong")
    assert error.message == "your key [hidden] and passphrase [hidden] are wrong"
    assert error.code == "x[hidden]"
    assert not [secret for secret in SECRETS if secret in f"{error} {vars(error)}"]


def test_every_error_has_its_base_and_its_outcome() -> None:
    for maker in MAKERS.values():
        error = maker()
        assert isinstance(error, LeversetError)
        assert error.outcome in ("not_sent", "refused", "differs", "unknown")
        assert error.reference
        assert error.summary == error.args[0]
        if error.outcome in ("not_sent", "differs"):
            assert error.retryable is False  # unless the transport or the spec says so


def test_one_attempt_is_no_list_of_attempts() -> None:
    error = MAKERS["TransportError"]()
    assert "attempts: 2: 50011 (refused); timeout (unknown)" in str(error)
    error.attempts = error.attempts[:1]
    assert "attempts" not in str(error)


def test_a_rule_violation_has_the_text_of_every_violation() -> None:
    error = raised(
        lambda: Okx(CREDENTIALS).set_leverage_from(
            {"lever": "5x", "mgnMode": "cross", "instId": "BTC-USDT", "posSide": "long"}
        )
    )
    assert isinstance(error, errors.RuleViolation)
    assert len(error.violations) == 3
    for violation in error.violations:
        assert violation.summary in error.summary
        assert violation.why in error.why
        assert violation.fix in error.fix


def test_the_first_request_stays_with_an_error() -> None:
    place = "okx POST /path"
    for where, told in ((f"{place}, HTTP 400", "TEXT, HTTP 400"), ("", "TEXT"), ("okx:44:set", "TEXT; okx:44:set")):
        error = ExchangeError("x", reference="okx/1", outcome="refused", where=where)
        error.add_request({"lever": "5"}, place, "TEXT")
        error.add_request({"lever": "6"}, place, "OTHER")
        assert (error.request, error.where) == ({"lever": "5"}, told)
