"""How an OKX account is set up, as far as its owner says so; what is not said is not checked."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from leverset._config import one_of, user_id

OkxPositionMode = Literal["long_short_mode", "net_mode"]
OkxLevel = Literal["spot", "single_currency", "multi_currency", "portfolio"]


@frozen(kw_only=True)
class OkxAccount:
    """An OKX account.

    `uid` is the user id that the limit is counted for; without it the API key stands for its user, so give it where
    several keys belong to one account. `position_mode` is `long_short_mode` or `net_mode` (`posMode` of the account's
    configuration). `level` is the account mode: `spot`, `single_currency` (also called futures mode),
    `multi_currency` or `portfolio` (`acctLv` 1 to 4). None means not known: the exchange checks what depends on it.

    Raises ConfigurationError for any other value.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: OkxPositionMode | None = field(default=None, validator=one_of(OkxPositionMode))
    level: OkxLevel | None = field(default=None, validator=one_of(OkxLevel))
