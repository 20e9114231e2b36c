"""An exchange on this machine: OKX's and Bitget's set-leverage on one loopback port.

Real sockets, real signatures, real limits, no money. Written from the exchanges' own documents alone: it
imports nothing of leverset and reads no spec, so that a contract test is three parties agreeing.

    from leverset.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.api_key, sandbox.secret, sandbox.passphrase)

Documents: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage and
https://www.bitget.com/api-doc/contract/account/Change-Leverage
"""

from typing import TYPE_CHECKING, Any

from ._accounts import Account

if TYPE_CHECKING:
    from ._foreground import serve
    from ._server import Sandbox

__all__ = ["Account", "Sandbox", "serve"]


def __getattr__(name: str) -> Any:
    """Load the server only when it is asked for: starlette and uvicorn are an optional extra."""
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
