"""Credentials: the API key, its secret and its passphrase, kept out of everything that prints."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

from leverset._placeholders import find_mistake
from leverset.errors import CredentialsError

HIDDEN = "[hidden]"
_PARTS = ("api_key", "secret", "passphrase")


class Credentials:
    """Hold what signs a request, and keep it out of everything that prints.

    The three texts never appear in repr, str, logs or errors, and nothing that walks over the fields of an object
    finds them. An object of this class cannot be changed, and refuses to be pickled: another process makes its own,
    for example with `from_env`.

    Args:
        api_key: The key that the exchange gave.
        secret: The secret that it gave with the key.
        passphrase: The passphrase that was chosen when the key was made.

    Raises:
        CredentialsError: One of them is empty, cannot be sent (a line break, blanks around it, a character outside
            ASCII in the key or passphrase) or cannot be meant (quotation marks around it, the name of a variable, a
            placeholder such as `your_api_key_here`); each is named, and none is shown.
    """

    # Not an attrs class: attrs.asdict and the pretty-printers that know attrs would show every field.
    __slots__ = ("api_key", "passphrase", "secret")

    api_key: str
    secret: str
    passphrase: str

    def __init__(self, api_key: str, secret: str, passphrase: str) -> None:
        given = {"api_key": api_key, "secret": secret, "passphrase": passphrase}
        _check({part: (part, value) for part, value in given.items()})
        for part, value in given.items():
            object.__setattr__(self, part, value)

    @classmethod
    def from_env(cls, prefix: str, environ: Mapping[str, str] | None = None) -> Credentials:
        """Read `PREFIX_API_KEY`, `PREFIX_SECRET` and `PREFIX_PASSPHRASE` from the environment.

        Args:
            prefix: The beginning of the three names, such as `OKX` or `BITGET`.
            environ: The variables. Default: None, those of the process.

        Returns:
            The credentials.

        Raises:
            CredentialsError: A variable is missing or malformed; each is named, and none is shown.
        """
        values = os.environ if environ is None else environ
        given = {part: (f"{prefix}_{part.upper()}", values.get(f"{prefix}_{part.upper()}")) for part in _PARTS}
        _check(given, _where_keys_are(prefix))
        return cls(**{part: str(value) for part, (_, value) in given.items()})

    @property
    def account(self) -> str:
        """A name for the key's account that gives nothing away: a part of a SHA-256 under a fixed label."""
        return hashlib.sha256(b"leverset account\0" + self.api_key.encode()).hexdigest()[:24]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return all(getattr(self, part) == getattr(other, part) for part in _PARTS)

    def __hash__(self) -> int:
        return hash((self.api_key, self.secret, self.passphrase))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("Credentials cannot be changed; make new ones")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("Credentials cannot be changed; make new ones")

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, memo: object) -> Credentials:
        return self

    def __repr__(self) -> str:
        return f"Credentials({HIDDEN})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("Credentials are not pickled; make them in the process that needs them")


def _where_keys_are(prefix: str) -> str:
    """How to come by what is missing: where keys are made, with which permission, and how to hand them over."""
    hand_over = (
        f"export {prefix}_API_KEY, {prefix}_SECRET and {prefix}_PASSPHRASE, or write them as NAME=VALUE lines into a "
        "file for --credentials, or give Credentials(api_key, secret, passphrase)"
    )
    exchange, _, demo = prefix.partition("_")
    try:
        facts = import_module(f"leverset_{exchange.lower()}.operations").EXCHANGE
    except (ImportError, ValueError):  # a prefix may be any text
        return hand_over
    if not facts.key_page:
        return hand_over
    kind = "demo trading has keys of its own; they" if demo.upper() == "DEMO" else "keys"
    return f"{kind} are made at {facts.key_page}, with the permission {facts.key_permission}; {hand_over}"


def _check(given: Mapping[str, tuple[str, object]], missing: str = "") -> None:
    """Refuse what cannot sign or be sent: `given` is what the caller calls each part, and its value; never shown."""
    problems = {name: _problem(part, value) for part, (name, value) in given.items()}
    wrong = [name for name, problem in problems.items() if problem]
    how = f"; {missing}" if missing and any(problems[name] in ("is missing", "is empty") for name in wrong) else ""
    if wrong:
        raise CredentialsError(
            "; ".join(f"{name} {problems[name]}" for name in wrong),
            reference="leverset/credentials",
            fix=f"give {' and '.join(wrong)} exactly as the exchange has it{how}",
        )


def _problem(part: str, value: object) -> str:
    """What is wrong with a part, in a few words that follow its name; empty where nothing is."""
    if value is None:
        return "is missing"
    if not isinstance(value, str):
        return f"is {type(value).__name__}, not str"
    if not value:
        return "is empty"
    if value != value.strip():
        return "begins or ends with blanks or a line break, as a copied text may"
    if not value.isprintable():
        return "has a line break, a tab or another control character in it"
    if mistake := find_mistake(part, value):
        return mistake
    if part != "secret" and not value.isascii():
        # The secret never travels, so it may be any text; the other two are headers.
        return "has a character outside ASCII in it, which an HTTP header does not carry"
    if part == "api_key" and " " in value:
        return "has a blank in it"
    return ""
