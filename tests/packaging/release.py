"""Refuses a tag that is not the version: `python tests/packaging/release.py TAG [OWNER/NAME]`, with Python alone.

It looks at pyproject.toml and CHANGELOG.md in the folder that it is started in.
"""

import sys
import tomllib
from pathlib import Path


def problems(tag: str, repository: str | None = None) -> list[str]:
    """What keeps this tag from being published, from the repository that it is in."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    version, source = project["version"], project["urls"]["Source"]
    found = []
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, and the version in pyproject.toml is {version}: tag v{version}, or raise it")
    if f"\n## [{version}] - " not in Path("CHANGELOG.md").read_text(encoding="utf-8"):
        found.append(f"CHANGELOG.md has no heading ## [{version}] - YYYY-MM-DD")
    if repository is not None and source != f"https://github.com/{repository}":
        found.append(f"Source in pyproject.toml is {source}, and this is the repository {repository}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems(*sys.argv[1:])) or 0)
