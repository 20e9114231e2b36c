"""docs/reference/errors.md: every code of every spec under a heading of its own, so that it can be found and linked."""

import re
from collections import Counter

from generator.facts import Exchange, KnownError
from generator.markdown import address, anchor, code, page, paragraph, table, text

HEAD = """\
An exchange answers a request that it refuses with one of these codes. `leverset` raises an error for it: its
`reference` is the heading below, such as `okx/59102`, and its attributes `code`, `name`, `category`, `outcome` and
`retryable` say what is said here. A category has a class of its own in `leverset.errors`.

- **Outcome**: `refused`, the change was not applied; `unknown`, it may have been applied, so read what holds.
- **Retryable**: the same request, signed anew, may be retried.
- **Account-wide**: every other request of the account would end in the same way."""

OUTCOMES = {"refused": "the change was not applied", "unknown": "the change may have been applied"}
# Where a word begins in a name in PascalCase.
WORDS = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")

Entries = dict[str, list[tuple[KnownError, list[str]]]]
"""Each code, with what it says and the operations for which it says that, none where it is for every operation."""


def build(exchanges: list[Exchange], origin: str) -> bytes:
    """Return the page."""
    anchors = read_anchors(exchanges)
    parts = ["# Errors", origin, HEAD]
    for exchange in exchanges:
        entries = _entries(exchange)
        parts += [
            f"## {exchange.name}",
            f"{paragraph(exchange.title)}: {address(exchange.docs)}",
            f"The code of a success is {code(exchange.success_code)}.",
            _categories(exchange, entries, anchors),
        ]
        for name, meanings in entries.items():
            parts.append(f"### {_heading(exchange, name)}")
            parts += [_meaning(exchange, *meaning) for meaning in meanings]
    return page(*parts)


def read_anchors(exchanges: list[Exchange]) -> dict[tuple[str, str], str]:
    """Return the anchor of each code on the page; a second heading with the same one gets a number."""
    taken: Counter[str] = Counter({"errors": 1})
    found: dict[tuple[str, str], str] = {}
    for exchange in exchanges:
        for name in ("", *_entries(exchange)):
            plain = anchor(f"{exchange.name}/{name}")
            found[exchange.name, name] = f"{plain}-{taken[plain]}" if taken[plain] else plain
            taken[plain] += 1
    return found


def _entries(exchange: Exchange) -> Entries:
    entries: Entries = {}
    for error in exchange.errors:
        entries.setdefault(error.code, []).append((error, []))
    for operation in exchange.operations:
        for error in operation.errors:
            meanings = entries.setdefault(error.code, [])
            for known, operations in meanings:
                if known == error and operations:
                    operations.append(operation.name)
                    break
            else:
                meanings.append((error, [operation.name]))
    return {name: entries[name] for name in sorted(entries, key=_order)}


def _order(name: str) -> tuple[int, str]:
    """Order numbers by their value."""
    return (int(name), name) if re.fullmatch("[0-9]+", name) else (-1, name)


def _heading(exchange: Exchange, name: str) -> str:
    return text(f"{exchange.name}/{name}")


def _categories(exchange: Exchange, entries: Entries, anchors: dict[tuple[str, str], str]) -> str:
    """The codes of each category, those first that have most."""
    found: dict[str, list[str]] = {}
    for name, meanings in entries.items():
        for category in sorted({error.category for error, _ in meanings}):
            found.setdefault(category, []).append(f"[{text(name)}](#{anchors[exchange.name, name]})")
    return table(("category", "codes"), ((code(each), ", ".join(found[each])) for each in sorted(found)))


def _meaning(exchange: Exchange, error: KnownError, operations: list[str]) -> str:
    links = ", ".join(f"[{code(name)}]({exchange.name}/{name}.md)" for name in operations)
    whose = links or "any request"
    status = f", with HTTP status {error.http_status}" if error.http_status else ""
    meaning = WORDS.sub(" ", error.name).capitalize()
    outcome = f"{code(error.outcome)}, {OUTCOMES[error.outcome]}"
    return f"""\
**{meaning}** ({code(error.name)}), category {code(error.category)}, for {whose}{status}.

- Outcome: {outcome}. Retryable: {_yes(error.retryable)}. Account-wide: {_yes(error.account_wide)}.
- What to do: {text(error.action)}"""


def _yes(given: bool) -> str:
    return "yes" if given else "no"
