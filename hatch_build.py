"""Makes the README readable on a package index, where its links have nothing to lead to and there is no clone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# Code first: nothing in it is a link.
_LINK = re.compile(r"^```.*?^```|`[^`\n]+`|(!?)(\[[^\]]*\])\((?!\w+:)([^)\s]+)\)", re.MULTILINE | re.DOTALL)


def for_an_index(readme: str, repository: str, tag: str) -> str:
    """Let links and pictures of the README lead to the tag of the release, and install by name.

    Args:
        readme: The text, in Markdown.
        repository: The public address of the repository, as in `[project.urls]`.
        tag: The tag of the release.

    Returns:
        The text for the index.
    """

    def absolute(link: re.Match[str]) -> str:
        picture, text, target = link.groups()
        if text is None:
            return link.group()
        path = f"README.md{target}" if target.startswith("#") else target
        return f"{picture}{text}({repository}/{'raw' if picture else 'blob'}/{tag}/{path})"

    return re.sub(r"(\$ pip install '?)\.(?=[\[ ])", r"\1leverset", _LINK.sub(absolute, readme))


class ReadmeHook(MetadataHookInterface):
    """Fills in `readme`, which pyproject.toml says is dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the long description of the project."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = for_an_index(readme, metadata["urls"]["Source"], f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
