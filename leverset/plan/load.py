"""Read a plan from a file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from leverset.plan._model import Plan, PlanError
from leverset.plan._readers.collector import Collector, read_text
from leverset.plan._readers.csv import read_csv

_MORE = {".json": "; JSON is YAML, too: name it .yaml", "-": "; a plan is not read from stdin"}
"""What else is to be said of a name that no plan has."""


def load(path: str | PathLike[str]) -> Plan:
    """Read a plan from a file.

    Problems of the content do not raise: they are in the plan's `problems`, and `check` reports them together with
    everything else.

    Args:
        path: A `.yaml`, `.yml` or `.csv` file in UTF-8.

    Returns:
        The plan.

    Raises:
        PlanError: The file cannot be read, has another ending, or is YAML and no YAML parser is installed.
    """
    file = Path(path)
    into = Collector(str(path))
    ending = file.suffix.lower()
    if ending not in (".yaml", ".yml", ".csv"):
        more = _MORE.get(ending or str(path), "")
        fix = f"give a file named .yaml, .yml or .csv{more}"
        raise PlanError(f"{path} is no plan by its name", reference="plan/unreadable", fix=fix)
    text = read_text(file, into)
    if text is not None and ending == ".csv":
        read_csv(text, into)
    elif text is not None:
        try:
            from leverset.plan._readers.yaml import read_yaml
        except ModuleNotFoundError as missing:
            raise PlanError(
                f"a YAML plan needs {missing.name}, which is not installed",
                reference="plan/no-yaml",
                fix="pip install 'leverset[cli]', or write the plan as CSV",
            ) from None
        read_yaml(text, into)
    return into.plan()
