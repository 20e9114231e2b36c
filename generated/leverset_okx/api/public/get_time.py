# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.get_time_response import GetTimeResponse
from ...models.system_time import SystemTime as SystemTime
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v5/public/time",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetTimeResponse:
    if response.status_code == 200:
        response_200 = GetTimeResponse.from_dict(response.json())

        return response_200

    response_default = GetTimeResponse.from_dict(response.json())

    return response_default


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[GetTimeResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[GetTimeResponse]:
    """Get system time

     Reads the exchange's clock.

    Rate limit: 10 requests in 2 s, for each IP address.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetTimeResponse]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> GetTimeResponse | None:
    """Get system time

     Reads the exchange's clock.

    Rate limit: 10 requests in 2 s, for each IP address.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetTimeResponse
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[GetTimeResponse]:
    """Get system time

     Reads the exchange's clock.

    Rate limit: 10 requests in 2 s, for each IP address.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetTimeResponse]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> GetTimeResponse | None:
    """Get system time

     Reads the exchange's clock.

    Rate limit: 10 requests in 2 s, for each IP address.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetTimeResponse
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
