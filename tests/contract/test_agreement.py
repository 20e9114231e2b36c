"""The layer's rules, the spec's schema and the sandbox judge every request body alike."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.agreement import (
    fail_on,
    names,
    rules_against_schema,
    sandbox_against_schema,
    verdicts,
)
from tests.contract.parties import EXCHANGES, SANDBOX_ACCEPTS, parties
from tests.contract.sentences import by_rule, resolve, rows
from tests.contract.specs import Json, load, validator
from tests.contract.values import ABSENT, LEVERAGES, NO_OBJECTS, fields, odd

REQUEST = "SetLeverageRequest"


@pytest.fixture(params=EXCHANGES, scope="module")
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_body_product_has_right_and_wrong_bodies(exchange: str) -> None:
    judged = verdicts(exchange)
    assert len(judged) > 10_000
    accepted = sum(not broken for _, broken in judged)
    assert 100 < accepted < len(judged) / 2


def test_the_rules_accept_what_the_schema_accepts(exchange: str) -> None:
    fail_on(rules_against_schema(exchange, verdicts(exchange), parties(exchange).endpoint.request))


def test_sandbox_and_schema_accept_the_same_bodies(exchange: str) -> None:
    """On every account; what the sandbox refuses beyond the schema is about the account or what is listed."""
    found = parties(exchange)
    accepted = 0
    messages: list[str] = []
    for body, broken in verdicts(exchange):
        for account in found.accounts:
            # What no schema accepts is refused before any account is looked at; two accounts suffice to see that.
            if broken and account.name not in USUAL[exchange]:
                continue
            messages += sandbox_against_schema(found, body, account)
            accepted += not broken
    assert accepted > 100
    fail_on(messages)


@pytest.mark.parametrize("summary", SANDBOX_ACCEPTS)
def test_known_exceptions_of_the_sandbox_are_needed(summary: str) -> None:
    """Else the list would hide a disagreement that is gone."""
    found = parties("okx")
    accepted = [
        body
        for body, broken in verdicts("okx")
        if len(broken) == 1 and [one.summary for one in found.violations(body)] == [summary]
        if any(found.sandbox_code(body, account) is None for account in found.accounts)
    ]
    assert accepted


USUAL = {
    "okx": ("single_currency/long_short_mode", "multi_currency/net_mode"),
    "bitget": ("isolated/hedge_mode", "crossed/one_way_mode"),
}


def test_the_usual_accounts_exist_and_accept(exchange: str) -> None:
    """Else the test above would look at bodies with accounts that refuse everything."""
    found = parties(exchange)
    usual = [account for account in found.accounts if account.name in USUAL[exchange]]
    assert len(usual) == 2
    for account in usual:
        assert any(found.sandbox_code(body, account) is None for body, broken in verdicts(exchange) if not broken)


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_non_object_bodies_are_refused(exchange: str, body: object) -> None:
    found = parties(exchange)
    assert not found.schema_accepts(body)
    assert all(found.sandbox_code(body, account) for account in found.accounts)


# --- bodies that nobody thought of


def _texts(exchange: str) -> st.SearchStrategy[object]:
    listed = [value for values in (*fields(exchange).values(), *odd(exchange).values()) for value in values]
    known = sorted({value for value in (*listed, *LEVERAGES) if isinstance(value, str)})
    shapes = st.from_regex(r"[A-Z0-9-]{1,6}-[A-Z0-9]{1,4}(-[A-Z0-9]{1,6}(-[0-9.]{1,5}(-[CPX])?)?)?\n?", fullmatch=True)
    numbers = st.from_regex(r"[ +-]?[0-9]{0,3}\.?[0-9]{0,3}(e[0-9])?\n?", fullmatch=True)
    blanked = st.tuples(st.sampled_from(known), st.sampled_from(["\n", "\r", " ", "\t", "\x00", "\u2028"])).map("".join)
    return st.one_of(st.sampled_from(known), shapes, numbers, blanked, st.text(max_size=8))


def _bodies(exchange: str) -> st.SearchStrategy[Json]:
    other = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    value = st.one_of(_texts(exchange), *(st.sampled_from(list(values)) for values in fields(exchange).values()))
    listed = st.lists(value.filter(lambda one: one is not ABSENT), max_size=1)
    any_value = st.one_of(value, value, value, other, listed)
    right = [body for body, broken in verdicts(exchange) if not broken]

    @st.composite
    def body(draw: st.DrawFn) -> Json:
        made = dict(draw(st.sampled_from(right)))
        for name in draw(st.lists(st.sampled_from([*fields(exchange), "leverage", ""]), max_size=3)):
            choice = draw(any_value)
            made.pop(name, None)
            if choice is not ABSENT:
                made[name] = choice
        return made

    return body()


BODIES = {exchange: _bodies(exchange) for exchange in EXCHANGES}


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_generated_bodies_are_judged_alike(exchange: str, data: st.DataObject) -> None:
    found = parties(exchange)
    body = data.draw(BODIES[exchange])
    fail_on(rules_against_schema(exchange, [(body, names(found, body))], found.endpoint.request))
    for account in found.accounts:
        fail_on(sandbox_against_schema(found, body, account))


# --- one rule or constraint missing


def stateless(exchange: str) -> list[str]:
    """The rules that refuse some body without knowing the account."""
    return sorted({rule for _, broken in verdicts(exchange) for rule in broken})


def test_dropped_rule_is_named(exchange: str) -> None:
    schema = parties(exchange).endpoint.request
    for rule in stateless(exchange):
        without = [(body, tuple(name for name in broken if name != rule)) for body, broken in verdicts(exchange)]
        messages = list(rules_against_schema(exchange, without, schema))
        held_by = [row.sentence for row in rows() if rule in row.rules]
        assert held_by, f"{rule} holds no sentence: {by_rule(rule)}"
        assert messages, f"nobody misses {rule}"
        for sentence in held_by:
            assert any(sentence in message for message in messages), f"{rule} is missed, {sentence} is not named"


def _damaged(exchange: str, place: str) -> Iterator[Json]:
    """Copies of the spec, each without one of the things that the place names."""
    count = len(list(resolve(load(exchange)["components"]["schemas"][REQUEST], place)))
    for number in range(count):
        spec = copy.deepcopy(load(exchange))
        holder, key = list(resolve(spec["components"]["schemas"][REQUEST], place))[number]
        if key is None:
            holder.append(place.rpartition("without ")[2])
        elif isinstance(holder, list):
            holder[key : key + 1] = [{}] if isinstance(holder[key], dict) else []
        else:
            del holder[key]
        yield spec


def test_dropped_constraint_is_named(exchange: str) -> None:
    tried = 0
    for row in rows():
        for place in row.places:
            if row.exchange != exchange or not place.startswith("request > "):
                continue
            for spec in _damaged(exchange, place):
                tried += 1
                schema = validator(spec, spec["components"]["schemas"][REQUEST])
                messages = list(rules_against_schema(exchange, verdicts(exchange), schema))
                assert messages, f"nobody misses {place}"
                assert any(row.sentence in message for message in messages), f"{place}: {row.sentence} is not named"
    assert tried > 10
