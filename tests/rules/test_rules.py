"""What the rules of both exchanges share: leverages, and how a broken rule is shown."""

from decimal import Decimal

import pytest

from leverset import RuleViolation
from leverset._rules import check
from tests.rules.bodies import PAIR, bitget_violations, changed, okx_violations

NOTATION = "a leverage is more than 0, in digits 0-9 and at most one point; no sign, exponent, comma or blank"
SIZE = "it is not finite, or has more than 40 digits"


@pytest.mark.parametrize("lever", ["1", "5", "125", "0.01", "12.5", "05", "0.10", "5.0", "00.5", "1" * 5000])
def test_a_positive_decimal_is_a_leverage(lever: str) -> None:
    assert okx_violations(changed(PAIR, lever=lever)) == ()


@pytest.mark.parametrize(
    ("lever", "why"),
    [
        *(
            (lever, NOTATION)
            for lever in (
                *("0", "0.0", "00", "-5", "+5", "5.", ".5", ".", "5,5", "1_0", "1e2", "1E+2", "0x5", "5x", "NaN"),
                *("Infinity", " 5", "5 ", "5\n", "\n5", "5\0", "\u0665", "\uff15", "five", "1.2.3"),
            )
        ),
        (True, "a truth value is no number"),
        (5.0, "a float does not hold every decimal exactly, and money should not depend on its last digit"),
        (5, "the document wants lever as a String, this is int"),
        (Decimal(5), "the document wants lever as a String, this is Decimal"),
        (10**40, SIZE),
        (10**5000, SIZE),
        (Decimal("NaN"), SIZE),
        (Decimal("sNaN"), SIZE),
        (Decimal("-Infinity"), SIZE),
        (Decimal("1E+999999"), SIZE),
        (b"5", "the document wants lever as a String, this is bytes"),
        (["5"], "the document wants lever as a String, this is list"),
        (object(), "the document wants lever as a String, this is object"),
    ],
    ids=lambda value: ascii(value)[:20] if not isinstance(value, int) else "int",
)
def test_anything_else_is_not_and_the_reason_is_given(lever: object, why: str) -> None:
    [violation] = okx_violations(changed(PAIR, lever=lever))
    assert (violation.rule, violation.summary) == ("okx/lever-is-positive-decimal", "lever is not a positive decimal")
    assert violation.why == why
    str(violation).encode()  # and it can be printed


@pytest.mark.parametrize("body", [{**PAIR, "lever": None}, changed(PAIR, lever=...)], ids=["None", "Ellipsis"])
def test_a_leverage_that_is_none_is_missing(body: dict[str, object]) -> None:
    [violation] = okx_violations(body)
    assert violation.summary == ("lever is missing" if body["lever"] is None else "lever is not a positive decimal")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("up", 'posSide="up"'),
        ("", 'posSide=""'),
        ('"', 'posSide="\\""'),
        ("long\n", 'posSide="long\\n"'),
        ("\ud800", 'posSide="\\ud800"'),
        ("\u202elong", 'posSide="\\u202elong"'),
        ("größer", 'posSide="größer"'),
        ("x" * 5000, 'posSide="' + "x" * 78 + "…"),
        (None, "posSide=None"),
        (5, "posSide=5"),
        ([1, 2], "posSide=[1, 2]"),
        (10**5000, "posSide=<int>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_value_is_shown_on_one_line_that_any_terminal_takes(value: object, where: str) -> None:
    [violation] = okx_violations({"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": value})
    assert violation.where == f"okx POST /api/v5/account/set-leverage, BTC-USDT-SWAP isolated, lever 5, {where}"
    assert len(str(violation).splitlines()) == 5
    str(violation).encode()


def test_a_field_that_is_not_there_is_said_to_be_absent() -> None:
    [violation] = okx_violations({"lever": "5", "mgnMode": "cross"})
    assert violation.where == "okx POST /api/v5/account/set-leverage, cross, lever 5, instId is absent"


def test_every_violation_names_the_document() -> None:
    assert {v.docs for v in okx_violations({})} == {
        "https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage"
    }
    assert {v.docs for v in bitget_violations({})} == {
        "https://www.bitget.com/api-doc/contract/account/Change-Leverage"
    }


def test_all_unknown_fields_are_named_whatever_they_are_called() -> None:
    body = {**PAIR, "tdMode": "x", "a\nb": "y", "größe": "z"}
    [violation] = okx_violations(body)
    assert violation.summary == 'tdMode, "a\\nb", "größe" are not fields of this request'
    assert violation.fix == 'leave tdMode, "a\\nb", "größe" out'
    [violation] = okx_violations({**PAIR, 5: "x"})  # type: ignore[dict-item] # a body read from a file may have it
    assert violation.where.endswith(', 5="x"')


def test_check_raises_all_of_them_in_one_error_and_nothing_for_none() -> None:
    def facts() -> dict[str, object]:
        return {"instId": "BTC-USDT"}

    check((), facts)
    violations = okx_violations({})
    with pytest.raises(RuleViolation) as caught:
        check(violations, facts)
    assert caught.value.violations == violations
    assert caught.value.request == facts()
    assert str(caught.value) == "\n".join(str(violation) for violation in violations)
    assert caught.value.outcome == "not_sent"
    assert caught.value.retryable is False
