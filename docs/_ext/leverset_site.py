"""What the site has beyond the pages as they stand in docs/, which a code host shows too: Markdown and nothing else.

- Links out of docs/ lead to the repository's public address, as `[project.urls]` has it.
- `index.md` lists every page under its headings; the contents beside each page are made of these lists. What
  `<!-- site: all of FOLDER -->` names comes before them, as far as it is there and in no list.
- `<!-- site: file NAME -->` stands in a page that is a file of the repository's root.
- `<!-- site: commands -->` becomes the help of every command.
- `<!-- site: api MODULE -->` becomes the docstrings of a module's public names.
"""

from __future__ import annotations

import importlib
import io
import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
COLUMNS = 88
"""What fits beside the contents in a window of 1280 pixels."""
MODULES = ("leverset", "leverset.plan", "leverset.doctor", "leverset.limits", "leverset.credentials", "leverset.errors")
"""Where a name may be documented: on the page of the most special of them that has it."""

ALSO = {"leverset": ("RedisLimiter",), "leverset.limits": ("RateLimit", "RedisLimiter", "SQLiteLimiter")}
"""What is imported from `leverset`, and belongs beside the names of another module."""

# Code first: nothing in it is a link.
_LINK = re.compile(r"^```.*?^```|`[^`\n]+`|(\[[^\]]*\])\((?!\w+:|#)([^)\s]+)\)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^<!-- site: (\w+) ?(.*?) -->$", re.MULTILINE)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def repository() -> str:
    """The public address of the repository."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address: str = project["urls"]["Source"]
    return address


def pages() -> list[str]:
    """The paths of all pages below docs/."""
    found = (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    return sorted(name for name in found if not name.startswith(("_", "examples/")))


def stand_ins() -> dict[str, str]:
    """Files of the repository's root that are pages of the site, each with its page."""
    found = {}
    for name in pages():
        for kind, argument in _MARK.findall((DOCS / name).read_text(encoding="utf-8")):
            if kind == "file":
                found[argument] = name
    return found


def with_links(text: str, folder: str, page: str) -> str:
    """Let links lead to pages, or to the public repository.

    Args:
        text: Markdown.
        folder: Where it stands in the repository, such as `docs`: what its links are relative to.
        page: The page of the site that it becomes, below docs/.

    Returns:
        The text for that page.
    """
    instead = {"README.md": "index.md"} | stand_ins()

    def led(link: re.Match[str]) -> str:
        shown, target = link.groups()
        if shown is None:
            return link.group()
        path, _, anchor = target.partition("#")
        anchor = anchor and f"#{anchor}"
        there = posixpath.normpath(posixpath.join(folder, path))
        there = f"docs/{instead[there]}" if there in instead else there
        if there.startswith("docs/") and (ROOT / there).is_file():
            return f"{shown}({posixpath.relpath(there, posixpath.dirname(f'docs/{page}'))}{anchor})"
        kind = "tree" if (ROOT / there).is_dir() else "blob"
        return f"{shown}({repository()}/{kind}/main/{there}{anchor})"

    return _LINK.sub(led, text)


def contents(index: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The headings of `index.md` with the pages below each, in order, each with its name there (none if it joins)."""
    parts = _HEADING.split(index)
    listed = {target for _, target in _LINK.findall(index)}
    found = []
    for heading, text in zip(parts[1::2], parts[2::2], strict=True):
        below = [(shown[1:-1], target) for shown, target in _LINK.findall(text) if target.endswith(".md")]
        for kind, folder in _MARK.findall(text):
            if kind == "all":
                inside = [name for name in pages() if name.startswith(f"{folder.removeprefix('of ')}/")]
                inside.sort(key=lambda name: (name.count("/"), not name.endswith("/index.md")))
                below[:0] = [("", name) for name in inside if name not in listed]
        found.append((heading, below))
    return found


def _toctrees(index: str) -> str:
    written = ""
    for heading, below in contents(index):
        names = [f"{shown.replace('`', '')} <{name}>" if shown else name for shown, name in below]
        written += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {heading}", "", *names, "```", ""])
    return written


def commands() -> Iterator[str]:
    """The help of the command and of all below it, as sections of Markdown."""
    import typer.main

    from leverset.cli.app import app

    waiting: list[tuple[Any, Any, int]] = [(typer.main.get_command(app), None, 2)]
    while waiting:
        command, above, level = waiting.pop(0)
        context = command.context_class(command, info_name=command.name, parent=above)
        shown = io.StringIO()
        with redirect_stdout(shown), mock.patch.dict("os.environ", COLUMNS=str(COLUMNS)):
            command.get_help(context)
        yield f"{'#' * level} {context.command_path}\n\n```text\n{shown.getvalue().strip()}\n```\n"
        below = [each for each in getattr(command, "commands", {}).values() if not each.hidden]
        waiting[:0] = [(each, context, 3 if above else 2) for each in below]


def _public(module: str) -> list[str]:
    loaded = importlib.import_module(module)
    named = getattr(loaded, "__all__", None)
    if named is not None:
        return [*named, *ALSO.get(module, ())]
    return [name for name, each in vars(loaded).items() if getattr(each, "__module__", "") == module and name[0] != "_"]


def api(module: str) -> Iterator[str]:
    """The public names of a module: each under the name by which it is imported, on one page alone."""
    first = set(_public("leverset"))
    elsewhere = (
        {name for other in MODULES if other != module for name in _public(other)} if module == "leverset" else set()
    )
    names = [name for name in _public(module) if name not in elsewhere]
    for name in sorted(names, key=lambda name: (not name[0].islower(), name)):
        home = "leverset" if name in first else module
        found = getattr(importlib.import_module(home), name)
        yield "\n".join(_directive(f"{home}.{name}", found))


def _directive(name: str, found: Any) -> Iterable[str]:
    if not isinstance(found, type):
        kind = "function" if callable(found) and hasattr(found, "__code__") else "data"
        return [f".. auto{kind}:: {name}", ""]
    if issubclass(found, BaseException):
        members = [] if found.__name__ != "LeversetError" else ["   :members:"]
        return [f".. autoexception:: {name}", *members, "   :show-inheritance:", ""]
    return [f".. autoclass:: {name}", "   :members:", "   :inherited-members: object", ""]


def of_page(text: str, page: str) -> str:
    """The Markdown of a page as the site has it."""

    def marked(mark: re.Match[str]) -> str:
        kind, argument = mark.groups()
        if kind == "commands":
            return "\n".join(commands())
        if kind == "api":
            return "```{eval-rst}\n" + "\n".join(api(argument)) + "\n```"
        return ""

    for kind, argument in _MARK.findall(text):
        if kind == "file":
            return with_links((ROOT / argument).read_text(encoding="utf-8"), "", page)
    more = _toctrees(text) if page == "index.md" else ""
    text = text.replace("```csv\n", "```text\n")  # which Pygments does not know
    return _MARK.sub(marked, with_links(text, posixpath.dirname(f"docs/{page}"), page)) + more


def setup(app: Any) -> dict[str, Any]:
    """Register it with Sphinx."""

    def read(_: Any, name: str, source: list[str]) -> None:
        source[0] = of_page(source[0], f"{name}.md")

    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
