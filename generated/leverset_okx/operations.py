# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""What okx says about its operations, as constants: OpenAPI has no field for it, so the client cannot know it.

The values are those of the spec. Everything here is frozen; nothing but the standard library is imported.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, dataclass_transform

Region = Literal["global", "eea", "us", "tr"]
"""The regions that have a server (x-region), the usual one first."""

RegionName = Literal["global", "eea", "us", "tr", "www", "openapi", "my", "app"]
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
        "1": KnownError(
            code="1",
            name="OperationFailed",
            category="request",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Look at the message, or at the entry in data that has a code of its own.",
        ),
        "2": KnownError(
            code="2",
            name="PartlyDone",
            category="request",
            http_status=200,
            retryable=False,
            outcome="unknown",
            account_wide=False,
            action="Read the leverage back: a part of what was asked for is done.",
        ),
        "50000": KnownError(
            code="50000",
            name="EmptyBody",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Send a body; this client always does, so look for something between it and the exchange.",
        ),
        "50001": KnownError(
            code="50001",
            name="ServiceUnavailable",
            category="unavailable",
            http_status=503,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="Wait and retry; look at the exchange's status page when it lasts.",
        ),
        "50002": KnownError(
            code="50002",
            name="MalformedJson",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Send valid JSON; this client always does, so look for something between it and the exchange.",
        ),
        "50004": KnownError(
            code="50004",
            name="EndpointTimeout",
            category="unavailable",
            http_status=400,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange did not finish in time and may have applied the change; read the leverage back or retry.",
        ),
        "50005": KnownError(
            code="50005",
            name="EndpointGone",
            category="unavailable",
            http_status=410,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Look at the exchange's change log: it no longer serves this endpoint.",
        ),
        "50006": KnownError(
            code="50006",
            name="WrongContentType",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Send Content-Type application/json.",
        ),
        "50007": KnownError(
            code="50007",
            name="UserBlocked",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "50008": KnownError(
            code="50008",
            name="UserUnknown",
            category="authentication",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key: its user does not exist here.",
        ),
        "50009": KnownError(
            code="50009",
            name="AccountStoppedOut",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Wait until the stop-out of this account is over; the exchange has frozen it until then.",
        ),
        "50010": KnownError(
            code="50010",
            name="UserIdEmpty",
            category="authentication",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key: the exchange found no user for it.",
        ),
        "50011": KnownError(
            code="50011",
            name="TooManyRequests",
            category="rate-limit",
            http_status=429,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Let every client and process of this account share one limiter.",
        ),
        "50012": KnownError(
            code="50012",
            name="AccountStatusInvalid",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Look at the state of this account at the exchange's website.",
        ),
        "50013": KnownError(
            code="50013",
            name="SystemBusy",
            category="unavailable",
            http_status=429,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Wait and retry.",
        ),
        "50014": KnownError(
            code="50014",
            name="ParameterEmpty",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Fill in the parameter that the message names.",
        ),
        "50015": KnownError(
            code="50015",
            name="EitherParameterRequired",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give instId or ccy.",
        ),
        "50016": KnownError(
            code="50016",
            name="ParameterMismatch",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give parameters that belong together, as the message says.",
        ),
        "50017": KnownError(
            code="50017",
            name="PositionInDeleveraging",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the auto-deleveraging of this position is over.",
        ),
        "50018": KnownError(
            code="50018",
            name="CurrencyInDeleveraging",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the auto-deleveraging in this currency is over.",
        ),
        "50019": KnownError(
            code="50019",
            name="AccountInDeleveraging",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Wait until the auto-deleveraging of this account is over.",
        ),
        "50020": KnownError(
            code="50020",
            name="PositionInLiquidation",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the liquidation of this position is over.",
        ),
        "50021": KnownError(
            code="50021",
            name="CurrencyInLiquidation",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the liquidation in this currency is over.",
        ),
        "50022": KnownError(
            code="50022",
            name="AccountInLiquidation",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Wait until the liquidation of this account is over.",
        ),
        "50023": KnownError(
            code="50023",
            name="FundingFeeFrozen",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the exchange has settled the funding fee, and retry.",
        ),
        "50024": KnownError(
            code="50024",
            name="ParametersExclusive",
            category="request",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give only one of the parameters that the message names.",
        ),
        "50025": KnownError(
            code="50025",
            name="TooManyValues",
            category="request",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give fewer values in the parameter that the message names.",
        ),
        "50026": KnownError(
            code="50026",
            name="InternalError",
            category="unavailable",
            http_status=500,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange failed inside and may have applied the change; read the leverage back or retry.",
        ),
        "50027": KnownError(
            code="50027",
            name="AccountRestricted",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support; nothing of this account can be set until then.",
        ),
        "50029": KnownError(
            code="50029",
            name="RiskControl",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Look for the exchange's e-mail: its risk control has restricted this account.",
        ),
        "50030": KnownError(
            code="50030",
            name="EndpointNotPermitted",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support for this endpoint: the account may not use it.",
        ),
        "50032": KnownError(
            code="50032",
            name="CurrencyBlocked",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Allow this currency in the account's settings.",
        ),
        "50033": KnownError(
            code="50033",
            name="InstrumentBlocked",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Allow this instrument in the account's settings.",
        ),
        "50035": KnownError(
            code="50035",
            name="KeyNeedsAddress",
            category="permission",
            http_status=403,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Bind the API key to the public IP address of this machine.",
        ),
        "50038": KnownError(
            code="50038",
            name="NotInDemo",
            category="environment",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Do this with a live key in live trading: demo trading does not offer it.",
        ),
        "50040": KnownError(
            code="50040",
            name="TooFrequent",
            category="rate-limit",
            http_status=200,
            retryable=True,
            outcome="refused",
            account_wide=False,
            action="Let every client and process of this account share one limiter.",
        ),
        "50041": KnownError(
            code="50041",
            name="NotOnAllowList",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support to put this user on the list that it keeps for this function.",
        ),
        "50042": KnownError(
            code="50042",
            name="RepeatedRequest",
            category="request",
            http_status=200,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="Read the leverage back: the exchange has had the same request before.",
        ),
        "50046": KnownError(
            code="50046",
            name="FeaturePaused",
            category="unavailable",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry later: the exchange is changing this function at the moment.",
        ),
        "50049": KnownError(
            code="50049",
            name="NoTier",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: the exchange has no tiers for it, so it has no margin trading.",
        ),
        "50051": KnownError(
            code="50051",
            name="NotInThisRegion",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="The exchange does not offer this in the account's country or region.",
        ),
        "50052": KnownError(
            code="50052",
            name="CurrencyNotInThisRegion",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="The exchange does not offer this currency in the account's country or region.",
        ),
        "50053": KnownError(
            code="50053",
            name="OnlyInDemo",
            category="environment",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use demo=True with a demo key: only demo trading offers this.",
        ),
        "50059": KnownError(
            code="50059",
            name="StepsRequired",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Complete the steps that the exchange's website or app asks for.",
        ),
        "50060": KnownError(
            code="50060",
            name="IdentityRequired",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Verify the identity at the exchange's website or app.",
        ),
        "50062": KnownError(
            code="50062",
            name="FeatureOff",
            category="unavailable",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry later: the exchange has switched this function off.",
        ),
        "50067": KnownError(
            code="50067",
            name="OtherSite",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use the site where the account is, with region=.",
        ),
        "50072": KnownError(
            code="50072",
            name="IsolatedMarginRemoved",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Use cross margin: multi-currency and portfolio margin no longer have isolated margin.",
        ),
        "50075": KnownError(
            code="50075",
            name="NotInIslamicAccount",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Use another account: an Islamic sub-account may not trade this.",
        ),
        "50100": KnownError(
            code="50100",
            name="KeyFrozen",
            category="permission",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the exchange's support why the API is frozen for this account.",
        ),
        "50101": KnownError(
            code="50101",
            name="WrongEnvironment",
            category="environment",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Use a live key for live trading and a demo key with demo=True.",
        ),
        "50102": KnownError(
            code="50102",
            name="TimestampExpired",
            category="clock",
            http_status=401,
            retryable=True,
            outcome="refused",
            account_wide=True,
            action="Set this machine's clock (NTP); it may be at most 30 s off.",
        ),
        "50103": KnownError(
            code="50103",
            name="KeyHeaderMissing",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header OK-ACCESS-KEY.",
        ),
        "50104": KnownError(
            code="50104",
            name="PassphraseHeaderMissing",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header OK-ACCESS-PASSPHRASE.",
        ),
        "50105": KnownError(
            code="50105",
            name="WrongPassphrase",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the passphrase that was chosen when the API key was made; it is not the login's password.",
        ),
        "50106": KnownError(
            code="50106",
            name="SignatureHeaderMissing",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header OK-ACCESS-SIGN.",
        ),
        "50107": KnownError(
            code="50107",
            name="TimestampHeaderMissing",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Something between here and the exchange removed the header OK-ACCESS-TIMESTAMP.",
        ),
        "50108": KnownError(
            code="50108",
            name="ExchangeUnknown",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key and the address: the exchange id of the request does not exist.",
        ),
        "50109": KnownError(
            code="50109",
            name="DomainUnknown",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the address, region= or base_url=: the exchange does not know this domain.",
        ),
        "50110": KnownError(
            code="50110",
            name="AddressNotAllowed",
            category="permission",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Add this machine's public IP address to the API key, or call from one that is on its list.",
        ),
        "50111": KnownError(
            code="50111",
            name="UnknownKey",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key, and that it belongs to this region's exchange.",
        ),
        "50112": KnownError(
            code="50112",
            name="MalformedTimestamp",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="The timestamp arrived in a form the exchange does not read; look for something that rewrites headers.",
        ),
        "50113": KnownError(
            code="50113",
            name="WrongSignature",
            category="authentication",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the secret; it belongs to this API key and has no blanks around it.",
        ),
        "50114": KnownError(
            code="50114",
            name="NotAuthorised",
            category="permission",
            http_status=401,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the API key the permission to trade.",
        ),
        "50115": KnownError(
            code="50115",
            name="WrongMethod",
            category="request",
            http_status=405,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Look for something between here and the exchange that changes requests: the HTTP method arrived as another one.",
        ),
        "50118": KnownError(
            code="50118",
            name="BrokerAddressNotShared",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Ask the broker to share its IP addresses with the exchange, or use a key of one's own.",
        ),
        "50119": KnownError(
            code="50119",
            name="KeyDoesNotExist",
            category="authentication",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Check the API key; it may have been deleted or have expired, or belong to another region: name the site where it was made with region= (--region in commands, --okx-region in apply), such as global for www.okx.com, eea for my.okx.com, us for app.okx.com, or tr.",
        ),
        "50120": KnownError(
            code="50120",
            name="PermissionMissing",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Give the API key the permission to trade.",
        ),
        "50121": KnownError(
            code="50121",
            name="AddressNotServed",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Call from another IP address: the exchange does not serve this one.",
        ),
        "51000": KnownError(
            code="51000",
            name="ParameterError",
            category="request",
            http_status=400,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Correct the parameter that the message names; posSide is long or short for isolated FUTURES and SWAP in long/short mode, and absent or net otherwise.",
        ),
        "51001": KnownError(
            code="51001",
            name="InstrumentDoesNotExist",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId; delisted and expired instruments no longer exist.",
        ),
        "51010": KnownError(
            code="51010",
            name="WrongAccountMode",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Use what this account's mode offers, or change the mode in the exchange's settings.",
        ),
        "51012": KnownError(
            code="51012",
            name="CurrencyDoesNotExist",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check ccy.",
        ),
        "51014": KnownError(
            code="51014",
            name="IndexDoesNotExist",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: its index does not exist.",
        ),
        "51015": KnownError(
            code="51015",
            name="WrongInstrumentType",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: it is of another instrument type.",
        ),
        "51021": KnownError(
            code="51021",
            name="NotYetListed",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the pair or contract is listed.",
        ),
        "51022": KnownError(
            code="51022",
            name="InstrumentSuspended",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Wait until the exchange trades this instrument again.",
        ),
        "51024": KnownError(
            code="51024",
            name="AccountBlocked",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=True,
            action="Do what the message says, or ask the exchange's support: the account is blocked.",
        ),
        "51027": KnownError(
            code="51027",
            name="InstrumentExpired",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: the contract has expired.",
        ),
        "51028": KnownError(
            code="51028",
            name="InDelivery",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give another contract: this one is being delivered.",
        ),
        "51029": KnownError(
            code="51029",
            name="InSettlement",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry when the settlement of this contract is over.",
        ),
        "51030": KnownError(
            code="51030",
            name="InFundingSettlement",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Retry when the funding fee is settled, in a few minutes.",
        ),
        "51041": KnownError(
            code="51041",
            name="PortfolioMarginIsNet",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Portfolio margin has net mode only: leave posSide out, or give net.",
        ),
        "51054": KnownError(
            code="51054",
            name="RequestTimedOut",
            category="unavailable",
            http_status=500,
            retryable=True,
            outcome="unknown",
            account_wide=False,
            action="The exchange did not finish in time and may have applied the change; read the leverage back or retry.",
        ),
        "51056": KnownError(
            code="51056",
            name="ActionNotAllowed",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Look at the state of this account and instrument at the exchange's website: the exchange does not allow this.",
        ),
        "51070": KnownError(
            code="51070",
            name="NotQualified",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Upgrade the account mode at the exchange's website or app.",
        ),
        "51087": KnownError(
            code="51087",
            name="ListingCancelled",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: the exchange has cancelled its listing.",
        ),
        "51155": KnownError(
            code="51155",
            name="RestrictedHere",
            category="permission",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give another instrument: local rules keep this account from this one.",
        ),
        "54000": KnownError(
            code="54000",
            name="NoMarginTrading",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId or ccy: the exchange has no margin trading for it.",
        ),
        "54001": KnownError(
            code="54001",
            name="AutoBorrowNotHere",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Only multi-currency margin borrows by itself; use another account mode, or instId instead of ccy.",
        ),
        "54007": KnownError(
            code="54007",
            name="InstrumentNotSupported",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check instId: this function does not support it.",
        ),
        "54072": KnownError(
            code="54072",
            name="ContractViewOnly",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Give another contract: this account may only look at this one.",
        ),
        "54074": KnownError(
            code="54074",
            name="ContractsStillHeld",
            category="orders",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Close the USD contracts that are still held first.",
        ),
        "54075": KnownError(
            code="54075",
            name="CrossCryptoNotInMode",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Use another account mode: this one does not have cross-crypto contracts.",
        ),
        "59004": KnownError(
            code="59004",
            name="OneInstrumentType",
            category="request",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Ask for instruments of one type at a time.",
        ),
        "59111": KnownError(
            code="59111",
            name="PortfolioMarginNoQuery",
            category="account-mode",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="In portfolio margin the cross leverage of FUTURES and SWAP cannot be queried.",
        ),
        "59402": KnownError(
            code="59402",
            name="NoneIsLive",
            category="instrument",
            http_status=200,
            retryable=False,
            outcome="refused",
            account_wide=False,
            action="Check each instId: none of them is traded at the moment.",
        ),
    }
)

