"""The facts that ``operations.py`` is made of; ``exchange`` and ``operation`` read them from a spec."""

from dataclasses import dataclass, field

from generator.document import Node

# Names, as we write them.
SNAKE_CASE = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
KEBAB_CASE = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
HEADER = r"[A-Za-z0-9-]+"

# After a refusal of one of these categories every other request of the account would be refused in the same way, unless
# the code's entry says otherwise.
ACCOUNT_WIDE = {"authentication", "permission", "clock", "environment"}


@dataclass(frozen=True, kw_only=True)
class KnownError:
    """One entry of an error table."""

    code: str
    name: str
    category: str
    http_status: int | None
    retryable: bool
    outcome: str
    account_wide: bool
    action: str


@dataclass(frozen=True, kw_only=True)
class ImpossibleForm:
    """One form that no right value of a field has."""

    rule: str
    pattern: str
    summary: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a request.

    ``rule``, ``summary`` and ``why`` are for the violation of what a single value must be. ``other_names`` and
    ``meant`` are for the advice: the names and values of other exchanges and programs, each value with the one that it
    stands for. ``default`` is what the exchange takes where the field is absent, for the reference alone.
    """

    name: str
    argument: str
    location: str
    type: str
    format: str | None
    required: bool
    pattern: str | None
    values: tuple[str, ...]
    examples: tuple[str, ...]
    description: str
    rule: str
    summary: str
    why: str
    other_names: tuple[str, ...]
    meant: tuple[tuple[str, str], ...]
    impossible: tuple[ImpossibleForm, ...] = ()
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Example:
    """One example of a request body."""

    summary: str
    body: dict[str, object]
    account: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation.

    ``errors`` holds only what it adds to the exchange's table. ``published`` is the limit that the exchange publishes
    now, with the day on which that was seen. ``fields`` and ``examples`` are read last, once the
    schemas are known to be right.
    """

    node: Node
    name: str
    method: str
    path: str
    signed: bool
    requests: int
    seconds: float
    scope: str
    per: str | None
    published: tuple[int, float, str] | None
    idempotent: bool
    errors: list[KnownError]
    docs: str
    fields: list[Field] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def constant(self) -> str:
        """The name of its constant in ``operations.py``."""
        return self.name.upper()


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One spec."""

    name: str
    title: str
    docs: str
    servers: dict[str, str]
    region_names: dict[str, str]
    key_page: str
    key_permission: str
    signed_headers: dict[str, str]
    timestamp_format: str
    clock_tolerance: float
    demo_header: tuple[str, str]
    headers: dict[str, str]
    code_field: str
    message_field: str
    success_code: str
    entry_fields: tuple[str, str, str] | None
    errors: list[KnownError]
    account_modes: dict[str, list[str]]
    operations: list[Operation]

    @property
    def every_region_name(self) -> list[str]:
        """The names of all regions, and their other names."""
        return [*self.servers, *self.region_names]

    @property
    def package(self) -> str:
        """The name of the generated package."""
        return f"leverset_{self.name}"


def known_extensions(node: Node, *known: str) -> None:
    """Refuse an unknown ``x-`` field: a misspelt one would silently become a default."""
    for key, member in node.members().items():
        if key.startswith("x-") and key not in known:
            raise member.error(f"{key} is unknown here and would be ignored; known are {', '.join(known)}")


def read_docs(node: Node) -> str:
    """The link to the exchange's document."""
    docs = node.require("externalDocs", "the exchange's document (externalDocs.url)")
    return docs.require("url", "the link").text(r"https://\S+", "a link that begins with https://")


def read_errors(node: Node, success: str) -> list[KnownError]:
    """The error table of an exchange or of an operation, by code."""
    table = node.get("x-errors")
    return [_error(entry, success) for _, entry in sorted(table.members().items())] if table else []


def _error(entry: Node, success: str) -> KnownError:
    if entry.key == success:
        raise entry.error(f"{success} is the code of a success")
    entry.only_keys("name", "category", "http-status", "retryable", "outcome", "account-wide", "action")
    status, wide = entry.get("http-status"), entry.get("account-wide")
    category = entry.require("category", "its kind").text(KEBAB_CASE, "a name in kebab-case")
    outcome = entry.require("outcome", "what is known of the change: refused or unknown")
    return KnownError(
        code=entry.key,
        name=entry.require("name", "a short name").text(r"[A-Z][A-Za-z0-9]*", "a name in PascalCase"),
        category=category,
        http_status=status.integer(100, 599) if status else None,
        retryable=entry.require("retryable", "may the same request be retried?").boolean(),
        outcome=outcome.one_of("refused", "unknown"),
        account_wide=wide.boolean() if wide else category in ACCOUNT_WIDE,
        action=entry.require("action", "what the caller can do").text(),
    )
