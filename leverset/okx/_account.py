"""How an OKX account is set up, as far as its owner says so; what is not said is not checked."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from leverset._config import one_of, user_id

OkxPositionMode = Literal["long_short_mode", "net_mode"]
OkxLevel = Literal["spot", "single_currency", "multi_currency", "portfolio"]


@frozen(kw_only=True)
class OkxAccount:
    """How an OKX account is set up; what is None is not known, and the exchange checks what depends on it.

    Args:
        uid: The user id that the limit is counted for. Without it the API key stands for its user, so give it where
            several keys belong to one account. Default: None.
        position_mode: `long_short_mode` or `net_mode` (`posMode` of the account's configuration). Default: None.
        level: The account mode (`acctLv` 1 to 4): `spot`, `single_currency` (also called futures mode),
            `multi_currency` or `portfolio`. Default: None.
        source: Who said so, for the texts of rules. Default: None, the caller.

    Raises:
        ConfigurationError: A value is none of these.

    Source: OKX API guide, Trading account, Get account configuration.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: OkxPositionMode | None = field(default=None, validator=one_of(OkxPositionMode))
    level: OkxLevel | None = field(default=None, validator=one_of(OkxLevel))
    source: str | None = field(default=None, eq=False, repr=False)
