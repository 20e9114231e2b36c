# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""How a Kestrel account is set up."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from leverset._config import one_of, user_id

KestrelMarginMode = Literal["hedged", "netted"]


@frozen(kw_only=True)
class KestrelAccount:
    """A Kestrel account."""

    uid: str | None = field(default=None, validator=user_id)
    margin_mode: KestrelMarginMode | None = field(default=None, validator=one_of(KestrelMarginMode))
    source: str | None = field(default=None, eq=False, repr=False)
