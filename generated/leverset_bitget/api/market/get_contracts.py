# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.contract import Contract as Contract
from ...models.get_contracts_product_type import GetContractsProductType
from ...models.get_contracts_response import GetContractsResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    product_type: GetContractsProductType,
    symbol: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_product_type: str = product_type
    params["productType"] = json_product_type

    params["symbol"] = symbol

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/mix/market/contracts",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetContractsResponse:
    if response.status_code == 200:
        response_200 = GetContractsResponse.from_dict(response.json())

        return response_200

    response_default = GetContractsResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GetContractsResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    product_type: GetContractsProductType,
    symbol: str | Unset = UNSET,
) -> Response[GetContractsResponse]:
    """Get contracts

     Reads the symbols of a product type, with the lowest and highest leverage and the state of each.

    Rate limit: 20 requests in 1 s, for each IP address.

    Document: https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts

    Args:
        product_type (GetContractsProductType):
        symbol (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetContractsResponse]
    """

    kwargs = _get_kwargs(
        product_type=product_type,
        symbol=symbol,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    product_type: GetContractsProductType,
    symbol: str | Unset = UNSET,
) -> GetContractsResponse | None:
    """Get contracts

     Reads the symbols of a product type, with the lowest and highest leverage and the state of each.

    Rate limit: 20 requests in 1 s, for each IP address.

    Document: https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts

    Args:
        product_type (GetContractsProductType):
        symbol (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetContractsResponse
    """

    return sync_detailed(
        client=client,
        product_type=product_type,
        symbol=symbol,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    product_type: GetContractsProductType,
    symbol: str | Unset = UNSET,
) -> Response[GetContractsResponse]:
    """Get contracts

     Reads the symbols of a product type, with the lowest and highest leverage and the state of each.

    Rate limit: 20 requests in 1 s, for each IP address.

    Document: https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts

    Args:
        product_type (GetContractsProductType):
        symbol (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetContractsResponse]
    """

    kwargs = _get_kwargs(
        product_type=product_type,
        symbol=symbol,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    product_type: GetContractsProductType,
    symbol: str | Unset = UNSET,
) -> GetContractsResponse | None:
    """Get contracts

     Reads the symbols of a product type, with the lowest and highest leverage and the state of each.

    Rate limit: 20 requests in 1 s, for each IP address.

    Document: https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts

    Args:
        product_type (GetContractsProductType):
        symbol (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetContractsResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            product_type=product_type,
            symbol=symbol,
        )
    ).parsed
