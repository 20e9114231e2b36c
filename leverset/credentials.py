"""Credentials: the API key, its secret and its passphrase, kept out of everything that prints."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any, NoReturn

from attrs import Attribute, field, frozen

from leverset.errors import CredentialsError

_HIDDEN = "[hidden]"


def _check(_instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what an HTTP header cannot carry, naming the argument and never the value."""
    problem = ""
    if not isinstance(value, str):
        problem = f"is {type(value).__name__}, not str"
    elif not value:
        problem = "is empty"
    elif value != value.strip():
        problem = "begins or ends with blanks or a line break, as a copied text may"
    elif not value.isprintable():
        problem = "has a line break, a tab or another control character in it"
    elif attribute.name != "secret" and not value.isascii():
        # The secret never travels, so it may be any text; the other two are headers.
        problem = "has a character outside ASCII in it, which an HTTP header does not carry"
    elif attribute.name == "api_key" and " " in value:
        problem = "has a blank in it"
    if problem:
        raise CredentialsError(
            f"{attribute.name} {problem}",
            reference="leverset/credentials",
            fix=f"give {attribute.name} exactly as the exchange showed it when the API key was made",
        )


@frozen(repr=False)
class Credentials:
    """What signs a request.

    `api_key`, `secret` and `passphrase` are the three texts that the exchange gave, or was given, when the API key
    was made. They never appear in repr, str, logs or errors, and an object of this class refuses to be pickled:
    another process makes its own, for example with `from_env`.

    Raises CredentialsError where one of them is empty or cannot be sent (a line break, blanks around it, a
    character outside ASCII in the key or passphrase).
    """

    api_key: str = field(validator=_check)
    secret: str = field(validator=_check)
    passphrase: str = field(validator=_check)

    @classmethod
    def from_env(cls, prefix: str, environ: Mapping[str, str] | None = None) -> Credentials:
        """Read `PREFIX_API_KEY`, `PREFIX_SECRET` and `PREFIX_PASSPHRASE` from the environment.

        `prefix` is a name such as `OKX` or `BITGET`. Raises CredentialsError that names every variable that is
        missing or malformed.
        """
        values = os.environ if environ is None else environ
        names = {part: f"{prefix}_{part.upper()}" for part in ("api_key", "secret", "passphrase")}
        missing = [name for name in names.values() if not values.get(name)]
        if missing:
            raise CredentialsError(
                f"{' and '.join(missing)} not set in the environment",
                reference="leverset/credentials",
                fix=f"set {', '.join(names.values())}",
            )
        try:
            return cls(**{part: values[name] for part, name in names.items()})
        except CredentialsError as error:
            part = error.summary.split(" ", 1)[0]
            raise CredentialsError(
                f"{names[part]}: {error.summary}", reference=error.reference, fix=f"correct {names[part]}"
            ) from None

    @property
    def account(self) -> str:
        """A name for the key's account that gives nothing away: a part of a SHA-256 under a fixed label."""
        return hashlib.sha256(b"leverset account\0" + self.api_key.encode()).hexdigest()[:24]

    def redact(self, text: str) -> str:
        """The text with each of the three replaced, for what an exchange or a proxy may echo."""
        for value in sorted((self.api_key, self.secret, self.passphrase), key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Credentials({_HIDDEN})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("Credentials are not pickled; make them in the process that needs them")
