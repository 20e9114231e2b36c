# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""What bitget says about its operations, as constants: OpenAPI has no field for it, so the client cannot know it.

The values are those of the spec. Everything here is frozen; nothing but the standard library is imported.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, dataclass_transform

Region = Literal["global"]
"""The regions that have a server (x-region), the usual one first."""

RegionName = Literal["global"]
"""The same, and their other names (x-region-names)."""


class _Fields:
    """What the functions of dataclasses ask a class for, made when they do."""

    def __get__(self, _: object, kind: type["_Facts"]) -> Mapping[str, Any]:
        made = dataclasses.make_dataclass(kind.__name__, kind._names)
        return {field.name: field for field in dataclasses.fields(made)}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class _Facts:
    """A frozen dataclass, whose methods are not made anew for every class: that took most of the import of this module."""

    __dataclass_fields__: ClassVar[Any] = _Fields()
    __replace__ = dataclasses.replace
    _names: ClassVar[tuple[str, ...]] = ()
    _long: ClassVar = frozenset(("errors", "fields", "examples", "operations"))  # not in a repr

    def __init_subclass__(cls) -> None:
        cls._names = (*cls._names, *cls.__annotations__)

    def __init__(self, **facts: object) -> None:
        if facts.keys() != set(self._names):
            missing, unknown = sorted(set(self._names) - facts.keys()), sorted(facts.keys() - set(self._names))
            raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {unknown}")
        vars(self).update(facts)

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete {name}")

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(value for value in vars(self).values() if not isinstance(value, Mapping)))

    def __repr__(self) -> str:
        shown = (f"{name}={vars(self)[name]!r}" for name in self._names if name not in self._long)
        return f"{type(self).__name__}({', '.join(shown)})"


class RateLimit(_Facts):
    """How often an operation may be called (x-rate-limit)."""

    requests: int
    """So many requests ..."""

    seconds: float
    """... in so many seconds ..."""

    scope: Literal["user", "ip"]
    """... counted together for one user or for one IP address."""


class PublishedRateLimit(RateLimit):
    """Another limit that the exchange publishes (x-rate-limit-published)."""

    seen: str
    """The day on which that was seen, such as 2026-07-20."""


class KnownError(_Facts):
    """One code of a refusal (x-errors)."""

    code: str
    """The code, as it stands in the response's code field."""

    name: str
    """A short name for it."""

    category: str
    """Its kind; many codes share one."""

    http_status: int | None
    """The HTTP status it comes with, where the document says so."""

    retryable: bool
    """Whether the same request, signed anew, may be retried."""

    outcome: Literal["refused", "unknown"]
    """What is known of the change: it was not applied, or it may have been."""

    account_wide: bool
    """Whether every other request of the account would end in the same way (account-wide, or by the category)."""

    action: str
    """What the caller can do."""


class SignedHeaders(_Facts):
    """The names of the headers of a signed request (components.securitySchemes)."""

    key: str
    """The API key."""

    signature: str
    """The signature."""

    timestamp: str
    """The time that was signed."""

    passphrase: str
    """The passphrase of the API key."""


class ImpossibleForm(_Facts):
    """One form that no right value of a field has (x-rule in a member of allOf)."""

    rule: str
    """The name of the rule, without the exchange's."""

    pattern: str
    """The pattern that no part of a value may match (re.search)."""

    summary: str
    """What is wrong with such a value."""

    why: str
    """The reason."""


class Field(_Facts):
    """One field of a request: a field of the body, or a query parameter."""

    name: str
    """The name in the exchange's document."""

    argument: str
    """The name of the argument in Python."""

    location: Literal["body", "query"]
    """Where the field is sent."""

    type: Literal["string", "integer", "number", "boolean", "object", "array"]
    """The JSON type of a value."""

    format: Literal["decimal"] | None
    """What a text holds: a decimal is a number in fixed-point notation."""

    required: bool
    """Whether every request needs it. Rules across fields may require it in some requests."""

    pattern: str | None
    """The pattern that a value must match as a whole (re.fullmatch), or None."""

    values: tuple[str, ...]
    """The allowed values; empty where any is allowed."""

    examples: tuple[str, ...]
    """Right values of a text, to show."""

    description: str
    """What it is, in one line; empty where the spec does not say."""

    rule: str
    """The name of the rule about a single value (x-rule), without the exchange's."""

    summary: str
    """What is wrong with a value that does not match the pattern; empty without a pattern."""

    why: str
    """The reason; empty without a pattern."""

    other_names: tuple[str, ...]
    """The names that other exchanges and programs have for it, for advice."""

    meant: tuple[tuple[str, str], ...]
    """The values that other exchanges and programs have, each with the allowed value that it stands for, for advice."""

    impossible: tuple[ImpossibleForm, ...]
    """The forms that no right value has."""


