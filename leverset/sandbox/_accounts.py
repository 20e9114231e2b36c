"""The accounts of the sandbox: one for every way an account can be set up, with credentials of its own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

OKX_LEVELS = ("spot", "single_currency", "multi_currency", "portfolio")
OKX_POSITION_MODES = ("long_short_mode", "net_mode")
BITGET_MARGIN_MODES = ("crossed", "isolated")
BITGET_POSITION_MODES = ("one_way_mode", "hedge_mode")
ENVIRONMENTS = ("live", "demo")

# What can be changed on an account, and to what. The first two name the account.
CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "okx": {"level": OKX_LEVELS, "position_mode": OKX_POSITION_MODES, "environment": ENVIRONMENTS},
    "bitget": {
        "margin_mode": BITGET_MARGIN_MODES,
        "position_mode": BITGET_POSITION_MODES,
        "environment": ENVIRONMENTS,
    },
}
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "okx": {"level": "single_currency", "position_mode": "long_short_mode"},
    "bitget": {"margin_mode": "isolated", "position_mode": "hedge_mode"},
}


@dataclass(eq=False)
class Account:
    """An account on one exchange of the sandbox.

    `exchange` is "okx" or "bitget". `name` is the set-up the account started with, "level/position_mode" on
    OKX and "margin_mode/position_mode" on Bitget; it stays when the modes are changed. `level` is None on
    Bitget, `margin_mode` is None on OKX. `environment` is "live" or "demo".
    """

    exchange: str
    name: str
    uid: str
    position_mode: str
    level: str | None = None
    margin_mode: str | None = None
    environment: str = "live"
    api_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)

    def describe(self) -> dict[str, str | None]:
        """Everything about the account as JSON, its credentials too: they open nothing but this sandbox."""
        return {
            "exchange": self.exchange,
            "name": self.name,
            "uid": self.uid,
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "level": self.level,
            "position_mode": self.position_mode,
            "margin_mode": self.margin_mode,
            "environment": self.environment,
        }

    def change(self, changes: Mapping[str, object]) -> None:
        """Set modes and environment; all of them or, on a ValueError, none."""
        choices = CHOICES[self.exchange]
        for name, value in changes.items():
            if name not in choices:
                raise ValueError(f"{name!r} cannot be changed on {self.exchange}: one of {list(choices)}")
            if value not in choices[name]:
                raise ValueError(f"{name} must be one of {list(choices[name])}, not {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def start_over(self) -> None:
        """Back to the modes the account is named after, in the live environment."""
        first, second = self.name.split("/")
        self.change(dict(zip(CHOICES[self.exchange], (first, second, "live"), strict=True)))


def account_name(exchange: str, modes: Mapping[str, str | None]) -> str:
    """Name of the account with these modes; those left out (None) are the default account's."""
    if exchange not in CHOICES:
        raise ValueError(f"exchange must be one of {list(CHOICES)}, not {exchange!r}")
    wanted = dict(DEFAULTS[exchange])
    for mode, value in modes.items():
        if value is None:
            continue
        if mode not in wanted or value not in CHOICES[exchange][mode]:
            raise ValueError(f"there is no {exchange} account with {mode}={value!r}")
        wanted[mode] = value
    return "/".join(wanted.values())


def _credentials() -> dict[str, str]:
    return {
        "api_key": secrets.token_hex(16),
        "secret": secrets.token_hex(16).upper(),
        "passphrase": secrets.token_hex(8),
    }


def open_accounts() -> list[Account]:
    """All accounts, with fresh random credentials; the two default ones share theirs."""
    shared = _credentials()
    accounts = []
    for exchange, choices in CHOICES.items():
        mode, _, _ = choices
        for value in choices[mode]:
            for position_mode in choices["position_mode"]:
                modes: dict[str, str] = {mode: value, "position_mode": position_mode}
                credentials = shared if modes == DEFAULTS[exchange] else _credentials()
                uid = str(10**17 + secrets.randbelow(9 * 10**17))
                name = f"{value}/{position_mode}"
                accounts.append(Account(exchange, name, uid, **modes, **credentials))
    return accounts
