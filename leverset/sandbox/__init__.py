"""Exchanges on this machine: their set-leverage endpoints on one loopback port.

Real sockets, real signatures, real limits, no money. Written from the exchanges' own documents alone: it
imports nothing of leverset and reads no spec, so that spec, client and sandbox check each other.

    from leverset.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.api_key, sandbox.secret, sandbox.passphrase)

Each exchange is a module of this package, named in `_registry.py`.
"""

from typing import TYPE_CHECKING, Any

from ._accounts import Account

if TYPE_CHECKING:
    from ._foreground import serve
    from ._server import Sandbox

__all__ = ["Account", "Sandbox", "serve"]


def __getattr__(name: str) -> Any:
    """Import the server on first use: starlette and uvicorn are an optional extra."""
    if name not in ("Sandbox", "serve"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from ._foreground import serve
        from ._server import Sandbox
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"the sandbox needs {missing.name}, which is not installed: pip install 'leverset[sandbox]'",
            name=missing.name,
        ) from missing
    return {"Sandbox": Sandbox, "serve": serve}[name]