class Example(_Facts):
    """One example of a request."""

    summary: str
    """What it does, in one line."""

    body: Mapping[str, object]
    """The body, in the names of the exchange's document."""

    account: Mapping[str, str]
    """The account modes in which it is accepted (x-account)."""


class Operation(_Facts):
    """One operation of the exchange."""

    name: str
    """Its operationId."""

    method: str
    """The HTTP method, in capitals."""

    path: str
    """The path, from its first slash."""

    signed: bool
    """Whether a request must bear the signed headers."""

    rate_limit: RateLimit
    """How often it may be called."""

    published_rate_limit: PublishedRateLimit | None
    """How often it may be called by what the exchange publishes now, where that is known to differ."""

    limit_per: str | None
    """The query parameter each of whose values is counted by itself, if there is one (x-rate-limit.per)."""

    idempotent: bool
    """Whether a request may be applied twice without harm (x-idempotent)."""

    errors: Mapping[str, KnownError]
    """The known codes of a refusal: those of the exchange and its own, which win."""

    docs: str
    """The exchange's document (externalDocs.url)."""

    module: str
    """The dotted name of the generated module."""

    fields: tuple[Field, ...]
    """Every field of a request, in the order of the spec; a request has no others."""

    examples: tuple[Example, ...]
    """The examples of a request body, in the order of the spec."""


class Exchange(_Facts):
    """What holds for every operation."""

    name: str
    """Its name (x-exchange)."""

    servers: Mapping[str, str]
    """The base URL of each region (x-region), the usual one first."""

    region_names: Mapping[str, str]
    """The region of every other name for one (x-region-names)."""

    key_page: str
    """Where API keys are made (x-keys); empty where the spec does not say."""

    key_permission: str
    """The permission that a key needs, as that page calls it; empty where the spec does not say."""

    signed_headers: SignedHeaders
    """The headers of a signed request."""

    timestamp_format: Literal["iso8601-milliseconds", "epoch-milliseconds"]
    """How the signed time is written, in UTC."""

    clock_tolerance: float
    """How far that time may be off, in seconds."""

    demo_header: tuple[str, str]
    """The name and the value of the header that marks demo trading."""

    headers: Mapping[str, str]
    """Headers with the same value in every request (x-headers)."""

    code_field: str
    """The field of a response that holds the code."""

    message_field: str
    """The field of a response that holds the message."""

    success_code: str
    """The code of a success."""

    entry_fields: tuple[str, str, str] | None
    """The field with a response's entries, and those of an entry with a code and a message of its own, if there are any."""

    operations: Mapping[tuple[str, str], Operation]
    """Every operation, by method and path."""


