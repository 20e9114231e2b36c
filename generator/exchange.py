"""What holds for every operation of an exchange: servers, signature, envelope, error table."""

import re

from generator.document import Document, Node
from generator.examples import read_account_modes
from generator.facts import HEADER, SNAKE_CASE, Exchange, known_extensions, read_docs, read_errors
from generator.operation import read_operations

ENTRY_FIELDS = ("entries-field", "entry-code-field", "entry-message-field")
ROLES = ("key", "signature", "timestamp", "passphrase")

# The signature that the hand-written layer computes: a spec that states another must not be signed with it.
PREHASH = "timestamp + METHOD + path-with-query + body"
ALGORITHM = "base64(HMAC-SHA256(secret, prehash))"


def read_exchange(document: Document) -> Exchange:
    """The facts of one spec, or SpecError."""
    root = document.at(())
    known_extensions(
        root,
        "x-exchange",
        "x-headers",
        "x-demo-header",
        "x-keys",
        "x-signing",
        "x-envelope",
        "x-errors",
        "x-account-modes",
    )
    if (webhooks := root.get("webhooks")) is not None:
        raise webhooks.error("webhooks are not supported: nothing would be generated for them")
    demo = root.require("x-demo-header", "the header (name, value) that marks demo trading")
    demo.only_keys("name", "value")
    envelope = root.require("x-envelope", "the fields of a response that say whether it is a success")
    envelope.only_keys("code-field", "message-field", "success-code", *ENTRY_FIELDS)
    success = envelope.require("success-code", "the code of a success").text()
    timestamp_format, tolerance = _signing(root)
    if (keys := root.get("x-keys")) is not None:
        keys.only_keys("url", "permission")
    return Exchange(
        name=_name(root),
        title=root.require("info", "its title").require("title", "what this is").text(),
        docs=read_docs(root),
        servers=(servers := _servers(root)),
        region_names=_region_names(root, servers),
        key_page=keys.require("url", "where keys are made").text(r"https://\S+", "a link") if keys else "",
        key_permission=keys.require("permission", "what a key has to be allowed").text() if keys else "",
        signed_headers=_signed_headers(root),
        timestamp_format=timestamp_format,
        clock_tolerance=tolerance,
        demo_header=(
            demo.require("name", "the header's name").text(HEADER, "the name of a header"),
            demo.require("value", "the header's value").text(),
        ),
        headers=_headers(root),
        code_field=envelope.require("code-field", "the field of a response with the code").text(),
        message_field=envelope.require("message-field", "the field of a response with the message").text(),
        success_code=success,
        entry_fields=_entry_fields(envelope),
        errors=read_errors(root, success),
        account_modes=read_account_modes(root),
        operations=read_operations(root, success),
    )


def _entry_fields(envelope: Node) -> tuple[str, str, str] | None:
    """Where the entries of a response have codes of their own: the fields' names, all three or none."""
    if not any(envelope.get(name) for name in ENTRY_FIELDS):
        return None
    entries, code, message = (envelope.require(name, "the name of a field").text() for name in ENTRY_FIELDS)
    return entries, code, message


def _name(root: Node) -> str:
    given = root.require("x-exchange", "the name of the exchange")
    name = given.text(SNAKE_CASE, "a name in snake_case")
    if name != root.document.name:
        raise given.error(f"the file is called {root.document.name}: both name the package, so they must agree")
    return name


def _servers(root: Node) -> dict[str, str]:
    servers: dict[str, str] = {}
    given = root.require("servers", "where the exchange is reached")
    for server in given.elements():
        known_extensions(server, "x-region", "x-region-names")
        region = server.require("x-region", "the name of this server")
        name = region.text(SNAKE_CASE, "a name in snake_case")
        if name in servers:
            raise region.error(f"the region {name} is there twice")
        # A path would be part of what is signed, but not of the path by which an operation is found.
        expected = "https:// and a host, without path or slash"
        servers[name] = server.require("url", "its address").text(r"https://[a-z0-9.-]+(?::[0-9]+)?", expected)
    if not servers:
        raise given.error("at least one server is needed")
    return servers


def _region_names(root: Node, servers: dict[str, str]) -> dict[str, str]:
    """The region of every other name, such as that of a site; no name may mean two regions."""
    names: dict[str, str] = {}
    for server in root.require("servers", "where the exchange is reached").elements():
        given = server.get("x-region-names")
        for name in given.elements() if given else ():
            text = name.text(SNAKE_CASE, "a name in snake_case")
            if text in names or text in servers:
                raise name.error(f"the name {text} is there twice")
            names[text] = str(server.members()["x-region"].value)
    return names


def _headers(root: Node) -> dict[str, str]:
    """Headers with the same value in every request; most exchanges want none."""
    given = root.get("x-headers")
    headers: dict[str, str] = {}
    for name, value in given.members().items() if given else ():
        if not re.fullmatch(HEADER, name):
            raise value.error(f"{name} is not the name of a header")
        headers[name] = value.text()
    return headers


def _signing(root: Node) -> tuple[str, float]:
    signing = root.require("x-signing", "how a request is signed")
    signing.only_keys("timestamp-format", "prehash", "algorithm", "tolerance-seconds")
    signing.require("prehash", "what is signed").one_of(PREHASH)
    signing.require("algorithm", "how it is signed").one_of(ALGORITHM)
    timestamp_format = signing.require("timestamp-format", "how the signed time is written")
    tolerance = signing.require("tolerance-seconds", "how far the signed time may be off")
    return timestamp_format.one_of("iso8601-milliseconds", "epoch-milliseconds"), tolerance.positive()


def _signed_headers(root: Node) -> dict[str, str]:
    """The header of each role; top-level ``security`` must ask for all four together."""
    components = root.require("components", "they hold the securitySchemes")
    schemes = components.require("securitySchemes", f"the headers of a signed request: {', '.join(ROLES)}")
    schemes.only_keys(*ROLES)
    headers: dict[str, str] = {}
    for role in ROLES:
        scheme = schemes.require(role, "a signed request has four headers").resolve()
        scheme.require("type", "apiKey").one_of("apiKey")
        scheme.require("in", "header").one_of("header")
        headers[role] = scheme.require("name", "the header's name").text(HEADER, "the name of a header")
    security = root.require("security", f"without it nothing is signed; ask for {', '.join(ROLES)}")
    if security.value != [{role: [] for role in ROLES}]:
        raise security.error(f"expected one entry that asks for all of {', '.join(ROLES)}, without scopes")
    return headers
