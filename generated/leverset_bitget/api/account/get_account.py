# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.futures_account import FuturesAccount as FuturesAccount
from ...models.get_account_product_type import GetAccountProductType
from ...models.get_account_response import GetAccountResponse
from ...types import UNSET, Response


def _get_kwargs(
    *,
    symbol: str,
    product_type: GetAccountProductType,
    margin_coin: str,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["symbol"] = symbol

    json_product_type: str = product_type
    params["productType"] = json_product_type

    params["marginCoin"] = margin_coin

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/mix/account/account",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetAccountResponse:
    if response.status_code == 200:
        response_200 = GetAccountResponse.from_dict(response.json())

        return response_200

    response_default = GetAccountResponse.from_dict(response.json())

    return response_default


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[GetAccountResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    symbol: str,
    product_type: GetAccountProductType,
    margin_coin: str,
) -> Response[GetAccountResponse]:
    """Get account

     Reads the futures account of one margin coin, as it is for one symbol: its modes, and the leverage
    of the symbol in crossed and in isolated margin.

    Rate limit: 10 requests in 1 s, for each user.

    Document: https://www.bitget.com/api-doc/contract/account/Get-Single-Account

    Args:
        symbol (str):
        product_type (GetAccountProductType):
        margin_coin (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetAccountResponse]
    """

    kwargs = _get_kwargs(
        symbol=symbol,
        product_type=product_type,
        margin_coin=margin_coin,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    symbol: str,
    product_type: GetAccountProductType,
    margin_coin: str,
) -> GetAccountResponse | None:
    """Get account

     Reads the futures account of one margin coin, as it is for one symbol: its modes, and the leverage
    of the symbol in crossed and in isolated margin.

    Rate limit: 10 requests in 1 s, for each user.

    Document: https://www.bitget.com/api-doc/contract/account/Get-Single-Account

    Args:
        symbol (str):
        product_type (GetAccountProductType):
        margin_coin (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetAccountResponse
    """

    return sync_detailed(
        client=client,
        symbol=symbol,
        product_type=product_type,
        margin_coin=margin_coin,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    symbol: str,
    product_type: GetAccountProductType,
    margin_coin: str,
) -> Response[GetAccountResponse]:
    """Get account

     Reads the futures account of one margin coin, as it is for one symbol: its modes, and the leverage
    of the symbol in crossed and in isolated margin.

    Rate limit: 10 requests in 1 s, for each user.

    Document: https://www.bitget.com/api-doc/contract/account/Get-Single-Account

    Args:
        symbol (str):
        product_type (GetAccountProductType):
        margin_coin (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetAccountResponse]
    """

    kwargs = _get_kwargs(
        symbol=symbol,
        product_type=product_type,
        margin_coin=margin_coin,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    symbol: str,
    product_type: GetAccountProductType,
    margin_coin: str,
) -> GetAccountResponse | None:
    """Get account

     Reads the futures account of one margin coin, as it is for one symbol: its modes, and the leverage
    of the symbol in crossed and in isolated margin.

    Rate limit: 10 requests in 1 s, for each user.

    Document: https://www.bitget.com/api-doc/contract/account/Get-Single-Account

    Args:
        symbol (str):
        product_type (GetAccountProductType):
        margin_coin (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetAccountResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            symbol=symbol,
            product_type=product_type,
            margin_coin=margin_coin,
        )
    ).parsed
