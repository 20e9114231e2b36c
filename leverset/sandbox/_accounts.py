"""The accounts of the sandbox: their modes, their environment, their credentials."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ._bounds import shown

ENVIRONMENTS = ("live", "demo")


@dataclass(eq=False)
class Account:
    """An account on one exchange of the sandbox.

    Attributes:
        exchange: Name of the exchange.
        name: The modes that the account started with, joined by "/"; it stays when the modes are changed.
        uid: User id, 18 digits.
        modes: Current modes by name, such as {"level": "spot", "position_mode": "net_mode"}.
        environment: "live" or "demo".
        api_key: Key, sent in a header.
        secret: Secret that signs requests.
        passphrase: Passphrase, sent in a header.
        choices: Allowed values of each mode, in the order in which the modes appear in `name`.
    """

    exchange: str
    name: str
    uid: str
    modes: dict[str, str]
    environment: str = "live"
    api_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def describe(self) -> dict[str, str]:
        """Return the account as JSON, credentials included: they open nothing but this sandbox."""
        return {
            "exchange": self.exchange,
            "name": self.name,
            "uid": self.uid,
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "environment": self.environment,
            **self.modes,
        }

    def change(self, changes: Mapping[str, object]) -> None:
        """Set modes and environment.

        Args:
            changes: Values by name: the modes of the account's exchange, and `environment`.

        Raises:
            ValueError: A name or a value is not allowed; nothing was changed.
        """
        choices = {**self.choices, "environment": ENVIRONMENTS}
        for name, value in changes.items():
            if name not in choices:
                raise ValueError(f"{shown(name)} cannot be changed on {self.exchange}: one of {list(choices)}")
            if value not in choices[name]:
                raise ValueError(f"{name} must be one of {list(choices[name])}, not {shown(value)}")
        values = {name: str(value) for name, value in changes.items()}
        self.environment = values.pop("environment", self.environment)
        self.modes.update(values)

    def reset(self) -> None:
        """Restore the modes that the account is named after, and the live environment."""
        self.change({**dict(zip(self.choices, self.name.split("/"), strict=True)), "environment": "live"})


def random_credentials() -> dict[str, str]:
    """Make a random key, secret and passphrase, named as `Account` names them."""
    return {
        "api_key": secrets.token_hex(16),
        "secret": secrets.token_hex(16).upper(),
        "passphrase": secrets.token_hex(8),
    }


def random_uid() -> str:
    """Make a random user id of 18 digits."""
    return str(10**17 + secrets.randbelow(9 * 10**17))
