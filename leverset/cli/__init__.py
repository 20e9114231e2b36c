"""The command `leverset`. It needs the extra `cli`; importing this package does not."""

from __future__ import annotations

import sys

_EXTRA = frozenset(("typer", "rich", "click", "yaml", "shellingham"))


def main() -> None:
    """Run the command with the arguments of this process, and exit with its code."""
    try:
        from leverset.cli.app import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"leverset: the command line needs {missing.name}, which is not installed\n"
            "  fix:   pip install 'leverset[cli]'\n"
        )
        sys.exit(2)
    app()
