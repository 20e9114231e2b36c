"""A page as a renderer of Markdown reads it: headings, tables, blocks of code, links."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.output import marked
from generator.pages import MARK

RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")


class Page:
    """A page, rendered; raw HTML in it is an error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path.read_text(encoding="utf-8")
        self.tokens = RENDERER.parse(self.source)
        assert not [one for one in self._all() if one.type in ("html_block", "html_inline")], path

    @property
    def headings(self) -> list[str]:
        return self._after("heading_open")

    @property
    def anchors(self) -> list[str]:
        """The anchors of the headings, which must not be there twice: a code host would number them."""
        made = [re.sub(r"[^a-z0-9_\- ]", "", heading.lower()).replace(" ", "-") for heading in self.headings]
        assert self.path.name != "errors.md" or len(set(made)) == len(made)
        return made

    @property
    def paragraphs(self) -> list[str]:
        return self._after("paragraph_open")

    @property
    def blocks(self) -> list[str]:
        return [one.content for one in self.tokens if one.type == "fence"]

    @property
    def links(self) -> list[str]:
        return [str(one.attrs["href"]) for one in self._all() if one.type == "link_open"]

    @property
    def tables(self) -> list[list[list[str]]]:
        """The rows of every table, its head first, as texts."""
        found: list[list[list[str]]] = []
        for one, inside in itertools.pairwise(self.tokens):
            if one.type == "table_open":
                found.append([])
            elif one.type == "tr_open":
                found[-1].append([])
            elif one.type in ("th_open", "td_open"):
                found[-1][-1].append(said(inside))
        return found

    def table(self, *head: str) -> list[list[str]]:
        """The rows of the table whose head begins with these words."""
        [found] = [table for table in self.tables if table[0][: len(head)] == [*head]]
        return found[1:]

    @property
    def sections(self) -> dict[str, str]:
        """The paragraphs under each heading, up to the next."""
        found = {"": ""}
        for one, inside in itertools.pairwise(self.tokens):
            if one.type == "heading_open":
                found[said(inside)] = ""
            elif one.type == "paragraph_open":
                found[[*found][-1]] += f"{said(inside)}\n"
        return found

    def _all(self) -> Iterator[Token]:
        for one in self.tokens:
            yield one
            yield from one.children or ()

    def _after(self, kind: str) -> list[str]:
        return [said(inside) for one, inside in itertools.pairwise(self.tokens) if one.type == kind]


def said(inline: Token) -> str:
    """What a reader sees of a line."""
    return "".join(child.content for child in inline.children or ())


def check_links(folder: Path) -> int:
    """Every link of the generated pages leads to a file that is there, and to a heading of it; the number of them."""
    pages = {path: Page(path) for path in folder.rglob("*.md") if marked(path, MARK)}
    found = 0
    for path, page in pages.items():
        for link in page.links:
            if not link.startswith("https://"):
                target, _, anchor = link.partition("#")
                place = (path.parent / target).resolve() if target else path
                assert place.exists(), f"{path} links to {link}"
                assert not anchor or anchor in pages[place].anchors, f"{path} links to {link}"
                found += 1
    return found
