"""`leverset demo`: run the documents' examples against a sandbox of its own."""

from __future__ import annotations

import typer

from leverset.cli._refusal import fail


def demo() -> None:
    """Run every documented example on a sandbox of its own, and show what a refusal looks like.

    Nothing leaves this machine.

    Example:

    `leverset demo`
    """
    try:
        from leverset.cli._demo import main
    except ModuleNotFoundError as missing:
        fail(
            f"the demo needs {missing.name}, which is not installed",
            fix="pip install 'leverset[sandbox]'",
        )
    raise typer.Exit(main())
