"""Accounts: what may be said of one, and what is refused."""

from typing import Any

import attrs
import pytest

from leverset import BitgetAccount, ConfigurationError, OkxAccount
from leverset._format import short_repr

CHOICES: list[tuple[Any, str, tuple[str, ...]]] = [
    (OkxAccount, "position_mode", ("long_short_mode", "net_mode")),
    (OkxAccount, "level", ("spot", "single_currency", "multi_currency", "portfolio")),
    (BitgetAccount, "position_mode", ("one_way_mode", "hedge_mode")),
    (BitgetAccount, "margin_mode", ("crossed", "isolated")),
]


@pytest.mark.parametrize(("account", "name", "allowed"), CHOICES)
def test_every_documented_value_and_none_is_taken(account: Any, name: str, allowed: tuple[str, ...]) -> None:
    for value in (*allowed, None):
        assert getattr(account(**{name: value}), name) == value


@pytest.mark.parametrize(("account", "name", "allowed"), CHOICES)
@pytest.mark.parametrize(
    "value", ["", "net", "NET_MODE", "isolated ", "2", 2, True, [], 10**5000], ids=lambda value: type(value).__name__
)
def test_any_other_value_is_refused_with_those_that_are_allowed(
    account: Any, name: str, allowed: tuple[str, ...], value: object
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        account(**{name: value})
    assert caught.value.summary == f"{name} is {short_repr(value)}"
    assert caught.value.reference == "leverset/configuration"
    assert caught.value.fix == f"give one of {', '.join(allowed)}, or leave it out"


@pytest.mark.parametrize("account", [OkxAccount, BitgetAccount])
def test_nothing_is_known_unless_it_is_said(account: Any) -> None:
    assert not [value for value in attrs.astuple(account()) if value is not None]


@pytest.mark.parametrize("account", [OkxAccount, BitgetAccount])
@pytest.mark.parametrize("uid", ["", 44, b"44", True])
def test_a_user_id_is_a_text(account: Any, uid: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        account(uid=uid)
    assert caught.value.summary == f"uid is {short_repr(uid)}"
    assert caught.value.fix == "give the user id as text, or leave it out"
    assert account(uid="44").uid == "44"


def test_an_account_is_given_by_name_and_does_not_change() -> None:
    for account in (OkxAccount, BitgetAccount):
        with pytest.raises(TypeError):
            account("44")  # type: ignore[call-arg] # the point
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        BitgetAccount().uid = "44"  # type: ignore[misc] # the point
