"""Every scripted fault x exchange x form x carrier x retries: no claim is wrong, and docs/outcomes.md is fresh."""

from __future__ import annotations

from dataclasses import fields

import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._faults import CLOSES, Fault
from tests.caller import Claim
from tests.system.faults import ROWS, Cell, line
from tests.system.make_table import DOCUMENT, lines_of, page

FRESH = "docs/outcomes.md is not what is measured: run python -m tests.system.make_table"


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row.name for row in ROWS])
def test_no_claim_is_wrong_and_the_document_has_the_row(sandbox: Sandbox, number: int) -> None:
    found = line(sandbox, ROWS[number], every=False)
    assert lines_of(DOCUMENT.read_text("utf-8"))[number : number + 1] == [found], FRESH


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("number", [n for n, row in enumerate(ROWS) if row.times], ids=lambda n: ROWS[n].name)
def test_what_has_to_be_waited_for_every_way(sandbox: Sandbox, number: int) -> None:
    found = line(sandbox, ROWS[number])
    assert lines_of(DOCUMENT.read_text("utf-8"))[number : number + 1] == [found], FRESH


def test_the_document_is_the_page_and_these_rows() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == page(lines_of(document)), FRESH
    assert [text.split(" | ")[0] for text in lines_of(document)] == [f"| {row.name}" for row in ROWS], FRESH


@pytest.mark.parametrize(
    ("claimed", "arrived", "applied", "lever", "wrong"),
    [
        ("success", 1, True, "7", False),
        ("success", 1, False, None, True),
        ("success", 1, True, "8", True),
        ("refused", 1, False, None, False),
        ("refused", 1, True, "7", True),
        ("not_sent", 0, False, None, False),
        ("not_sent", 1, False, None, True),
        ("unknown", 1, True, "7", False),
    ],
)
def test_a_wrong_claim_would_be_seen(claimed: str, arrived: int, applied: bool, lever: str | None, wrong: bool) -> None:
    assert bool(Cell(Claim(claimed), arrived, applied, lever).wrong) is wrong


def test_every_fault_that_the_sandbox_can_play_is_in_the_table() -> None:
    played = [row.fault("okx") for row in ROWS]
    about = {"exchange", "account", "path", "nth", "times"}  # which request, not what happens to it
    assert {field.name for field in fields(Fault)} - about == {name for fault in played for name in fault}
    assert set(CLOSES) == {fault["close"] for fault in played if "close" in fault}
