# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.set_leverage_request import SetLeverageRequest
from ...models.set_leverage_response import SetLeverageResponse
from ...models.set_leverage_result import SetLeverageResult as SetLeverageResult
from ...types import Response


def _get_kwargs(
    *,
    body: SetLeverageRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v5/account/set-leverage",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> SetLeverageResponse:
    if response.status_code == 200:
        response_200 = SetLeverageResponse.from_dict(response.json())

        return response_200

    response_default = SetLeverageResponse.from_dict(response.json())

    return response_default


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[SetLeverageResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SetLeverageRequest,
) -> Response[SetLeverageResponse]:
    """Set leverage

     Sets the leverage of a margin pair, of a margin currency, of an underlying (all its contracts, in
    cross margin) or of one contract (in isolated margin; of one side of it where the account is in
    long/short mode). The fields and the account's modes decide which of these a request means.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage

    Args:
        body (SetLeverageRequest): The leverage to set, and the pair, currency, underlying or
            contract.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SetLeverageResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: SetLeverageRequest,
) -> SetLeverageResponse | None:
    """Set leverage

     Sets the leverage of a margin pair, of a margin currency, of an underlying (all its contracts, in
    cross margin) or of one contract (in isolated margin; of one side of it where the account is in
    long/short mode). The fields and the account's modes decide which of these a request means.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage

    Args:
        body (SetLeverageRequest): The leverage to set, and the pair, currency, underlying or
            contract.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SetLeverageResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SetLeverageRequest,
) -> Response[SetLeverageResponse]:
    """Set leverage

     Sets the leverage of a margin pair, of a margin currency, of an underlying (all its contracts, in
    cross margin) or of one contract (in isolated margin; of one side of it where the account is in
    long/short mode). The fields and the account's modes decide which of these a request means.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage

    Args:
        body (SetLeverageRequest): The leverage to set, and the pair, currency, underlying or
            contract.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SetLeverageResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SetLeverageRequest,
) -> SetLeverageResponse | None:
    """Set leverage

     Sets the leverage of a margin pair, of a margin currency, of an underlying (all its contracts, in
    cross margin) or of one contract (in isolated margin; of one side of it where the account is in
    long/short mode). The fields and the account's modes decide which of these a request means.

    Rate limit: 5 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage

    Args:
        body (SetLeverageRequest): The leverage to set, and the pair, currency, underlying or
            contract.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SetLeverageResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
