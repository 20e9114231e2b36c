"""`python -m tests.system.make_table` writes docs/outcomes.md: tests/system/page.md and what was measured."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from leverset import _retry
from leverset.sandbox import Sandbox
from tests.fixtures import CERTIFICATE
from tests.system.faults import COLUMNS, ROWS, line

PAGE = Path(__file__).with_name("page.md")
DOCUMENT = Path(__file__).parents[2] / "docs" / "outcomes.md"
HEAD = f"| fault | {' | '.join(name for name, *_ in COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}"
FIRST = "<!-- the table: written by python -m tests.system.make_table -->\n"


def page(lines: list[str]) -> str:
    """The whole document around the rows of the table."""
    return PAGE.read_text("utf-8").replace("{table}", FIRST + "\n".join([HEAD, *lines]))


def lines_of(document: str) -> list[str]:
    """The rows that a document holds."""
    table = document.partition(f"{FIRST}{HEAD}\n")[2]
    return [text for text in table.partition("\n\n")[0].split("\n") if text]


def main() -> None:
    """Run every fault and write the document."""
    _retry._FIRST_BACKOFF = 0.01
    logging.disable()
    os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)
    with Sandbox(limits=False) as sandbox:
        DOCUMENT.write_text(page([line(sandbox, row) for row in ROWS]), "utf-8")


if __name__ == "__main__":
    main()
