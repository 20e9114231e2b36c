"""The rules of single fields (``x-rule``): their names, and what a violation says.

On a field, x-rule names the rule about its value, and for advice the names (other-names) and values (meant) that other
exchanges and programs use for the same. On a member of allOf, it names a form that no right value has:
``not: {required: [field], properties: {field: {type: string, pattern: ...}}}``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator import patterns
from generator.document import Node
from generator.facts import KEBAB_CASE, Field, ImpossibleForm

# The rule about fields that the spec does not have.
FIELD_KNOWN = "field-known"
TEXTS = ("summary", "why")
SENTENCE = (r"\S(?:[^\n]*[^\s.])?", "one line of text without a full stop at its end")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The rule about the value of one field: its name, and what a violation says.

    ``summary`` and ``why`` are about the pattern; ``other_names`` and ``meant`` are for advice.
    """

    name: str
    summary: str
    why: str
    other_names: tuple[str, ...]
    meant: tuple[tuple[str, str], ...]


def read_rule(field: str, schema: Node, pattern: str | None, description: str) -> Rule:
    """Return the rule of a field; what x-rule does not give has a default."""
    given = schema.get("x-rule")
    members = given.members() if given else {}
    if given:
        given.only_keys("name", *TEXTS, "other-names", "meant")
    for key in TEXTS:
        if key in members and pattern is None:
            raise members[key].error(f"{key} is what a violation of the pattern says, and the field has none")
    if pattern is None:
        texts = {"summary": "", "why": ""}
    else:
        texts = {
            "summary": f"{field} is not as the document describes it",
            "why": description.rstrip(".") or f"the document wants a text of the form {pattern}",
        }
    texts |= {key: members[key].text(*SENTENCE) for key in TEXTS if key in members}
    return Rule(
        name=_name(members["name"]) if "name" in members else f"{_kebab(field)}-is-valid",
        other_names=tuple(each.text() for each in _elements(members.get("other-names"))),
        meant=_meant(schema, members["meant"]) if "meant" in members else (),
        **texts,
    )


def _elements(given: Node | None) -> Iterator[Node]:
    return given.elements() if given else iter(())


def _meant(schema: Node, given: Node) -> tuple[tuple[str, str], ...]:
    """Return the values of other exchanges and programs, each with the allowed value that it stands for."""
    allowed = [value.text() for value in schema.require("enum", "the values that meant leads to").elements()]
    for key, member in given.members().items():
        if key in allowed:
            raise member.error(f"{key} is an allowed value itself")
        member.one_of(*allowed)
    return tuple((key, member.text()) for key, member in given.members().items())


def read_forms(schema: Node) -> dict[str, list[tuple[Node, ImpossibleForm]]]:
    """Return the forms that members of allOf exclude, by the name of the field."""
    forms: dict[str, list[tuple[Node, ImpossibleForm]]] = {}
    allof = schema.get("allOf")
    for part in allof.elements() if allof else ():
        for key, member in part.members().items():
            if key.startswith("x-") and key != "x-rule":
                raise member.error(f"{key} is unknown here and would be ignored; known is x-rule")
        if "$ref" in part.members():
            for name, lent in read_forms(part.resolve()).items():
                forms.setdefault(name, []).extend(lent)
        elif "x-rule" in part.members():
            name, form = _form(part)
            forms.setdefault(name, []).append((part, form))
    return forms


def check_names(node: Node, field: Field, others: list[Field]) -> None:
    """Refuse a name of a rule that says two things."""
    taken = {name: other.name for other in others for name in _names(other)}
    for name in _names(field):
        if name == FIELD_KNOWN:
            raise node.error(f"the rule {name} is the one about unknown fields")
        if name in taken:
            raise node.error(f"the rule {name} is also that of the field {taken[name]}")


def _names(field: Field) -> set[str]:
    return {field.rule, *(form.rule for form in field.impossible)}


def _form(part: Node) -> tuple[str, ImpossibleForm]:
    part.only_keys("$comment", "x-rule", "not")
    excluded = part.require("not", "the form that no right value has")
    excluded.only_keys("required", "properties")
    conditions = excluded.require("properties", "the field and the pattern of the form").members()
    if len(conditions) != 1 or excluded.require("required", "the field").value != list(conditions):
        raise excluded.error("expected one field, the same in required and in properties")
    [(field, condition)] = conditions.items()
    condition.only_keys("type", "pattern")
    condition.require("type", "string, or the form would also exclude what is no text").one_of("string")
    rule = part.require("x-rule", "the name of the rule")
    rule.only_keys("name", "summary", "why")
    return field, ImpossibleForm(
        rule=_name(rule.require("name", "the name of the rule")),
        pattern=patterns.read_part(condition.require("pattern", "the form that no right value has")),
        summary=rule.require("summary", "what is wrong with such a value").text(*SENTENCE),
        why=rule.require("why", "the reason").text(*SENTENCE),
    )


def _name(given: Node) -> str:
    return given.text(KEBAB_CASE, "a name in kebab-case")


def _kebab(name: str) -> str:
    """Write the name of a field in kebab-case: instId is inst-id."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-")
