"""What is read from a spec for ``operations.py``; ``exchange`` and ``operation`` read it."""

from dataclasses import dataclass

from generator.document import Place

# Names, as we write them.
SNAKE_CASE = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
KEBAB_CASE = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
HEADER = r"[A-Za-z0-9-]+"


@dataclass(frozen=True, kw_only=True)
class KnownError:
    """One entry of an error table."""

    code: str
    name: str
    category: str
    http_status: int | None
    retryable: bool
    outcome: str
    action: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation; ``errors`` holds only what it adds to the exchange's table."""

    place: Place
    name: str
    method: str
    path: str
    signed: bool
    requests: int
    seconds: float
    scope: str
    idempotent: bool
    errors: list[KnownError]
    docs: str

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
    signed_headers: dict[str, str]
    timestamp_format: str
    clock_tolerance: float
    demo_header: tuple[str, str]
    headers: dict[str, str]
    code_field: str
    message_field: str
    success_code: str
    errors: list[KnownError]
    operations: list[Operation]

    @property
    def package(self) -> str:
        """The name of the generated package."""
        return f"leverset_{self.name}"


def known_extensions(place: Place, *known: str) -> None:
    """Refuse an ``x-`` field that nobody reads: a typing error would quietly become a default."""
    for key, member in place.members().items():
        if key.startswith("x-") and key not in known:
            raise member.error(f"{key} is unknown here and would be ignored; known are {', '.join(known)}")


def read_docs(place: Place) -> str:
    """The link to the exchange's document."""
    docs = place.need("externalDocs", "the exchange's document (externalDocs.url)")
    return docs.need("url", "the link").text(r"https://\S+", "a link that begins with https://")


def read_errors(place: Place, success: str) -> list[KnownError]:
    """The error table of an exchange or of an operation, by code."""
    table = place.get("x-errors")
    return [_error(entry, success) for _, entry in sorted(table.members().items())] if table else []


def _error(entry: Place, success: str) -> KnownError:
    if entry.key == success:
        raise entry.error(f"{success} is the code of a success")
    entry.only("name", "category", "http-status", "retryable", "outcome", "action")
    status = entry.get("http-status")
    outcome = entry.need("outcome", "what is known of the change: refused or unknown")
    return KnownError(
        code=entry.key,
        name=entry.need("name", "a short name").text(r"[A-Z][A-Za-z0-9]*", "a name in PascalCase"),
        category=entry.need("category", "its kind").text(KEBAB_CASE, "a name in kebab-case"),
        http_status=status.whole(100, 599) if status else None,
        retryable=entry.need("retryable", "may the same request be sent again?").flag(),
        outcome=outcome.one_of("refused", "unknown"),
        action=entry.need("action", "what the caller can do").text(),
    )
