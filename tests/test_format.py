"""The one shape in which everything is short_repr."""

import pickle
from decimal import Decimal

import pytest

from leverset import OkxAccount
from leverset._format import (
    Attempt,
    Note,
    Outcome,
    Violation,
    because,
    block,
    describe_leverage,
    describe_target,
    described,
    field_name,
    short_repr,
    state_text,
)
from leverset.okx import OkxLeverage


def test_a_report_has_its_lines_in_one_order() -> None:
    assert block("a/b", "c", "", why="", docs="") == "error[a/b]: c"
    lines = {"why": "e", "state": state_text("unknown"), "attempts": "h", "docs": "g"}
    assert block("a/b", "c", "d", **lines).splitlines() == [
        "error[a/b]: c",
        "  --> d",
        "  why:   e",
        "  state: unknown (the change may have been applied)",
        "  attempts: h",
        "  docs:  g",
    ]


@pytest.mark.parametrize(
    ("outcome", "meaning"),
    [
        ("not_sent", "nothing left this machine"),
        ("refused", "the change was not applied"),
        ("differs", "the exchange says that another value holds"),
        ("unknown", "the change may have been applied"),
    ],
)
def test_every_outcome_says_what_it_means(outcome: Outcome, meaning: str) -> None:
    assert state_text(outcome) == f"{outcome} ({meaning})"
    reads = "nothing left this machine" if outcome == "not_sent" else "nothing was read"
    assert state_text(outcome, reads=True) == f"{outcome} ({reads})"


def test_a_violation_is_a_report() -> None:
    violation = Violation(rule="a/b", field="f", value=1, summary="c", why="d", fix="e")
    assert str(violation) == "error[a/b]: c\n  why:   d\n  fix:   e"


def test_a_violation_without_a_secret_is_the_same() -> None:
    secret, values = "hush", [{"a": [1]}, 5, None, "hu sh", Shy()]
    for value in values:
        violation = Violation(rule="a/b", field="f", value=value, summary="c", why="d", fix="e", docs="g", where="h")
        found = violation.redacted(lambda text: text.replace(secret, "[hidden]"))
        assert found == violation
        assert found.value is value


@pytest.mark.parametrize(
    ("value", "left"), [("a hush", "a [hidden]"), ({"a": ["hush"]}, "{'a': ['[hidden]']}"), (["x" * 99, "hush"], None)]
)
def test_a_violation_is_redacted_in_all_that_a_caller_gave(value: object, left: str | None) -> None:
    violation = Violation(rule="a/b", field="hush", value=value, summary="hush", why="hush", fix="hush", where="hush")
    found = violation.redacted(lambda text: text.replace("hush", "[hidden]"))
    assert found.value == (left or f"['{'x' * 99}', '[hidden]']")
    assert {found.field, found.summary, found.why, found.fix, found.where} == {"[hidden]"}


def test_a_field_that_is_named_by_no_text_is_redacted_as_a_value_is() -> None:
    for field, left in [(3, 3), (None, None), (("a hush",), "('a [hidden]',)")]:
        violation = Violation(rule="a/b", field=field, value=1, summary="c", why="d", fix="e")  # type: ignore[arg-type] # a body read from a file may have it
        assert violation.redacted(lambda text: text.replace("hush", "[hidden]")).field == left


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError


class Wide:
    def __repr__(self) -> str:
        return "<a\n\tb  c>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("long", '"long"'),
        ("größer", '"größer"'),
        ("龙虎USDT", '"龙虎USDT"'),
        ("a\u00a0b\u2028c", '"a\\u00a0b\\u2028c"'),
        ("\u0412TC-USDT", '"\\u0412TC-USDT"'),  # the first letter is Cyrillic
        ("\u0412\u0422\u0421-USDT", '"\\u0412\\u0422\\u0421-USDT"'),
        ("1\u0395TH_", '"1\\u0395TH_"'),  # Greek
        ("\u043f\u0440\u0438\u0432\u0435\u0442 5 x", '"\u043f\u0440\u0438\u0432\u0435\u0442 5 x"'),
        ("a\nb", '"a\\nb"'),
        ("\ud800", '"\\ud800"'),
        ("x" * 78, f'"{"x" * 78}"'),
        ("x" * 79, f'"{"x" * 78}…'),
        (5, "5"),
        (None, "None"),
        (b"x", "b'x'"),
        (10**5000, "<int>"),
        (Shy(), "<Shy>"),
        (Wide(), "<a b c>"),
        ([0] * 100, "[" + "0, " * 26 + "…"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_value_is_shown_on_one_short_line(value: object, text: str) -> None:
    assert short_repr(value) == text
    assert len(short_repr(value)) <= 80


def test_a_note_keeps_what_it_says_and_survives_pickling() -> None:
    note = Note("it may have been applied", "applied", {"exchange": "okx"})
    for each in (note, pickle.loads(pickle.dumps(note))):  # noqa: S301 - our own
        assert (each, each.outcome, each.request) == ("it may have been applied", "applied", {"exchange": "okx"})
    assert (Note("").outcome, Note("").request) == ("unknown", None)


def test_a_violation_is_an_object_for_json() -> None:
    violation = Violation(rule="a/b", field="f", value=1, summary="c", why="d", fix="e", docs="g", where="h")
    assert violation.describe() == {
        "rule": "a/b",
        "field": "f",
        "summary": "c",
        "why": "d",
        "fix": "e",
        "docs": "g",
    }
    nowhere = Violation(rule="a/b", field="", value=1, summary="c", why="d", fix="e").describe()
    assert (nowhere["field"], nowhere["docs"]) == (None, None)


LEVERAGE = OkxLeverage(
    lever=Decimal("2E+1"),
    mgn_mode="isolated",
    inst_id="BTC-USDT-SWAP",
    ccy=None,
    pos_side="long",
    confirmed="response",
    raw={"lever": "20"},
)


def test_a_leverage_is_a_few_words_and_an_object_for_json() -> None:
    assert described(LEVERAGE) == "lever 2E+1 (isolated BTC-USDT-SWAP long)"
    short = {"lever": "20", "mgn_mode": "isolated", "inst_id": "BTC-USDT-SWAP", "ccy": None, "pos_side": "long"}
    assert describe_leverage(LEVERAGE) == short
    assert describe_leverage(LEVERAGE, raw=True) == {**short, "confirmed": "response", "raw": {"lever": "20"}}


def test_a_target_is_an_object_with_the_fields_of_the_request_apart() -> None:
    fixed = {"exchange": "okx", "environment": "live", "host": "h", "method": "POST", "path": "/p"}
    assert describe_target({**fixed, "instId": "x", "lever": "5"}) == {
        **fixed,
        "request": {"instId": "x", "lever": "5"},
    }
    assert describe_target({"exchange": "okx"}) == {**dict.fromkeys(fixed), "exchange": "okx", "request": {}}


@pytest.mark.parametrize(
    ("name", "text"), [("instId", "instId"), ("a b", '"a b"'), ("größe", '"größe"'), ("", '""'), (5, "5")]
)
def test_the_name_of_a_field_is_quoted_where_no_document_has_such_a_name(name: object, text: str) -> None:
    assert field_name(name) == text


def test_an_account_is_as_its_source_says() -> None:
    assert because(OkxAccount(), "net_mode") == "because account= says net_mode"
    assert because(OkxAccount(source="the exchange"), "net_mode") == "because the exchange says net_mode"


def test_an_attempt_is_its_result_and_what_is_known_after_it() -> None:
    assert str(Attempt(number=1, waited=0.5, result="timeout", outcome="unknown")) == "timeout (unknown)"
