"""`python -m tests.golden.write` writes the golden texts anew: read what has changed before you keep it."""

from pathlib import Path

from tests.rules.test_rule_texts import texts
from tests.test_errors import MAKERS
from tests.test_refusal_texts import texts as refusals

HEADS = {
    "rules.txt": "The whole text of every rule's violation; tests/rules/test_rule_texts.py compares.",
    "codes.txt": "The whole text of every code's refusal; tests/test_refusal_texts.py compares.",
    "errors.txt": "The whole text of an error of every class; tests/test_errors.py compares.",
}


def main() -> None:
    """Write the files."""
    errors = {name: str(make()) for name, make in MAKERS.items()}
    found = {"rules.txt": texts(), "errors.txt": errors, "codes.txt": refusals()}
    for file, head in HEADS.items():
        sections = "\n".join(f"\n# {name}\n{text}" for name, text in found[file].items())
        (Path(__file__).parent / file).write_text(f"{head}\n{sections}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
