"""The pages of a small spec: hostile texts do not break them, --check names what is wrong, others' pages are safe."""

import json
from pathlib import Path

import pytest

from generator.pages import MARK
from tests.generator.rendered import Page, check_links
from tests.generator.workshop import Workshop, contents

HOSTILE = (
    "- a | b `c | d` ``e`` <script>alert(1)</script> <!-- x --> [link](http://x) ![i](j) __init__ _a_ *b* **c** ~~d~~"
    " $e$ &lt; \\| \\\\ | :---: | {ref}`x` # h\n\n# no heading\n\n| no | table |\n|---|---|\n```\n:::{note}\n% gone\n"
    "(x)=\n1. one"
)
ODD = "s|e`l\\l"
SEEN = " ".join(HOSTILE.split())
PLACE = "paths:\n  /api/order:\n    post:\n"


def texts(given: str) -> str:
    """A text as a value in YAML."""
    return json.dumps(given)


def test_hostile_texts_are_shown_and_mean_nothing(generated: Workshop) -> None:
    generated.edit(
        "        note:\n          type: string\n",
        f"        note:\n          type: string\n          description: {texts(HOSTILE)}\n",
    )
    generated.edit("enum: [buy, sell]", f"enum: [buy, {texts(ODD)}, a|b, {texts('__init__')}, ' x ', '<b>']")
    generated.edit(
        "          action: Add margin.", f"          action: {texts('| <b> __x__ `y` ' + chr(0x202E) + ' end')}"
    )
    generated.edit(
        "      summary: Place an order", f"      summary: {texts(HOSTILE)}\n      description: {texts(HOSTILE)}"
    )
    generated.edit('  "429":\n', f"  {texts('4|2 `9` <b> [x](y)')}:\n")
    assert generated.run()[0] == 0

    page = Page(generated.docs / "demo/place_order.md")
    assert page.headings == ["demo: place_order", "Fields", "Rules", "Response", "Errors"]
    assert SEEN in page.paragraphs
    rows = page.table("field", "argument in Python")
    assert [row[0] for row in rows] == ["size", "side", "note"]
    assert {len(row) for row in rows} == {4}
    assert rows[2][3] == SEEN
    assert rows[1][3] == f'Allowed: buy, {ODD}, a|b, __init__, " x " or <b>.'
    assert page.table("code")[0][3] == "| <b> __x__ `y` \\u202e end"
    assert page.links == ["https://demo.example/docs/place-order", "../errors.md#demo", "../errors.md#demo7"]
    errors = Page(generated.docs / "errors.md")
    assert "demo/4|2 `9` <b> [x](y)" in errors.headings
    assert Page(generated.docs / "index.md").table("operation") == [["place_order", "POST /api/order", SEEN]]
    assert check_links(generated.docs) == 10
    assert generated.run("--check")[0] == 0


@pytest.mark.parametrize(
    "start",
    [
        "- a",
        "1. a",
        "12) a",
        "# a",
        "+ a",
        "> a",
        "=== a",
        "% a",
        "(a)=",
        ":::a",
        "* a",
        "```a",
        "<script a",
        "<!-- a",
        "---",
    ],
)
def test_a_description_is_a_paragraph_however_it_begins(generated: Workshop, start: str) -> None:
    generated.edit("      summary: Place an order", f"      description: {texts(start)}")
    assert generated.run()[0] == 0
    page = Page(generated.docs / "demo/place_order.md")
    assert start in page.paragraphs
    assert page.headings == ["demo: place_order", "Fields", "Rules", "Response", "Errors"]
    assert page.source.splitlines()[4].startswith("\\") or start.startswith("1")


def test_a_code_with_two_meanings_has_both(generated: Workshop) -> None:
    section = Page(generated.docs / "errors.md").sections["demo/7"]
    assert "Margin (Margin), category margin, for any request." in section
    assert "No margin (NoMargin), category margin, for place_order." in section


SECOND = """
  /api/price:
    get:
      operationId: get_price
      tags: [market]
      externalDocs: {url: "https://demo.example/docs/price"}
      x-rate-limit: {requests: 3, seconds: 0.5, scope: ip}
      x-errors:
        "7": {name: NoPrice, category: request, retryable: false, outcome: refused, action: Wait.}
        "11": {name: Shared, category: request, retryable: false, outcome: refused, action: Wait.}
      responses:
        default:
          description: The price.
          content: {application/json: {schema: {$ref: "#/components/schemas/OrderResponse"}}}
"""


def test_a_code_of_two_operations_says_what_it_means_for_each(generated: Workshop) -> None:
    shared = '"11": {name: Shared, category: request, retryable: false, outcome: refused, action: Wait.}'
    generated.edit("components:\n", f"{SECOND.lstrip()}components:\n".replace("/api/price:", "  /api/price:", 1))
    generated.edit('        "7":\n', f'        {shared}\n        "7":\n')
    assert generated.run()[0] == 0
    sections = Page(generated.docs / "errors.md").sections
    assert "No margin (NoMargin), category margin, for place_order." in sections["demo/7"]
    assert "No price (NoPrice), category request, for get_price." in sections["demo/7"]
    assert "Shared (Shared), category request, for place_order, get_price." in sections["demo/11"]


