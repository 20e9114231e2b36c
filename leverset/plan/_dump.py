"""Write a plan as `load` reads it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from leverset._registry import EXCHANGES
from leverset._rules import present
from leverset.plan._model import Plan

Format = Literal["yaml", "csv"]

# What every version of YAML takes for a text, and for a number, without quotes.
_TEXT = re.compile("[A-Za-z][A-Za-z0-9_-]*")
_NO_TEXT = frozenset(("y", "n", "yes", "no", "true", "false", "on", "off", "null"))
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")


def dump(
    plan: Plan,
    *,
    format: Format = "yaml",  # noqa: A002 - it is one
    head: str = "",
    remarks: Iterable[str] = (),
    whole: bool = True,
) -> str:
    """Write a plan as a text that `load` reads.

    The rows of each exchange stay in their order, and every value is exact.

    Args:
        plan: The plan.
        format: `yaml` or `csv`; CSV holds no accounts and no remarks. Default: yaml.
        head: What the text is to say for those who read it; in YAML at its beginning. Default: nothing.
        remarks: What else the text is to say for those who read it; in YAML at its end.
        whole: Whether the plan is all that was asked for. A CSV that is not has a last line that `check` refuses.

    Returns:
        The text.
    """
    if format == "csv":
        return _csv(plan, list(remarks), whole=whole)
    lines = [f"# {_one_line(head)}"] if head else []
    accounts = [(name, _account(plan.accounts.get(name))) for name in EXCHANGES]
    if any(account for _, account in accounts):
        lines += ["accounts:", *(f"  {name}: {_mapping(account)}" for name, account in accounts if account)]
    for name in plan.exchanges:
        lines += [f"{name}:", *(f"  - {_mapping(row.body, name)}" for row in plan.rows if row.exchange == name)]
    lines += [f"# {_one_line(remark)}" for remark in remarks]
    return "".join(f"{line}\n" for line in lines)


def _account(account: Any) -> dict[str, object]:
    fields = [] if account is None else [each.name for each in account.__attrs_attrs__ if each.name != "source"]
    return present(**{name: getattr(account, name) for name in fields})


def _mapping(values: Mapping[str, object], exchange: str | None = None) -> str:
    number = EXCHANGES[exchange].leverage_field if exchange is not None else None
    parts = (f"{_scalar(name)}: {_scalar(value, number=name == number)}" for name, value in values.items())
    return f"{{{', '.join(parts)}}}"


def _scalar(value: object, *, number: bool = False) -> str:
    """Write a scalar: without quotes where nobody can take it for anything else."""
    text = value if isinstance(value, str) else str(value)
    if _TEXT.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    if (number or not isinstance(value, str)) and _NUMBER.fullmatch(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)


def _csv(plan: Plan, remarks: list[str], *, whole: bool) -> str:
    used = {name for row in plan.rows for name in row.body}
    known = [field.name for name in plan.exchanges for field in EXCHANGES[name].operation.fields]
    columns = [name for name in dict.fromkeys([*known, *sorted(used)]) if name in used]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["exchange", *columns])
    for row in plan.rows:
        writer.writerow([row.exchange, *(row.body.get(name, "") for name in columns)])
    if not whole:
        writer.writerow([f"# {'; '.join(map(_one_line, remarks))}"])
    return text.getvalue()