SET_LEVERAGE: Final = Operation(
    name="set_leverage",
    method="POST",
    path="/api/v5/account/set-leverage",
    signed=True,
    rate_limit=RateLimit(
        requests=5,
        seconds=2.0,
        scope="user",
    ),
    published_rate_limit=PublishedRateLimit(
        requests=20,
        seconds=2.0,
        scope="user",
        seen="2026-07-20",
    ),
    limit_per=None,
    idempotent=True,
    errors=MappingProxyType(
        {
            **_ERRORS,
            "51039": KnownError(
                code="51039",
                name="PortfolioMarginCross",
                category="account-mode",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="In portfolio margin the cross leverage of FUTURES and SWAP cannot be changed; use isolated margin or another account mode.",
            ),
            "59000": KnownError(
                code="59000",
                name="PositionsOrOrdersOpen",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel open orders and close positions first, or wait until they are gone.",
            ),
            "59101": KnownError(
                code="59101",
                name="IsolatedOrdersPending",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the pending isolated orders of this instrument first.",
            ),
            "59102": KnownError(
                code="59102",
                name="AboveMaximum",
                category="leverage-range",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage; the maximum depends on the instrument.",
            ),
            "59103": KnownError(
                code="59103",
                name="MarginInsufficient",
                category="margin",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Add margin, or ask for a higher leverage.",
            ),
            "59104": KnownError(
                code="59104",
                name="BorrowedTooMuch",
                category="margin",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage, or repay part of what is borrowed; it is above what this leverage permits.",
            ),
            "59105": KnownError(
                code="59105",
                name="BelowMinimum",
                category="leverage-range",
                http_status=400,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a higher leverage; the minimum depends on the instrument.",
            ),
            "59106": KnownError(
                code="59106",
                name="AboveTier",
                category="leverage-range",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Ask for a lower leverage, or reduce the position to a lower tier.",
            ),
            "59107": KnownError(
                code="59107",
                name="CrossOrdersPending",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the pending cross orders of this underlying first.",
            ),
            "59108": KnownError(
                code="59108",
                name="TooLowForMargin",
                category="margin",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Add margin, or ask for a higher leverage.",
            ),
            "59109": KnownError(
                code="59109",
                name="EquityTooLow",
                category="margin",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Add margin, or ask for a higher leverage: the equity would be below the margin that is needed afterwards.",
            ),
            "59112": KnownError(
                code="59112",
                name="OrdersPending",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the pending isolated and cross orders of this instrument first.",
            ),
            "59113": KnownError(
                code="59113",
                name="MarginNeedsVerification",
                category="permission",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Margin trading is not offered in this account's region; verify the identity (KYC) if it belongs to another one.",
            ),
            "59114": KnownError(
                code="59114",
                name="MarginNotOffered",
                category="permission",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Margin trading is not offered in this account's region; set contracts instead.",
            ),
            "59125": KnownError(
                code="59125",
                name="OperationNotSupported",
                category="request",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Leave out what the message names: it does not support this.",
            ),
            "59668": KnownError(
                code="59668",
                name="IsolatedAlgoOrdersOrBots",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the isolated TP/SL, trailing, trigger and chase orders of this instrument, and stop its bots, first.",
            ),
            "59669": KnownError(
                code="59669",
                name="CrossAlgoOrdersOrBots",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel the cross TP/SL, trailing, trigger and chase orders of this instrument, and stop its bots, first.",
            ),
            "59670": KnownError(
                code="59670",
                name="TooManyOpenOrders",
                category="orders",
                http_status=200,
                retryable=False,
                outcome="refused",
                account_wide=False,
                action="Cancel open orders of this pair until no more are left than the message allows.",
            ),
        }
    ),
    docs="https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage",
    module="leverset_okx.api.account.set_leverage",
    fields=(
        Field(
            name="instId",
            argument="inst_id",
            location="body",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTC-USDT", "BTC-USDT-SWAP"),
            description="Instrument ID, such as BTC-USDT (MARGIN), BTC-USDT-SWAP or BTC-USDT-200802 (FUTURES). Either this or ccy is required; where both are given, this one is used. Empty means absent.",
            rule="instrument-is-text",
            summary="",
            why="",
            other_names=("symbol", "instrument", "market", "pair", "contract"),
            meant=(),
            impossible=(
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[\x00- \x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]",
                    summary="instId has a blank, or a control or invisible character",
                    why="no name of an instrument has one",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010d6e\U00010ead]",
                    summary="instId has a dash that is not the hyphen of the keyboard",
                    why="no name of an instrument has one",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[\uff01-\uff0c\uff0e-\uff5e\U0001d400-\U0001d7ff]",
                    summary="instId has a letter, digit or sign in another form than the keyboard's",
                    why="no name of an instrument has full-width or mathematical forms",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[\"'`\xab\xbb\u2018-\u201f\u2032-\u2036\u2039\u203a]",
                    summary="instId has a quotation mark",
                    why="no name of an instrument has one",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[/:]",
                    summary="instId has a slash or a colon",
                    why="the exchange separates the parts of a name by hyphens",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="[,;]",
                    summary="instId has a comma or a semicolon",
                    why="one request sets the leverage of one instrument",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="^(?:-.*|.*--.*|.*-)\\Z",
                    summary="instId has a hyphen too many",
                    why="a hyphen stands between two parts of a name",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="^[^-]+\\Z",
                    summary="instId has no hyphen",
                    why="every instrument of the exchange has one in its name",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="^[^-]+-(?:SWAP|PERP|PERPETUAL|[0-9]{6})\\Z",
                    summary="instId has no hyphen between its two currencies",
                    why="before SWAP or the day of expiry stand two currencies, as in BTC-USDT-SWAP",
                ),
                ImpossibleForm(
                    rule="instrument-possible",
                    pattern="^(?:[^-_.a-z]+-[A-Z0-9]+(?:_[A-Z0-9]+)*-(?!(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229))[0-9]{6}(?:-[0-9]+(?:\\.[0-9]+)?-[CP])?|[^-_.a-z]+-[A-Z0-9]+-[A-Z0-9]+-(?!(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229))[0-9]{6}-[0-9]{4}-[0-9]+(?:\\.[0-9]+)?)\\Z",
                    summary="instId names a day that does not exist",
                    why="the six digits of FUTURES, OPTION and EVENTS are year, month and day of the expiry, as in BTC-USDT-200802",
                ),
            ),
        ),
        Field(
            name="ccy",
            argument="ccy",
            location="body",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTC",),
            description="Currency used for margin, such as BTC. Only for cross MARGIN of an account in multi-currency margin. Empty means absent.",
            rule="currency-is-text",
            summary="",
            why="",
            other_names=("currency", "coin", "marginCoin", "marginCcy"),
            meant=(),
            impossible=(
                ImpossibleForm(
                    rule="currency-possible",
                    pattern="[\x00- \x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]",
                    summary="ccy has a blank, or a control or invisible character",
                    why="no name of a currency has one",
                ),
                ImpossibleForm(
                    rule="currency-possible",
                    pattern="[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010d6e\U00010ead]",
                    summary="ccy has a dash that is not the hyphen of the keyboard",
                    why="no name of a currency has one",
                ),
                ImpossibleForm(
                    rule="currency-possible",
                    pattern="[\uff01-\uff0c\uff0e-\uff5e\U0001d400-\U0001d7ff]",
                    summary="ccy has a letter, digit or sign in another form than the keyboard's",
                    why="no name of a currency has full-width or mathematical forms",
                ),
                ImpossibleForm(
                    rule="currency-possible",
                    pattern="[\"'`\xab\xbb\u2018-\u201f\u2032-\u2036\u2039\u203a]",
                    summary="ccy has a quotation mark",
                    why="no name of a currency has one",
                ),
            ),
        ),
        Field(
            name="lever",
            argument="lever",
            location="body",
            type="string",
            format="decimal",
            required=True,
            pattern="^(?:0*[1-9][0-9]*(?:\\.[0-9]+)?|0+\\.0*[1-9][0-9]*)$",
            values=(),
            examples=("5", "12.5"),
            description='Leverage, a multiple without unit, as a positive decimal in fixed-point notation, such as "5".',
            rule="lever-is-positive-decimal",
            summary="lever is not a positive decimal",
            why="a leverage is more than 0, in digits 0-9 and at most one point; no sign, exponent, comma or blank",
            other_names=("leverage", "leverageRate"),
            meant=(),
            impossible=(),
        ),
        Field(
            name="mgnMode",
            argument="mgn_mode",
            location="body",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("isolated", "cross"),
            examples=(),
            description="Margin mode. Only cross where ccy is given.",
            rule="margin-mode-known",
            summary="",
            why="",
            other_names=("marginMode", "tdMode", "marginType"),
            meant=(("crossed", "cross"), ("crossmargin", "cross"), ("fixed", "isolated"), ("iso", "isolated")),
            impossible=(),
        ),
        Field(
            name="posSide",
            argument="pos_side",
            location="body",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=("long", "short", "net"),
            examples=(),
            description="Position side, only for FUTURES and SWAP. In long/short mode with isolated margin it is required and is long or short; in every other case only net may be given.",
            rule="position-side-known",
            summary="",
            why="",
            other_names=("positionSide", "holdSide", "side"),
            meant=(("buy", "long"), ("sell", "short"), ("both", "net"), ("oneway", "net")),
            impossible=(),
        ),
    ),
    examples=(
        Example(
            summary="Isolated MARGIN, for the pair",
            body=MappingProxyType({"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}),
            account=MappingProxyType({"level": "single_currency", "position_mode": "long_short_mode"}),
        ),
        Example(
            summary="Cross MARGIN in single-currency margin, for the pair",
            body=MappingProxyType({"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"}),
            account=MappingProxyType({"level": "single_currency", "position_mode": "long_short_mode"}),
        ),
        Example(
            summary="Cross MARGIN in multi-currency margin, for the currency",
            body=MappingProxyType({"ccy": "BTC", "lever": "5", "mgnMode": "cross"}),
            account=MappingProxyType({"level": "multi_currency", "position_mode": "long_short_mode"}),
        ),
        Example(
            summary="Isolated FUTURES, for the long side of the contract",
            body=MappingProxyType(
                {"instId": "BTC-USDT-200802", "lever": "5", "posSide": "long", "mgnMode": "isolated"}
            ),
            account=MappingProxyType({"level": "single_currency", "position_mode": "long_short_mode"}),
        ),
        Example(
            summary="Cross FUTURES or SWAP, for the underlying",
            body=MappingProxyType({"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "cross"}),
            account=MappingProxyType({"level": "single_currency", "position_mode": "long_short_mode"}),
        ),
    ),
)

GET_LEVERAGE: Final = Operation(
    name="get_leverage",
    method="GET",
    path="/api/v5/account/leverage-info",
    signed=True,
    rate_limit=RateLimit(
        requests=20,
        seconds=2.0,
        scope="user",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage",
    module="leverset_okx.api.account.get_leverage",
    fields=(
        Field(
            name="mgnMode",
            argument="mgn_mode",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("cross", "isolated"),
            examples=(),
            description="Margin mode, cross or isolated.",
            rule="margin-mode-known",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="instId",
            argument="inst_id",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTC-USDT-SWAP", "BTC-USDT-SWAP,ETH-USDT-SWAP"),
            description="Instrument ID, such as BTC-USDT-SWAP, or up to 20 of them with commas between them.",
            rule="instrument-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="ccy",
            argument="ccy",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTC",),
            description="Margin currency, such as BTC, or up to 20 of them with commas between them. Only in cross, for MARGIN of an account in spot mode, multi-currency margin or portfolio margin.",
            rule="currency-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
    ),
    examples=(),
)

GET_ACCOUNT_CONFIG: Final = Operation(
    name="get_account_config",
    method="GET",
    path="/api/v5/account/config",
    signed=True,
    rate_limit=RateLimit(
        requests=5,
        seconds=2.0,
        scope="user",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration",
    module="leverset_okx.api.account.get_account_config",
    fields=(),
    examples=(),
)

GET_TIME: Final = Operation(
    name="get_time",
    method="GET",
    path="/api/v5/public/time",
    signed=False,
    rate_limit=RateLimit(
        requests=10,
        seconds=2.0,
        scope="ip",
    ),
    published_rate_limit=None,
    limit_per=None,
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time",
    module="leverset_okx.api.public.get_time",
    fields=(),
    examples=(),
)

GET_INSTRUMENTS: Final = Operation(
    name="get_instruments",
    method="GET",
    path="/api/v5/public/instruments",
    signed=False,
    rate_limit=RateLimit(
        requests=20,
        seconds=2.0,
        scope="ip",
    ),
    published_rate_limit=None,
    limit_per="instType",
    idempotent=True,
    errors=_ERRORS,
    docs="https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments",
    module="leverset_okx.api.public.get_instruments",
    fields=(
        Field(
            name="instType",
            argument="inst_type",
            location="query",
            type="string",
            format=None,
            required=True,
            pattern=None,
            values=("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"),
            examples=("SWAP",),
            description="Instrument type.",
            rule="instrument-type-known",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="seriesId",
            argument="series_id",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=(),
            description="Series, such as BTC-ABOVE-DAILY; required for EVENTS.",
            rule="series-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="instFamily",
            argument="inst_family",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=(),
            description="Instrument family, such as BTC-USD, for FUTURES, SWAP and OPTION; required for OPTION.",
            rule="instrument-family-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
        Field(
            name="instId",
            argument="inst_id",
            location="query",
            type="string",
            format=None,
            required=False,
            pattern=None,
            values=(),
            examples=("BTC-USDT-SWAP",),
            description="Instrument ID, to read one only.",
            rule="instrument-is-text",
            summary="",
            why="",
            other_names=(),
            meant=(),
            impossible=(),
        ),
    ),
    examples=(),
)

EXCHANGE: Final = Exchange(
    name="okx",
    servers=MappingProxyType(
        {
            "global": "https://www.okx.com",
            "eea": "https://eea.okx.com",
            "us": "https://us.okx.com",
            "tr": "https://tr.okx.com",
        }
    ),
    region_names=MappingProxyType({"www": "global", "openapi": "global", "my": "eea", "app": "us"}),
    key_page="https://www.okx.com/account/my-api",
    key_permission="Trade",
    signed_headers=SignedHeaders(
        key="OK-ACCESS-KEY",
        signature="OK-ACCESS-SIGN",
        timestamp="OK-ACCESS-TIMESTAMP",
        passphrase="OK-ACCESS-PASSPHRASE",
    ),
    timestamp_format="iso8601-milliseconds",
    clock_tolerance=30.0,
    demo_header=("x-simulated-trading", "1"),
    headers=MappingProxyType({}),
    code_field="code",
    message_field="msg",
    success_code="0",
    entry_fields=("data", "sCode", "sMsg"),
    operations=MappingProxyType(
        {
            ("POST", "/api/v5/account/set-leverage"): SET_LEVERAGE,
            ("GET", "/api/v5/account/leverage-info"): GET_LEVERAGE,
            ("GET", "/api/v5/account/config"): GET_ACCOUNT_CONFIG,
            ("GET", "/api/v5/public/time"): GET_TIME,
            ("GET", "/api/v5/public/instruments"): GET_INSTRUMENTS,
        }
    ),
)
