# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.account_config import AccountConfig as AccountConfig
from ...models.get_account_config_response import GetAccountConfigResponse
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v5/account/config",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetAccountConfigResponse:
    if response.status_code == 200:
        response_200 = GetAccountConfigResponse.from_dict(response.json())

        return response_200

    response_default = GetAccountConfigResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GetAccountConfigResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[GetAccountConfigResponse]:
    """Get account configuration

     Reads who the account is, its modes, and what the API key may do.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetAccountConfigResponse]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> GetAccountConfigResponse | None:
    """Get account configuration

     Reads who the account is, its modes, and what the API key may do.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetAccountConfigResponse
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[GetAccountConfigResponse]:
    """Get account configuration

     Reads who the account is, its modes, and what the API key may do.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetAccountConfigResponse]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> GetAccountConfigResponse | None:
    """Get account configuration

     Reads who the account is, its modes, and what the API key may do.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetAccountConfigResponse
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