_ERRORS: Final[Mapping[str, KnownError]] = MappingProxyType(
    {
        "22004": KnownError(
            code="22004",
            name="NotByApi",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give another symbol: the exchange does not trade this one by API.",
        ),
        "22010": KnownError(
            code="22010",
            name="BindAddress",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Bind the API key to the public IP address of this machine.",
        ),
        "22012": KnownError(
            code="22012",
            name="WrongProductType",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give the productType of this symbol, such as USDT-FUTURES for BTCUSDT.",
        ),
        "22030": KnownError(
            code="22030",
            name="NotInDemo",
            category="environment",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give what the message names in live trading only: demo trading does not have it.",
        ),
        "30032": KnownError(
            code="30032",
            name="InterfaceGone",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use the v2 API: the exchange no longer serves v1.",
        ),
        "40000": KnownError(
            code="40000",
            name="RegionNotServed",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="The exchange does not serve this region.",
        ),
        "40001": KnownError(
            code="40001",
            name="KeyHeaderMissing",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header ACCESS-KEY.",
        ),
        "40002": KnownError(
            code="40002",
            name="SignatureHeaderMissing",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header ACCESS-SIGN.",
        ),
        "40003": KnownError(
            code="40003",
            name="SignatureEmpty",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header ACCESS-SIGN.",
        ),
        "40005": KnownError(
            code="40005",
            name="MalformedTimestamp",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="The timestamp arrived in a form the exchange does not read; look for something that rewrites headers.",
        ),
        "40006": KnownError(
            code="40006",
            name="UnknownKey",
            category="authentication",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key.",
        ),
        "40007": KnownError(
            code="40007",
            name="WrongContentType",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Send Content-Type application/json.",
        ),
        "40008": KnownError(
            code="40008",
            name="TimestampExpired",
            category="clock",
            http_status=None,
            retryable=True,
            outcome="refused",
            account_wide=True,
            action="Set this machine's clock (NTP); it may be at most 30 s off.",
        ),
        "40009": KnownError(
            code="40009",
            name="WrongSignature",
            category="authentication",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the secret; it belongs to this API key and has no blanks around it.",
        ),
        "40010": KnownError(
            code="40010",
            name="RequestTimedOut",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange did not finish in time and may have applied the change; read the leverage back or retry.",
        ),
        "40011": KnownError(
            code="40011",
            name="PassphraseHeaderMissing",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header ACCESS-PASSPHRASE.",
        ),
        "40012": KnownError(
            code="40012",
            name="WrongKeyOrPassphrase",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key and its passphrase; the passphrase is not the login's password.",
        ),
        "40013": KnownError(
            code="40013",
            name="UserAbnormal",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40014": KnownError(
            code="40014",
            name="PermissionMissing",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the API key the permission to trade futures.",
        ),
        "40015": KnownError(
            code="40015",
            name="SystemFault",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange failed inside and may have applied the change; read the leverage back or retry.",
        ),
        "40017": KnownError(
            code="40017",
            name="ParameterCheckFailed",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "400171": KnownError(
            code="400171",
            name="ParameterOutOfForm",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "400172": KnownError(
            code="400172",
            name="ParameterOutOfRange",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40018": KnownError(
            code="40018",
            name="AddressNotAllowed",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Add this machine's public IP address to the API key, or call from one that is on its list.",
        ),
        "40019": KnownError(
            code="40019",
            name="ParameterEmpty",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
        "40020": KnownError(
            code="40020",
            name="ParameterWrong",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40022": KnownError(
            code="40022",
            name="AccountRestricted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40023": KnownError(
            code="40023",
            name="ApiRestricted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40024": KnownError(
            code="40024",
            name="AccountFrozen",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40025": KnownError(
            code="40025",
            name="UserNotPermitted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support for this function: the user may not use it.",
        ),
        "40026": KnownError(
            code="40026",
            name="UserDisabled",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40027": KnownError(
            code="40027",
            name="VerificationRequired",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity (KYC) at the exchange's website or app.",
        ),
        "40031": KnownError(
            code="40031",
            name="AccountCancelled",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use another account: this one is cancelled.",
        ),
        "40034": KnownError(
            code="40034",
            name="DoesNotExist",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol and productType; delisted symbols no longer exist.",
        ),
        "40035": KnownError(
            code="40035",
            name="ComplianceRequired",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity (KYC) at the exchange's website or app.",
        ),
        "40036": KnownError(
            code="40036",
            name="WrongPassphrase",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the passphrase that was chosen when the API key was made; it is not the login's password.",
        ),
        "40037": KnownError(
            code="40037",
            name="KeyDoesNotExist",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key; it may have been deleted or have expired.",
        ),
        "40038": KnownError(
            code="40038",
            name="AddressNotOnList",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Add this machine's public IP address to the API key, or call from one that is on its list.",
        ),
        "40040": KnownError(
            code="40040",
            name="KeyPermissionWrong",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the API key the permission to trade futures.",
        ),
        "40041": KnownError(
            code="40041",
            name="UserKeyUnknown",
            category="authentication",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key: the user has none such.",
        ),
        "40053": KnownError(
            code="40053",
            name="OutOfRange",
            category="leverage-range",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give a value inside the range that the message names.",
        ),
        "40054": KnownError(
            code="40054",
            name="NothingFound",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check the parameter that the message names: the exchange found nothing for it.",
        ),
        "40057": KnownError(
            code="40057",
            name="OutOfSpecification",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40058": KnownError(
            code="40058",
            name="TooManyValues",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give fewer values in the parameter that the message names.",
        ),
        "40059": KnownError(
            code="40059",
            name="TooLarge",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give a smaller value in the parameter that the message names.",
        ),
        "40061": KnownError(
            code="40061",
            name="SubAccountNotAllowed",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use a key of the main account: sub-accounts may not do this.",
        ),
        "40064": KnownError(
            code="40064",
            name="VerificationFailed",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40068": KnownError(
            code="40068",
            name="SubAccountDisabled",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Allow the sub-account in the main account's settings.",
        ),
        "40072": KnownError(
            code="40072",
            name="SymbolUnknown",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol and productType.",
        ),
        "40078": KnownError(
            code="40078",
            name="OutsideReceiveWindow",
            category="clock",
            http_status=None,
            retryable=True,
            outcome="refused",
            account_wide=True,
            action="Set this machine's clock (NTP).",
        ),
        "40079": KnownError(
            code="40079",
            name="ReceiveWindowTooLong",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give a receive window of less than 60 s; this client gives none, so look for something that adds headers.",
        ),
        "40084": KnownError(
            code="40084",
            name="ClassicAccount",
            category="account-mode",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use the v2 API: this is a classic account, and the request arrived as one for a unified account (v3).",
        ),
        "40085": KnownError(
            code="40085",
            name="UnifiedAccount",
            category="account-mode",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use the exchange's v3 API, or a sub-account in classic mode: this account is a unified one, which the v2 API does not serve.",
        ),
        "40086": KnownError(
            code="40086",
            name="VipDomainNotGranted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use the public address, or apply for the VIP domain.",
        ),
        "40099": KnownError(
            code="40099",
            name="WrongEnvironment",
            category="environment",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use a live key for live trading and a demo key with demo=True.",
        ),
        "40100": KnownError(
            code="40100",
            name="IdentityRequired",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity (KYC) at the exchange's website or app.",
        ),
        "40101": KnownError(
            code="40101",
            name="KycRequired",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity (KYC) at the exchange's website or app.",
        ),
        "40102": KnownError(
            code="40102",
            name="SymbolNotConfigured",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol; it may not be offered to this account.",
        ),
        "40103": KnownError(
            code="40103",
            name="LocationNotServed",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Call from another place: the exchange does not serve the country of this IP address.",
        ),
        "40104": KnownError(
            code="40104",
            name="CountryNotServed",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Call from another place: the exchange does not serve the country of this IP address.",
        ),
        "40105": KnownError(
            code="40105",
            name="NotInSpotDemo",
            category="environment",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Do this with a live key in live trading: demo trading does not offer it.",
        ),
        "40110": KnownError(
            code="40110",
            name="DemoUnavailable",
            category="environment",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Do this with a live key in live trading: demo trading does not offer it.",
        ),
        "40111": KnownError(
            code="40111",
            name="CountryRestricted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity (KYC) at the exchange's website or app.",
        ),
        "40199": KnownError(
            code="40199",
            name="TradersNotByApi",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use another account: traders whom others copy may not use the API.",
        ),
        "40200": KnownError(
            code="40200",
            name="ServerUpgrade",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Retry when the exchange's upgrade is over.",
        ),
        "40301": KnownError(
            code="40301",
            name="PermissionNotGranted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support for this function.",
        ),
        "40309": KnownError(
            code="40309",
            name="ContractRemoved",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol: the exchange has removed the contract.",
        ),
        "40404": KnownError(
            code="40404",
            name="PathUnknown",
            category="request",
            http_status=404,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check base_url, and look for something between here and the exchange that changes the path.",
        ),
        "40408": KnownError(
            code="40408",
            name="RangeError",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40409": KnownError(
            code="40409",
            name="WrongFormat",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40710": KnownError(
            code="40710",
            name="AccountIsFrozen",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40724": KnownError(
            code="40724",
            name="EmptyParameter",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
        "40725": KnownError(
            code="40725",
            name="ServiceFault",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange failed inside and may have applied the change; read the leverage back or retry.",
        ),
        "40752": KnownError(
            code="40752",
            name="BusinessDisabled",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40753": KnownError(
            code="40753",
            name="ContractTradingDisabled",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40760": KnownError(
            code="40760",
            name="AccountAbnormal",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "40805": KnownError(
            code="40805",
            name="OperationNotSupported",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol and productType: the exchange does not support this for them.",
        ),
        "40806": KnownError(
            code="40806",
            name="CurrencyNotSupported",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check marginCoin.",
        ),
        "40807": KnownError(
            code="40807",
            name="AccountDoesNotExist",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Open a futures account at the exchange's website or app first.",
        ),
        "40811": KnownError(
            code="40811",
            name="ParameterNull",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
        "40812": KnownError(
            code="40812",
            name="ConditionNotMet",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "40813": KnownError(
            code="40813",
            name="ParameterMissing",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
        "40822": KnownError(
            code="40822",
            name="ContractNotConfigured",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol and productType.",
        ),
        "40842": KnownError(
            code="40842",
            name="AdjustmentNotNow",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Retry later: the exchange does not allow a change at the moment.",
        ),
        "40844": KnownError(
            code="40844",
            name="ContractInMaintenance",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry when the maintenance of this contract is over.",
        ),
        "40845": KnownError(
            code="40845",
            name="ContractDelisted",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check symbol: the exchange has removed the contract.",
        ),
        "40908": KnownError(
            code="40908",
            name="ConcurrentOperation",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Retry; let nothing else change this symbol at the same time.",
        ),
        "40910": KnownError(
            code="40910",
            name="OperationTimedOut",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange did not finish in time and may have applied the change; read the leverage back or retry.",
        ),
        "40913": KnownError(
            code="40913",
            name="OneRequired",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give one of the parameters that the message names.",
        ),
        "40916": KnownError(
            code="40916",
            name="FuturesRestricted",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "41002": KnownError(
            code="41002",
            name="ParameterInError",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "41100": KnownError(
            code="41100",
            name="ErrorNamed",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct what the message names.",
        ),
        "41101": KnownError(
            code="41101",
            name="ParameterFault",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "41103": KnownError(
            code="41103",
            name="ParameterFaulty",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "429": KnownError(
            code="429",
            name="TooManyRequests",
            category="rate-limit",
            http_status=429,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Let every client and process of this account share one limiter.",
        ),
        "43011": KnownError(
            code="43011",
            name="ParameterNotAllowed",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "43048": KnownError(
            code="43048",
            name="SymbolEmpty",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give symbol.",
        ),
        "43058": KnownError(
            code="43058",
            name="ParameterVerificationFailed",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "45001": KnownError(
            code="45001",
            name="UnknownFault",
            category="unavailable",
            http_status=None,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange failed inside and may have applied the change; read the leverage back or retry.",
        ),
        "45009": KnownError(
            code="45009",
            name="AccountAtRisk",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Wait until the risk of this account is handled; nothing can be traded until then.",
        ),
        "45019": KnownError(
            code="45019",
            name="AccountNotFound",
            category="permission",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Open a futures account at the exchange's website or app first.",
        ),
        "45025": KnownError(
            code="45025",
            name="CoinNotMargin",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give the margin coin of this symbol, such as USDT for BTCUSDT.",
        ),
        "45043": KnownError(
            code="45043",
            name="InSettlement",
            category="instrument",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry when the settlement or maintenance of this symbol is over.",
        ),
        "48001": KnownError(
            code="48001",
            name="ParameterInvalid",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names.",
        ),
        "48002": KnownError(
            code="48002",
            name="ParameterAbsent",
            category="request",
            http_status=None,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
    }
)

SET_LEVERAGE: Final = Operation(
    name="set_leverage",
    method="POST",
    path="/api/v2/mix/account/set-leverage",
    signed=True,
    rate_limit=RateLimit(
        requests=5,
        seconds=1.0,
        scope="user",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=MappingProxyType(
        {
            **_ERRORS,
            "22005": KnownError(
                code="22005",
                name="CrossedNotForSymbol",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Set this symbol to isolated margin: it has no crossed margin.",
            ),
            "22020": KnownError(
                code="22020",
                name="PositionLeverageFixed",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Wait until the position is closed: its leverage is fixed, as with a trial coupon.",
            ),
            "22067": KnownError(
                code="22067",
                name="SymbolInDeleveraging",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Wait until the auto-deleveraging of this symbol is over.",
            ),
            "40716": KnownError(
                code="40716",
                name="CrossedNotForPair",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Set this symbol to isolated margin: it has no crossed margin.",
            ),
            "40730": KnownError(
                code="40730",
                name="OrdersPending",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the pending orders of this symbol first.",
            ),
            "40731": KnownError(
                code="40731",
                name="CopyTradingAccount",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=True,
                action="Use an account without copy trading: the exchange does not let this one set its leverage.",
            ),
            "40778": KnownError(
                code="40778",
                name="WrongMarginCoin",
                category="instrument",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Give the margin coin of this symbol, such as USDT for BTCUSDT.",
            ),
            "40783": KnownError(
                code="40783",
                name="NoTier",
                category="instrument",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Check symbol and productType: the exchange has no tiers for it.",
            ),
            "40797": KnownError(
                code="40797",
                name="AboveMaximum",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage; the maximum depends on the symbol.",
            ),
            "40808": KnownError(
                code="40808",
                name="ParameterRefused",
                category="request",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Correct the parameter that the message names; in isolated margin and hedge mode holdSide is required.",
            ),
            "40814": KnownError(
                code="40814",
                name="NoChange",
                category="unchanged",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Nothing needs to be done; the exchange says that nothing would change.",
            ),
            "40869": KnownError(
                code="40869",
                name="TraderLeverageFixed",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=True,
                action="Use another account: a trader whom others copy cannot change the leverage here.",
            ),
            "40872": KnownError(
                code="40872",
                name="PositionOrOrdersInTheWay",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Close the position and cancel all orders of this symbol first.",
            ),
            "40879": KnownError(
                code="40879",
                name="FundsLockedByRisk",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Wait until the exchange has handled the risk of this position.",
            ),
            "40880": KnownError(
                code="40880",
                name="LeverageLockedByRisk",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Wait until the exchange has handled the risk of this position; its leverage is locked until then.",
            ),
            "40893": KnownError(
                code="40893",
                name="MarginInsufficient",
                category="margin",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Add margin, or ask for a higher leverage.",
            ),
            "40903": KnownError(
                code="40903",
                name="LeverageNotFound",
                category="unavailable",
                http_status=None,
                retryable=True,
                outcome="unknown",
                account_wide=False,
                action="The exchange could not find the leverage and may have applied the change; read it back or retry.",
            ),
            "40914": KnownError(
                code="40914",
                name="AboveTraderMaximum",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage: the message names the trader's maximum.",
            ),
            "40920": KnownError(
                code="40920",
                name="PositionModeInUse",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Close the positions and cancel the orders of this product type first.",
            ),
            "40929": KnownError(
                code="40929",
                name="AboveProMaximum",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage: the message names the trader's maximum.",
            ),
            "43050": KnownError(
                code="43050",
                name="OutsideEffectiveRange",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a leverage inside the range of this symbol.",
            ),
            "43075": KnownError(
                code="43075",
                name="PositionModeMismatch",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Give holdSide in hedge mode only, or change the position mode.",
            ),
            "45044": KnownError(
                code="45044",
                name="LeverageOutOfRange",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a leverage inside the range of this symbol.",
            ),
            "45045": KnownError(
                code="45045",
                name="LeverageOutsideTier",
                category="leverage-range",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage; it is above the highest that this position may have.",
            ),
            "45047": KnownError(
                code="45047",
                name="ExtraMarginWrong",
                category="margin",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a higher leverage, or change the margin that was added to the position.",
            ),
            "45054": KnownError(
                code="45054",
                name="LeverageUnchanged",
                category="unchanged",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Nothing needs to be done; the exchange says that nothing would change.",
            ),
            "45089": KnownError(
                code="45089",
                name="CopyTradingInProgress",
                category="account-mode",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=True,
                action="End copy trading first, or use another account: its leverage cannot be changed meanwhile.",
            ),
            "45097": KnownError(
                code="45097",
                name="OrdersOpen",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the pending orders of this symbol first.",
            ),
            "45117": KnownError(
                code="45117",
                name="MarginModeInUse",
                category="orders",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Close the positions and cancel the orders of this symbol first.",
            ),
        }
    ),
    docs="https://www.bitget.com/api-doc/contract/account/Change-Leverage",
    module="leverset_bitget.api.account.set_leverage",
    fields=(
        Field(
            name="symbol",
            argument="symbol",
            location="body",
            type="string",
            format=None,
            required=True,
            pattern="(?s:.{1,})",
            values=(),
            examples=("BTCUSDT",),
            description="Trading pair, such as BTCUSDT; upper and lower case are the same.",
            rule="symbol-given",
            summary="symbol is not as the document describes it",
            why="Trading pair, such as BTCUSDT; upper and lower case are the same",
            other_names=("instId", "instrument", "market", "pair", "contract"),
            meant=(),
            impossible=(
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[\x00- \x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]",
                    summary="symbol has a blank, or a control or invisible character",
                    why="no name of a trading pair has one",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010d6e\U00010ead]",
                    summary="symbol has a dash that is not the hyphen of the keyboard",
                    why="no name of a trading pair has one",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[\uff01-\uff0c\uff0e-\uff5e\U0001d400-\U0001d7ff]",
                    summary="symbol has a letter, digit or sign in another form than the keyboard's",
                    why="no name of a trading pair has full-width or mathematical forms",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[\"'`\xab\xbb\u2018-\u201f\u2032-\u2036\u2039\u203a]",
                    summary="symbol has a quotation mark",
                    why="no name of a trading pair has one",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[,;]",
                    summary="symbol has a comma or a semicolon",
                    why="one request sets the leverage of one symbol",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="[-/:]",
                    summary="symbol has a hyphen, a slash or a colon",
                    why="the exchange writes the parts of a name without a separator",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="^.*_[Ss]?[CDUcdu][Mm][Cc][Bb][Ll](?:_[0-9]{6})?\\Z",
                    summary="symbol is a name of the API's first version",
                    why="the second version has the same names without the end that begins with an underscore",
                ),
                ImpossibleForm(
                    rule="symbol-possible",
                    pattern="^[A-Za-z0-9]+_[A-Za-z]+\\Z",
                    summary="symbol has an underscore between its two currencies",
                    why="the exchange writes them without a separator",
                ),
            ),
        ),
        Field(
            name="productType",
            argument="product_type",
            location="body",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"),
            examples=(),
            description="Product type, by margin: USDT, USDC or the coin itself (COIN). The three that begin with S are the same for demo trading.",
            rule="product-type-known",
            summary="",
            why="",
            other_names=("category", "instType", "type"),
            meant=(
                ("usdt", "USDT-FUTURES"),
                ("umcbl", "USDT-FUTURES"),
                ("usdtm", "USDT-FUTURES"),
                ("usdc", "USDC-FUTURES"),
                ("cmcbl", "USDC-FUTURES"),
                ("usdcm", "USDC-FUTURES"),
                ("coin", "COIN-FUTURES"),
                ("dmcbl", "COIN-FUTURES"),
                ("coinm", "COIN-FUTURES"),
                ("sumcbl", "SUSDT-FUTURES"),
                ("scmcbl", "SUSDC-FUTURES"),
                ("sdmcbl", "SCOIN-FUTURES"),
            ),
            impossible=(),
        ),
        Field(
            name="marginCoin",
            argument="margin_coin",
            location="body",
            type="string",
            format=None,
            required=True,
            pattern="^[A-Z0-9]+$",
            values=(),
            examples=("USDT",),
            description="Margin coin in capital letters, such as USDT.",
            rule="margin-coin-capitalised",
            summary="marginCoin is not in capital letters",
            why="the document requires the margin coin, in capital letters (A-Z and 0-9)",
            other_names=("coin", "currency", "ccy", "marginCcy"),
            meant=(),
            impossible=(),
        ),
        Field(
            name="leverage",
            argument="leverage",
            location="body",
            type="string",
            format="decimal",
            required=True,
            pattern="^(?:0*[1-9][0-9]*(?:\\.[0-9]+)?|0+\\.0*[1-9][0-9]*)$",
            values=(),
            examples=("5", "12.5"),
            description='Leverage, a multiple without unit, as a positive decimal in fixed-point notation, such as "20".',
            rule="leverage-is-positive-decimal",
            summary="leverage is not a positive decimal",
            why="a leverage is more than 0, in digits 0-9 and at most one point; no sign, exponent, comma or blank",
            other_names=("lever", "leverageRate"),
            meant=(),
            impossible=(),
        ),
        Field(
            name="holdSide",
            argument="hold_side",
            location="body",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=("long", "short"),
            examples=(),
            description="Position direction. Required in isolated margin with hedge_mode; not required in crossed margin nor in one_way_mode.",
            rule="hold-side-known",
            summary="",
            why="",
            other_names=("posSide", "positionSide", "side"),
            meant=(("buy", "long"), ("sell", "short")),
            impossible=(),
        ),
    ),
    examples=(
        Example(
            summary="Isolated margin in hedge mode, the long side (the document's example, its margin coin capitalised)",
            body=MappingProxyType(
                {
                    "symbol": "btcusdt",
                    "productType": "USDT-FUTURES",
                    "marginCoin": "USDT",
                    "leverage": "20",
                    "holdSide": "long",
                }
            ),
            account=MappingProxyType({"margin_mode": "isolated", "position_mode": "hedge_mode"}),
        ),
    ),
)

GET_ACCOUNT: Final = Operation(
    name="get_account",
    method="GET",
    path="/api/v2/mix/account/account",
    signed=True,
    rate_limit=RateLimit(
        requests=10,
        seconds=1.0,
        scope="user",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=MappingProxyType(
        {
            **_ERRORS,
            "40778": KnownError(
                code="40778",
                name="WrongMarginCoin",
                category="instrument",
                http_status=None,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Give the margin coin of this symbol, such as USDT for BTCUSDT.",
            ),
        }
    ),
    docs="https://www.bitget.com/api-doc/contract/account/Get-Single-Account",
    module="leverset_bitget.api.account.get_account",
    fields=(
        Field(
            name="symbol",
            argument="symbol",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern="(?s:.{1,})",
            values=(),
            examples=("BTCUSDT",),
            description="Trading pair, such as BTCUSDT; upper and lower case are the same.",
            rule="symbol-given",
            summary="symbol is not as the document describes it",
            why="Trading pair, such as BTCUSDT; upper and lower case are the same",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="productType",
            argument="product_type",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"),
            examples=("USDT-FUTURES",),
            description="Product type.",
            rule="product-type-known",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="marginCoin",
            argument="margin_coin",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern="(?s:.{1,})",
            values=(),
            examples=("USDT",),
            description="Margin coin, such as USDT.",
            rule="margin-coin-given",
            summary="marginCoin is not as the document describes it",
            why="Margin coin, such as USDT",
            other_names=(),
            meant=(),
            impossible=(),
        ),
    ),
    examples=(),
)

GET_CONTRACTS: Final = Operation(
    name="get_contracts",
    method="GET",
    path="/api/v2/mix/market/contracts",
    signed=False,
    rate_limit=RateLimit(
        requests=20,
        seconds=1.0,
        scope="ip",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts",
    module="leverset_bitget.api.market.get_contracts",
    fields=(
        Field(
            name="productType",
            argument="product_type",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"),
            examples=("USDT-FUTURES",),
            description="Product type.",
            rule="product-type-known",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="symbol",
            argument="symbol",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTCUSDT",),
            description="Trading pair, to read one only.",
            rule="symbol-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
    ),
    examples=(),
)

GET_TIME: Final = Operation(
    name="get_time",
    method="GET",
    path="/api/v2/public/time",
    signed=False,
    rate_limit=RateLimit(
        requests=20,
        seconds=1.0,
        scope="ip",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.bitget.com/api-doc/common/public/Get-Server-Time",
    module="leverset_bitget.api.public.get_time",
    fields=(),
    examples=(),
)

EXCHANGE: Final = Exchange(
    name="bitget",
    servers=MappingProxyType({"global": "https://api.bitget.com"}),
    region_names=MappingProxyType({}),
    key_page="https://www.bitget.com/account/newapi",
    key_permission="Trade (futures)",
    signed_headers=SignedHeaders(
        key="ACCESS-KEY",
        signature="ACCESS-SIGN",
        timestamp="ACCESS-TIMESTAMP",
        passphrase="ACCESS-PASSPHRASE",
    ),
    timestamp_format="epoch-milliseconds",
    clock_tolerance=30.0,
    demo_header=("paptrading", "1"),
    headers=MappingProxyType({"locale": "en-US"}),
    code_field="code",
    message_field="msg",
    success_code="00000",
    entry_fields=None,
    operations=MappingProxyType(
        {
            ("POST", "/api/v2/mix/account/set-leverage"): SET_LEVERAGE,
            ("GET", "/api/v2/mix/account/account"): GET_ACCOUNT,
            ("GET", "/api/v2/mix/market/contracts"): GET_CONTRACTS,
            ("GET", "/api/v2/public/time"): GET_TIME,
        }
    ),
)
