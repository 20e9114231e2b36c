"""Read plans from CSV: the first line names the columns, one of them `exchange`; an empty cell is an absent field.

Names of columns count by their letters: `Inst ID` and `INSTID` are `instId`. A line `sep=;` before them, as
spreadsheets read and write it, names the separator.
"""

from __future__ import annotations

import csv
import io
import re
from sys import intern

from leverset._format import field_name, short_repr
from leverset._suggest import letters, nearest
from leverset.plan._readers.collector import COLUMNS, Collector

_BY_LETTERS = {letters(name): name for name in COLUMNS}
_SEPARATOR = re.compile(
    r"""\s*"?sep=(?P<separator>[^\s\w"']|\t)(?P=separator)*"?(?:(?P=separator)|[ \t])*(?=\r?\n|$)""", re.IGNORECASE
)
_HEADER_FIX = f"name the columns in the first line, some of: {', '.join(COLUMNS)}"


def read_csv(text: str, into: Collector) -> None:
    """Read rows; separated as a first line `sep=;` says, or by what the line of names uses most."""
    told = _SEPARATOR.match(text)
    if told is not None:
        text = "\n" * told[0].count("\n") + text[told.end() :]  # every line is counted
    first = text.lstrip().partition("\n")[0]
    separator = told["separator"] if told is not None else max(",;\t|", key=first.count)
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
                names = _names(cells, begin, into)
                if names is None:
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


def _names(cells: list[str], line: int, into: Collector) -> list[str] | None:
    """Return the fields that the first line names; None, and a problem, where it is no header.

    A column that no exchange has is a problem once, not in every row.
    """
    while not cells[-1]:
        cells.pop()
    names = [_BY_LETTERS.get(letters(cell), cell) for cell in cells]
    if "exchange" not in names:
        meant = next((cell for cell in cells if nearest(cell, ("exchange",))), None)
        into.problem(
            line,
            "header",
            f"the first line does not name the columns: {short_repr(' | '.join(cells))}",
            why="there is no column exchange in it",
            fix=f"did you mean exchange instead of {field_name(meant)}?" if meant else _HEADER_FIX,
        )
        return None
    for index, name in enumerate(names):
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            names[index] = near if near is not None and near not in names else name
            into.problem(
                line,
                "column-known",
                f"there is no field {name!r}" if name else f"column {index + 1} has no name",
                why="a column is a field of one of the exchanges' documents",
                fix=f"did you mean {near}?" if near else f"use one of {', '.join(COLUMNS)}, or remove the column",
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
    return names


def _row(names: list[str], cells: list[str], line: int, into: Collector) -> None:
    into.begin_row()
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()
    if len(cells) > len(names):
        into.problem(
            line,
            "too-many-columns",
            f"{len(cells)} cells where the first line names {len(names)} columns",
            why="it cannot be told which cell belongs to which column",
            fix="remove what is too much, or quote a cell that has the separator in it",
        )
        return
    given = {name: intern(cell) for name, cell in zip(names, cells, strict=False) if cell and name in COLUMNS}
    exchange = given.pop("exchange", None)
    into.row(line, exchange, dict(given), {})
