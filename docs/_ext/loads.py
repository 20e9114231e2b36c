"""python docs/_ext/loads.py FOLDER: nothing of a built site may be loaded from elsewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_LOADED = {"src", "srcset", "poster", "data", "background", "xlink:href"}
_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest", "apple-touch-icon", "preconnect"}
_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*((?:https?:)?//[^\s\"')]+)", re.IGNORECASE)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        loaded = [value for name, value in given.items() if name in _LOADED]
        named = tag == "link" and _LINKS & set(given.get("rel", "").lower().split())
        if named or tag in ("use", "image"):
            loaded.append(given.get("href", ""))
        for each in loaded:
            self.found += re.findall(r"(?:^|,)\s*((?:https?:)?//[^\s,]+)", each)
        self.found += _STYLE.findall(given.get("style", ""))
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += _STYLE.findall(data)

    def handle_endtag(self, _: str) -> None:
        self._in_style = False


def elsewhere(site: Path) -> Iterator[str]:
    """What a browser that shows the site would ask another server for, each with the file that names it."""
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".svg"):
            page = _Page()
            page.feed(path.read_text(encoding="utf-8"))
            found = page.found
        elif path.suffix == ".css":
            found = _STYLE.findall(path.read_text(encoding="utf-8"))
        else:
            continue
        yield from (f"{path.relative_to(site)} loads {address}" for address in found)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if not any(folder.rglob("*.html")):
        sys.exit(f"{folder} has no page")
    sys.exit("\n".join(elsewhere(folder)) or None)