def test_codes_are_in_the_order_of_their_numbers(generated: Workshop) -> None:
    assert Page(generated.docs / "errors.md").headings == [
        "Errors",
        "demo",
        *(f"demo/{code}" for code in (7, 8, 9, 10, 429)),
    ]


def test_headings_with_one_anchor_are_told_apart(generated: Workshop) -> None:
    entry = "{name: A, category: request, retryable: false, outcome: refused, action: b}"
    generated.edit('  "429":\n', f'  "7.": {entry}\n  "429":\n')
    assert generated.run()[0] == 0
    links = Page(generated.docs / "errors.md").links
    assert {"#demo7", "#demo7-1"} <= {*links}


def test_default_of_a_field_is_shown(generated: Workshop) -> None:
    generated.edit("enum: [buy, sell]\n", "enum: [buy, sell]\n          default: buy\n")
    generated.edit(
        "        size:\n          type: string\n", "        size:\n          type: string\n          minLength: 1\n"
    )
    assert generated.run()[0] == 0
    rows = Page(generated.docs / "demo/place_order.md").table("field", "argument in Python")
    assert [row[3] for row in rows] == ["Not empty.", "Allowed: buy or sell. By default buy.", ""]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("not: {required: [note, side]}", "it is not so that note is given and side is given"),
        ("dependentRequired: {note: [side]}", "where note is given, so is side"),
        (
            "oneOf: [{required: [note]}, {required: [side]}]",
            "one of these and no other: note is given or side is given",
        ),
        ("if: {required: [note]}\n          else: {required: [side]}", "if note is given, else side is given"),
        (
            "not: {properties: {note: {minLength: 3}}}",
            'by the schema {"not": {"properties": {"note": {"minLength": 3}}}}',
        ),
        ("anyOf: [{properties: {size: {pattern: ^a|b$}}}]", "size matches ^a|b$"),
        ("anyOf: [{properties: {note: {maxLength: 0}}}]", "note is absent or empty"),
    ],
)
def test_rules_across_fields_in_words(generated: Workshop, rule: str, words: str) -> None:
    generated.edit(
        "          if:\n            required: [note]\n          then:\n            properties: {side: {const: buy}}\n",
        f"          {rule}\n",
    )
    assert generated.run()[0] == 0
    page = Page(generated.docs / "demo/place_order.md")
    assert f"a note is only for buying: {words}." in page.paragraphs


def test_check_names_pages_that_are_stale_missing_or_extra(generated: Workshop) -> None:
    page = generated.docs / "demo/place_order.md"
    written = page.read_text(encoding="utf-8")
    page.write_text(written + "\n", encoding="utf-8")
    (generated.docs / "errors.md").unlink()
    (generated.docs / "index.md").write_text("mine", encoding="utf-8")
    (generated.docs / "demo/old.md").write_text("old", encoding="utf-8")
    (generated.docs / "gone").mkdir()
    (generated.docs / "gone/order.md").write_text(written, encoding="utf-8")
    before = contents(generated.folder)

    status, out, err = generated.run("--check")
    assert status == 1
    assert out.splitlines() == [
        f"{generated.docs}/demo/old.md: extra",
        f"{generated.docs}/demo/place_order.md: changed",
        f"{generated.docs}/errors.md: missing",
        f"{generated.docs}/gone/order.md: extra",
        f"{generated.docs}/index.md: changed",
    ]
    assert "make gen" in err
    assert contents(generated.folder) == before

    assert generated.run()[0] == 0
    assert generated.run("--check")[0] == 0
    assert sorted(path.name for path in generated.docs.iterdir()) == ["demo", "errors.md", "index.md"]


def test_pages_of_others_are_linked_and_left_alone(generated: Workshop) -> None:
    (generated.docs / "output.md").write_text("# Lines of `--json`\n\nNotes.\n", encoding="utf-8")
    (generated.docs / "plain.json").write_text("{}", encoding="utf-8")
    notes = generated.docs / "notes/demo.md"
    notes.parent.mkdir()
    notes.write_text(f"# Notes\n\n\n\n\n{MARK}demo.yaml` begins a page that is generated.\n", encoding="utf-8")
    assert generated.run("--check")[1].splitlines() == [f"{generated.docs}/index.md: changed"]
    assert generated.run()[0] == 0
    index = Page(generated.docs / "index.md")
    assert {"Lines of --json", "plain.json"} <= {*index.paragraphs}
    assert {"output.md", "plain.json"} <= {*index.links}
    assert (generated.docs / "output.md").read_text(encoding="utf-8").endswith("Notes.\n")
    assert notes.exists()
    assert generated.run("--check")[0] == 0


def test_a_wrong_folder_is_one_message(generated: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, out, err = generated.run(f"--docs={tmp_path / 'file'}")
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
