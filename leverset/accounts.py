"""How an account is set up, as far as its owner says so; what is not said is not checked."""

from __future__ import annotations

from typing import Any, Literal, get_args

from attrs import Attribute, field, frozen

from leverset.errors import ConfigurationError, misconfigured
from leverset.report import shown

OkxPositionMode = Literal["long_short_mode", "net_mode"]
OkxLevel = Literal["spot", "single_currency", "multi_currency", "portfolio"]
BitgetPositionMode = Literal["one_way_mode", "hedge_mode"]
BitgetMarginMode = Literal["crossed", "isolated"]


def _one_of(choices: Any) -> Any:
    allowed = get_args(choices)

    def check(_instance: object, attribute: Attribute[str | None], value: object) -> None:
        if value is not None and value not in allowed:
            raise _refuse(attribute.name, value, f"give one of {', '.join(allowed)}, or leave it out")

    return check


def _text(_instance: object, attribute: Attribute[str | None], value: object) -> None:
    if value is not None and (not isinstance(value, str) or not value):
        raise _refuse(attribute.name, value, "give the user id as text, or leave it out")


def _refuse(name: str, value: object, fix: str) -> ConfigurationError:
    return misconfigured(f"{name} is {shown(value)}", fix)


@frozen(kw_only=True)
class OkxAccount:
    """An OKX account.

    `uid` is the user id that the limit is counted for; without it the API key stands for its user, so give it where
    several keys belong to one account. `position_mode` is `long_short_mode` or `net_mode` (`posMode` of the account's
    configuration). `level` is the account mode: `spot`, `single_currency` (also called futures mode),
    `multi_currency` or `portfolio` (`acctLv` 1 to 4). None means not known: the exchange checks what depends on it.

    Raises ConfigurationError for any other value.
    """

    uid: str | None = field(default=None, validator=_text)
    position_mode: OkxPositionMode | None = field(default=None, validator=_one_of(OkxPositionMode))
    level: OkxLevel | None = field(default=None, validator=_one_of(OkxLevel))


@frozen(kw_only=True)
class BitgetAccount:
    """A Bitget futures account, as it is set up for the symbols that are traded.

    `uid` is the user id that the limit is counted for; without it the API key stands for its user.
    `position_mode` is `one_way_mode` or `hedge_mode`, `margin_mode` is `crossed` or `isolated`. None means not known:
    the exchange checks what depends on it.

    Raises ConfigurationError for any other value.
    """

    uid: str | None = field(default=None, validator=_text)
    position_mode: BitgetPositionMode | None = field(default=None, validator=_one_of(BitgetPositionMode))
    margin_mode: BitgetMarginMode | None = field(default=None, validator=_one_of(BitgetMarginMode))
