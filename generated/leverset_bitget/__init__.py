# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""A typed client of bitget, generated: Bitget futures leverage.

The functions are in leverset_bitget.api, one module for each operation, with sync, sync_detailed, asyncio
and asyncio_detailed; the models are in leverset_bitget.models, and what the exchange says about each
operation (rate limit, known errors, signed headers) is in leverset_bitget.operations. Client is the one
to use (AuthenticatedClient sends a token, which no operation here takes); by itself it neither signs nor
limits nor checks: leverset does.

Document: https://www.bitget.com/api-doc/contract/account/Change-Leverage
"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
