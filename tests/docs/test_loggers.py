"""What leverset logs is on a page: every logger of the library."""

import re

from tests.docs.pages import ROOT

PAGES = ("outcomes", "rate-limit", "tracing")


def test_every_logger_is_on_a_page() -> None:
    found = {
        name
        for path in sorted((ROOT / "leverset").rglob("*.py"))
        if "sandbox" not in path.parts
        for name in re.findall(
            r'^log = logging\.getLogger\("(leverset\.\w+)"\)', path.read_text(encoding="utf-8"), re.M
        )
    }
    said = "".join((ROOT / f"docs/{page}.md").read_text(encoding="utf-8") for page in PAGES)
    assert {"leverset.read_back", "leverset.account", "leverset.limits", "leverset.otel"} <= found
    assert {name for name in found if f"`{name}`" not in said} == set()
