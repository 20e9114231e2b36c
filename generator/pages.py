"""The reference in docs/reference/: a page for each operation, one for the codes of all errors, and an index of all."""

from collections.abc import Iterator
from pathlib import Path

from generator import error_pages, response_texts, rule_texts
from generator.facts import Example, Exchange, Field, Operation
from generator.markdown import address, block, code, listed, page, paragraph, table, text
from generator.output import marked

# What a page of ours begins with, after its title.
MARK = "*Generated from `specs/"
ERRORS = "[Errors](errors.md): every code, what became of the request, and what to do"

Anchors = dict[tuple[str, str], str]


def build(exchanges: list[Exchange], docs: Path) -> dict[str, bytes]:
    """Return the pages, by their path below the folder; the index names what others wrote there, too."""
    everything = _origin(exchanges)
    anchors = error_pages.read_anchors(exchanges)
    pages = {
        f"{exchange.name}/{operation.name}.md": _operation(exchange, operation, anchors)
        for exchange in exchanges
        for operation in exchange.operations
    }
    pages["errors.md"] = error_pages.build(exchanges, everything)
    pages["index.md"] = _index(exchanges, docs, everything)
    return pages


def _origin(exchanges: list[Exchange]) -> str:
    specs = listed((code(f"specs/{exchange.name}.yaml") for exchange in exchanges), "and")
    return f"*Generated from {specs} by `make gen`; do not edit.*"


def _operation(exchange: Exchange, operation: Operation, anchors: Anchors) -> bytes:
    node = operation.node
    described = node.get("description") or node.get("summary")
    return page(
        f"# {exchange.name}: {code(operation.name)}",
        _origin([exchange]),
        paragraph(str(described.value)) if described else "",
        _facts(exchange, operation),
        "## Fields",
        _fields(operation.fields) if operation.fields else "A request has no fields.",
        *(_rules(exchange, operation) if operation.fields else ()),
        "## Examples" if operation.examples else "",
        *map(_example, operation.examples),
        *response_texts.build(operation),
        *_errors(exchange, operation, anchors),
    )


def _facts(exchange: Exchange, operation: Operation) -> str:
    who = {"user": "for each user", "ip": "for each IP address"}[operation.scope]
    who += f" and each value of {code(operation.per)}" if operation.per else ""
    tag = next(operation.node.require("tags", "one tag").elements()).text()
    signed = "signed with an API key" if operation.signed else "sent without credentials"
    twice = "does no harm" if operation.idempotent else "may do harm"
    lines = [
        f"Request: {code(f'{operation.method} {operation.path}')}, {signed}",
        f"Rate limit in the document: {operation.requests} requests in {operation.seconds:g} s, {who}",
        *([_published(*operation.published, who)] if operation.published else []),
        f"Applied twice, the same request {twice}",
        f"Generated function: {code(f'{exchange.package}.api.{tag}.{operation.name}')}",
        f"Document: {address(operation.docs)}",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _published(requests: int, seconds: float, seen: str, who: str) -> str:
    return f"Rate limit that the exchange publishes, seen on {seen}: {requests} requests in {seconds:g} s, {who}"


def _fields(fields: list[Field]) -> str:
    return table(("field", "argument in Python", "type", "meaning"), map(_field, fields))


def _field(field: Field) -> tuple[str, ...]:
    kind = f"{field.type} ({field.format})" if field.format else field.type
    place = {"body": "in the body", "query": "in the query"}[field.location]
    required = "required" if field.required else "optional"
    meaning = " ".join((text(field.description), *_values(field))).strip()
    return code(field.name), code(field.argument), f"{kind}, {place}, {required}", meaning


def _values(field: Field) -> Iterator[str]:
    """What a value may be, in words where the spec has them, and what it is by default."""
    if field.values:
        yield f"Allowed: {listed(map(code, field.values))}."
    elif field.pattern == rule_texts.NOT_EMPTY:
        yield "Not empty."
    elif field.pattern is not None:
        described = field.why != field.description.rstrip(".")
        yield f"Form: {text(field.why) if described else code(field.pattern)}."
    if field.examples and not field.values:
        yield f"For example {listed(map(code, field.examples))}."
    if field.default is not None:
        yield f"By default {code(field.default)}."


def _rules(exchange: Exchange, operation: Operation) -> list[str]:
    """What the spec refuses. What depends on the account is in no spec."""
    across = rule_texts.across_fields(operation)
    intro = "A violation has the name of the rule. A required field that is missing breaks the rule of that field."
    modes = listed(map(code, exchange.account_modes), "and") if exchange.account_modes else ""
    account = f"Rules that need the account's modes ({modes}) are not in the spec." if modes and across else ""
    return [
        "## Rules",
        intro,
        table(("rule", "refused", "why"), rule_texts.of_fields(exchange.name, operation)),
        "Across fields, these hold:" if across else "",
        "\n".join(f"- {rule}." for rule in across),
        account,
    ]


def _example(example: Example) -> str:
    account = ", ".join(code(f"{mode}={value}") for mode, value in example.account.items())
    return f"{paragraph(example.summary)}{f'; account: {account}' if account else ''}:\n\n{block(example.body)}"


def _errors(exchange: Exchange, operation: Operation, anchors: Anchors) -> list[str]:
    others = f"[errors of {exchange.name}](../errors.md#{anchors[exchange.name, '']})"
    if not operation.errors:
        return ["## Errors", f"It has no errors of its own; every request can get the {others}."]
    rows = (
        (
            f"[{text(error.code)}](../errors.md#{anchors[exchange.name, error.code]})",
            error.name,
            code(error.category),
            text(error.action),
        )
        for error in operation.errors
    )
    head = ("code", "name", "category", "what to do")
    return ["## Errors", f"Those of its own; every request can get the other {others}, too.", table(head, rows)]


def _index(exchanges: list[Exchange], docs: Path, origin: str) -> bytes:
    parts = ["# Reference", origin, "\n".join(f"- {link}" for link in [ERRORS, *_others(docs)])]
    for exchange in exchanges:
        parts += [f"## {exchange.name}", f"{paragraph(exchange.title)}: {address(exchange.docs)}"]
        parts.append(
            table(("operation", "request", "what it does"), (_row(exchange, each) for each in exchange.operations))
        )
    return page(*parts)


def _row(exchange: Exchange, operation: Operation) -> tuple[str, ...]:
    summary = operation.node.get("summary")
    link = f"[{code(operation.name)}]({exchange.name}/{operation.name}.md)"
    return link, code(f"{operation.method} {operation.path}"), text(str(summary.value)) if summary else ""


def _others(docs: Path) -> list[str]:
    """What others wrote into the folder: pages by their titles, and files by their names."""
    found = sorted(path for path in docs.glob("*") if path.is_file() and not path.name.startswith("."))
    links = []
    for path in found:
        if path.suffix != ".md":
            links.append(f"[{text(path.name)}]({path.name})")
        elif path.name not in ("errors.md", "index.md") and not marked(path, MARK):
            links.append(f"[{_title(path) or text(path.name)}]({path.name})")
    return links


def _title(path: Path) -> str:
    """The title of a page, which is Markdown already."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), "")
