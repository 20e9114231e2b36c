"""Where things stand in a spec."""

from pathlib import Path

import pytest

from generator.document import Document, SpecError, read

TEXT = """\
# a comment
info: {title: "a: b", list: [x, {y: 1}]}
deep:
  - - one
  - key:
      text: >-
        folded
"a/b~c": null
"""


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "name.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return read(path)


def test_the_data_is_plain_json(document: Document) -> None:
    assert document.name == "name"
    assert document.data == {
        "info": {"title": "a: b", "list": ["x", {"y": 1}]},
        "deep": [["one"], {"key": {"text": "folded"}}],
        "a/b~c": None,
    }


@pytest.mark.parametrize(
    ("pointer", "line", "column"),
    [
        ((), 1, 1),
        (("info",), 2, 1),
        (("info", "title"), 2, 15),
        (("info", "list"), 2, 23),
        (("info", "list", "0"), 2, 30),
        (("info", "list", "1"), 2, 33),
        (("info", "list", "1", "y"), 2, 37),
        (("deep", "0"), 4, 5),
        (("deep", "0", "0"), 4, 7),
        (("deep", "1", "key"), 5, 5),
        (("deep", "1", "key", "text"), 6, 13),
        (("deep", "1", "key", "gone", "deeper"), 5, 5),
    ],
)
def test_errors_point_at_the_key_or_the_scalar(
    document: Document, pointer: tuple[str, ...], line: int, column: int
) -> None:
    message = str(document.error(pointer, "wrong"))
    assert message == f"{document.label}:{line}:{column} ({'/' + '/'.join(pointer)}): wrong"


def test_a_pointer_is_escaped(document: Document) -> None:
    place = document.at(("a/b~c",))
    assert str(place.error("wrong")) == f"{document.label}:8:10 (/a~1b~0c): wrong"


def test_a_collection_of_the_other_kind_is_refused(document: Document) -> None:
    with pytest.raises(SpecError, match=r"expected a sequence, not \{"):
        list(document.at(("info",)).elements())
    with pytest.raises(SpecError, match=r"expected a mapping, not \["):
        document.at(("deep",)).members()
