"""The exchanges, one line for each: everything above the exchanges' packages finds them here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from attrs import frozen

from leverset._client import AsyncClient, SyncClient
from leverset._diagnosis import Diagnosis
from leverset._format import Violation
from leverset._listing import Listing
from leverset._protocols import Field, Operation
from leverset._rules import Body, Rules
from leverset._snapshot import Snapshot

# Packages with a module `_registration`. The order is that of listings.
_PACKAGES = (
    "leverset.okx",
    "leverset.bitget",
)


@frozen(kw_only=True)
class AccountOption:
    """Describes one field of an account that has a list of allowed values.

    Attributes:
        name: The field's name.
        type: Its type: a Literal of the allowed values, or None.
        values: The allowed values.
        help: The field in a few words.
    """

    name: str
    type: Any
    values: tuple[str, ...]
    help: str


@frozen(kw_only=True)
class RegisteredExchange:
    """Describes one exchange for plans and commands.

    Attributes:
        name: The exchange's name in files and options, such as `okx`.
        title: Its name in texts, such as `OKX`.
        client: The sync client.
        async_client: The async client.
        scopes: Returns every leverage that a request sets.
        subject: What the operation sets the leverage of, in a few words.
        account_options: The fields of an account that have a list of allowed values.
        wrong_examples: Requests that violate rules: a title, the body, and the fields of the account.
        read_operation: The generated facts of reading leverages; None where the exchange's API does not offer it.
        several: The names of its fields that take several values with commas between them.
        diagnosis: What tells whether a leverage could be set; None where the exchange's API does not offer it.
        listing: The lists of its instruments; None where the exchange's API does not offer them.
        snapshot: Writes down what holds; None where the exchange's API does not offer to read it.
    """

    name: str
    title: str
    client: type[SyncClient[Any, Any, Any, Any]]
    async_client: type[AsyncClient[Any, Any, Any, Any]]
    scopes: Callable[[Body, Any], tuple[tuple[str, ...], ...]]
    subject: str
    account_options: tuple[AccountOption, ...]
    wrong_examples: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...]
    read_operation: Operation | None
    several: tuple[str, ...]
    diagnosis: Diagnosis | None
    listing: Listing | None
    snapshot: Snapshot | None

    @property
    def account_fields(self) -> tuple[str, ...]:
        """The names of what may be said about an account; who said it is none of them."""
        return tuple(each.name for each in self.account_type.__attrs_attrs__ if each.name != "source")

    @property
    def account_type(self) -> Any:
        """The class of its accounts."""
        return self.client.account_type

    @property
    def operation(self) -> Operation:
        """The generated facts of setting leverage."""
        return self.client.operation

    @property
    def leverage_field(self) -> str:
        """The name of the request's field for the leverage."""
        return self.client.leverage_field

    @property
    def rules(self) -> Rules[Any]:
        """The rules that a request must keep."""
        return self.client.rules

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that have a server, the usual one first."""
        return tuple(self.client.exchange.servers)

    @property
    def region_names(self) -> tuple[str, ...]:
        """Every name of a region, its own and others."""
        return (*self.regions, *self.client.exchange.region_names)

    @property
    def read_fields(self) -> tuple[Field, ...]:
        """The fields of the request that reads leverages."""
        return self.read_operation.fields if self.read_operation is not None else ()

    def read_arguments(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return the arguments with which `get_leverage` of the clients reads these fields."""
        return {field.argument: fields[field.name] for field in self.read_fields if field.name in fields}

    def says_modes(self, account: Any) -> bool:
        """Whether anything is said of an account's modes; a user id is none."""
        return any(getattr(account, option.name, None) is not None for option in self.account_options)

    def violations(self, body: Body, account: object) -> tuple[Violation, ...]:
        """Return every rule that a request violates; rules about an unknown account (None) are left out."""
        return self.rules.violations(body, account)


def _register(package: str) -> RegisteredExchange:
    registration = import_module(f"{package}._registration")
    return RegisteredExchange(
        name=registration.CLIENT.exchange.name,
        title=registration.TITLE,
        client=registration.CLIENT,
        async_client=registration.ASYNC_CLIENT,
        scopes=registration.scopes,
        subject=registration.SUBJECT,
        account_options=_account_options(registration),
        wrong_examples=registration.WRONG_EXAMPLES,
        # What reads is not offered by every exchange.
        read_operation=getattr(registration, "READ_OPERATION", None),
        several=getattr(registration, "SEVERAL", ()),
        diagnosis=getattr(registration, "DIAGNOSIS", None),
        listing=getattr(registration, "LISTING", None),
        snapshot=getattr(registration, "SNAPSHOT", None),
    )


def _account_options(registration: ModuleType) -> tuple[AccountOption, ...]:
    options = []
    for name, hint in get_type_hints(registration.CLIENT.account_type).items():
        for part in get_args(hint):
            if get_origin(part) is Literal:
                help_text = registration.ACCOUNT_HELP[name]
                options.append(AccountOption(name=name, type=hint, values=get_args(part), help=help_text))
    return tuple(options)


EXCHANGES: Mapping[str, RegisteredExchange] = {each.name: each for each in map(_register, _PACKAGES)}
"""Every exchange, by its name."""
