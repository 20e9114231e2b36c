"""Read plans from CSV: the first line names the columns, one of them `exchange`; an empty cell is an absent field."""

from __future__ import annotations

import csv
import io
from sys import intern

from leverset._registry import EXCHANGES
from leverset.plan._readers.collector import Collector

_COLUMNS = (
    "exchange",
    *dict.fromkeys(field.name for exchange in EXCHANGES.values() for field in exchange.operation.fields),
)
_HEADER_FIX = f"name the columns in the first line, some of: {', '.join(_COLUMNS)}"


def read_csv(text: str, into: Collector) -> None:
    """Read rows; separated by comma, semicolon or tab, whichever the first line uses most."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    line = 0
    try:
        for cells in reader:
            # A quoted cell may hold line breaks: the record begins after the one before it.
            begin, line = line + 1, reader.line_num
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if names is None:
                names = cells
                if not _header(names, begin, into):
                    return
            else:
                _row(names, cells, begin, into)
    except csv.Error as error:
        into.problem(
            line + 1,
            "csv-syntax",
            f"this is not CSV: {error}",
            why="the lines after it cannot be told apart",
            fix="look for a quote that is not closed, or stands inside a cell",
        )


def _header(names: list[str], line: int, into: Collector) -> bool:
    """Return whether the first line is a header; a column that no exchange has is a problem once, not in every row."""
    if "exchange" not in names:
        into.problem(
            line,
            "header",
            "the first line does not name the columns",
            why="there is no column exchange in it",
            fix=_HEADER_FIX,
        )
        return False
    for index, name in enumerate(names):
        if name not in _COLUMNS:
            into.problem(
                line,
                "column-known",
                f"there is no field {name!r}" if name else f"column {index + 1} has no name",
                why="a column is a field of one of the exchanges' documents",
                fix=f"use one of {', '.join(_COLUMNS)}, or remove the column",
                name=name,
            )
        elif name in names[:index]:
            into.problem(
                line,
                "duplicate-key",
                f"the column {name} occurs twice",
                why="only one of the two values could be sent",
                fix="remove one of them",
                name=name,
            )
    return True


def _row(names: list[str], cells: list[str], line: int, into: Collector) -> None:
    if len(cells) > len(names):
        into.problem(
            line,
            "too-many-columns",
            f"{len(cells)} cells where the first line names {len(names)} columns",
            why="it cannot be told which cell belongs to which column",
            fix="remove what is too much, or quote a cell that has the separator in it",
        )
        return
    given = {name: intern(cell) for name, cell in zip(names, cells, strict=False) if cell and name in _COLUMNS}
    exchange = given.pop("exchange", None)
    into.row(line, exchange, dict(given), {})
