"""The accounts of the sandbox: their modes, their environment, their keys."""

import ipaddress
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from ._bounds import shown, text

ENVIRONMENTS = ("live", "demo")
PERMISSIONS = ("read", "trade", "withdraw")
MAX_KEYS = 100  # of one account
_MAX_ADDRESSES = 20
_UID = re.compile("[0-9]{1,20}")


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """An API key of an account.

    Attributes:
        api_key: Key, sent in a header.
        secret: Secret that signs requests.
        passphrase: Passphrase, sent in a header.
        label: The name that its owner gave it.
        permissions: What it may do: "read", "trade", "withdraw".
        ips: Addresses that it may be used from; none is any address.
    """

    api_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    label: str = "sandbox"
    permissions: tuple[str, ...] = ("read", "trade")
    ips: tuple[str, ...] = ()

    def describe(self) -> dict[str, object]:
        """Return the key as JSON, secrets included: they open nothing but this sandbox."""
        return {
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "label": self.label,
            "permissions": list(self.permissions),
            "ips": list(self.ips),
        }


@dataclass(eq=False)
class Account:
    """An account on one exchange of the sandbox.

    Attributes:
        exchange: Name of the exchange.
        name: The modes that the account started with, joined by "/", or its kind; a number follows where it was opened
            later. It stays when modes are changed.
        uid: User id, 18 digits.
        modes: Current modes by name, such as {"level": "spot", "position_mode": "net_mode"}.
        keys: API keys, the account's own one first. They share everything, the rate limit included.
        environment: "live" or "demo".
        kind: One of the exchange's kinds of accounts, "" where it has one kind only.
        main_uid: User id of the main account; another one than `uid` makes this a sub-account.
        choices: Allowed values of each mode, in the order in which the modes appear in `name`.
        kinds: Kinds of accounts that the exchange has.
    """

    exchange: str
    name: str
    uid: str
    modes: dict[str, str]
    keys: list[Key]
    environment: str = "live"
    kind: str = ""
    main_uid: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    kinds: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        self.main_uid = self.main_uid or self.uid
        self._initial = (dict(self.modes), self.environment, self.kind, self.main_uid)

    @property
    def api_key(self) -> str:
        """Key of the account's own API key."""
        return self.keys[0].api_key

    @property
    def secret(self) -> str:
        """Secret of the account's own API key."""
        return self.keys[0].secret

    @property
    def passphrase(self) -> str:
        """Passphrase of the account's own API key."""
        return self.keys[0].passphrase

    def key(self, api_key: str) -> Key:
        """Return one of the account's keys."""
        return {key.api_key: key for key in self.keys}[api_key]

    def describe(self) -> dict[str, object]:
        """Return the account as JSON, credentials included: they open nothing but this sandbox."""
        described: dict[str, object] = {
            "exchange": self.exchange,
            "name": self.name,
            "uid": self.uid,
            "main_uid": self.main_uid,
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "keys": [key.describe() for key in self.keys],
            "environment": self.environment,
        }
        return {**described, **({"kind": self.kind} if self.kinds else {}), **self.modes}

    def change(self, changes: Mapping[str, object]) -> None:
        """Set modes, environment, kind and main account.

        Args:
            changes: Values by name: the modes of the account's exchange, `environment`, `main_uid`, and `kind` where
                the exchange has several kinds of accounts.

        Raises:
            ValueError: A name or a value is not allowed; nothing was changed.
        """
        choices = {**self.choices, "environment": ENVIRONMENTS, **({"kind": self.kinds} if self.kinds else {})}
        for name, value in changes.items():
            if name == "main_uid":
                if not isinstance(value, str) or not _UID.fullmatch(value):
                    raise ValueError(f"main_uid must be a text of 1 to 20 digits, not {shown(value)}")
                continue
            if name not in choices:
                known = [*choices, "main_uid"]
                raise ValueError(f"{shown(name)} cannot be set on {self.exchange}: one of {known}")
            if value not in choices[name]:
                raise ValueError(f"{name} must be one of {list(choices[name])}, not {shown(value)}")
        values = {name: str(value) for name, value in changes.items()}
        self.environment = values.pop("environment", self.environment)
        self.kind = values.pop("kind", self.kind)
        self.main_uid = values.pop("main_uid", self.main_uid)
        self.modes.update(values)

    def add_key(self, description: Mapping[str, object]) -> Key:
        """Give the account another API key, with random credentials.

        Args:
            description: `label`, `permissions` and `ips`, each with a default, as attributes of `Key`.

        Raises:
            ValueError: A name or a value is not allowed, or the account has too many keys.
        """
        if len(self.keys) >= MAX_KEYS:
            raise ValueError(f"an account has at most {MAX_KEYS} keys: reset first")
        key = Key(**random_credentials(), **_read_key(description))  # type: ignore[arg-type] # checked by it
        self.keys.append(key)
        return key

    def reset(self) -> None:
        """Restore the modes that the account is named after, the live environment, and its own key alone."""
        modes, self.environment, self.kind, self.main_uid = self._initial
        self.modes.update(modes)
        del self.keys[1:]


def _read_key(description: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in description.items():
        if name == "label":
            found[name] = text(name, value, 50)
        elif name == "permissions":
            if not isinstance(value, (list, tuple)) or not all(one in PERMISSIONS for one in value):
                raise ValueError(f"permissions must be a list out of {list(PERMISSIONS)}, not {shown(value)}")
            found[name] = tuple(one for one in PERMISSIONS if one in value)
        elif name == "ips":
            found[name] = _addresses(value)
        else:
            raise ValueError(f"{shown(name)} is not known of a key: one of ['label', 'permissions', 'ips']")
    return found


def _addresses(value: object) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)) and len(value) <= _MAX_ADDRESSES:
        with suppress(ValueError):
            return tuple(str(ipaddress.ip_address(str(one))) for one in value)
    raise ValueError(f"ips must be a list of at most {_MAX_ADDRESSES} addresses, not {shown(value)}")


def random_credentials() -> dict[str, str]:
    """Make a random key, secret and passphrase, named as `Key` names them."""
    return {
        "api_key": secrets.token_hex(16),
        "secret": secrets.token_hex(16).upper(),
        "passphrase": secrets.token_hex(8),
    }


def random_uid() -> str:
    """Make a random user id of 18 digits."""
    return str(10**17 + secrets.randbelow(9 * 10**17))
