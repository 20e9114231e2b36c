# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""A typed client of okx, generated: OKX account leverage.

The functions are in leverset_okx.api, one module for each operation, with sync, sync_detailed, asyncio
and asyncio_detailed; the models are in leverset_okx.models, and what the exchange says about each
operation (rate limit, known errors, signed headers) is in leverset_okx.operations. Client is the one to
use (AuthenticatedClient sends a token, which no operation here takes); by itself it neither signs nor
limits nor checks: leverset does.

Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage
"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
