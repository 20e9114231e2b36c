"""Read a plan from a file, or from what one holds."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import get_args

from leverset._format import short_repr
from leverset.plan._dump import Format
from leverset.plan._model import Plan, PlanError
from leverset.plan._readers.collector import Collector, decoded, read_file
from leverset.plan._readers.csv import read_csv

_FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".csv": "csv"}


def load(path: str | PathLike[str], *, format: Format | None = None, content: bytes | None = None) -> Plan:  # noqa: A002 - it is one
    """Read a plan from a file.

    Problems of the content do not raise: they are in the plan's `problems`, and `check` reports them together with
    everything else.

    Args:
        path: A `.yaml`, `.yml` or `.csv` file in UTF-8, or with `format` one of any name.
        format: `yaml` or `csv`. Default: None, what the ending of the name says.
        content: What the file holds; `path` is its name in messages then, and nothing is opened. Default: None, the
            file is read.

    Returns:
        The plan.

    Raises:
        PlanError: The file cannot be read, its format is not known, or it is YAML and no YAML parser is installed.
    """
    into = Collector(str(path))
    ending = Path(path).suffix.lower()
    form = format or _FORMATS.get(ending)
    if form not in get_args(Format):
        what = f"{path} is no plan by its name" if form is None else f"there is no format {short_repr(form)}"
        more = "; JSON is YAML, too: name it .yaml" if ending == ".json" else ""
        fix = f"give a file named .yaml, .yml or .csv, or the format yaml or csv (--format){more}"
        raise PlanError(what, reference="plan/unreadable", fix=fix)
    text = decoded(read_file(Path(path)) if content is None else content, into)
    if text is not None and form == "csv":
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
