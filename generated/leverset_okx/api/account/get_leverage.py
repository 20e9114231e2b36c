# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.get_leverage_mgn_mode import GetLeverageMgnMode
from ...models.get_leverage_response import GetLeverageResponse
from ...models.leverage_entry import LeverageEntry as LeverageEntry
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    mgn_mode: GetLeverageMgnMode,
    inst_id: str | Unset = UNSET,
    ccy: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_mgn_mode: str = mgn_mode
    params["mgnMode"] = json_mgn_mode

    params["instId"] = inst_id

    params["ccy"] = ccy

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v5/account/leverage-info",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetLeverageResponse:
    if response.status_code == 200:
        response_200 = GetLeverageResponse.from_dict(response.json())

        return response_200

    response_default = GetLeverageResponse.from_dict(response.json())

    return response_default


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[GetLeverageResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    mgn_mode: GetLeverageMgnMode,
    inst_id: str | Unset = UNSET,
    ccy: str | Unset = UNSET,
) -> Response[GetLeverageResponse]:
    """Get leverage

     Reads the leverage of instruments, or of margin currencies. In long/short mode a contract has two
    entries, one for each side, in cross margin as well; in net mode it has one.

    Rate limit: 20 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage

    Args:
        mgn_mode (GetLeverageMgnMode):
        inst_id (str | Unset):
        ccy (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetLeverageResponse]
    """

    kwargs = _get_kwargs(
        mgn_mode=mgn_mode,
        inst_id=inst_id,
        ccy=ccy,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    mgn_mode: GetLeverageMgnMode,
    inst_id: str | Unset = UNSET,
    ccy: str | Unset = UNSET,
) -> GetLeverageResponse | None:
    """Get leverage

     Reads the leverage of instruments, or of margin currencies. In long/short mode a contract has two
    entries, one for each side, in cross margin as well; in net mode it has one.

    Rate limit: 20 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage

    Args:
        mgn_mode (GetLeverageMgnMode):
        inst_id (str | Unset):
        ccy (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetLeverageResponse
    """

    return sync_detailed(
        client=client,
        mgn_mode=mgn_mode,
        inst_id=inst_id,
        ccy=ccy,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    mgn_mode: GetLeverageMgnMode,
    inst_id: str | Unset = UNSET,
    ccy: str | Unset = UNSET,
) -> Response[GetLeverageResponse]:
    """Get leverage

     Reads the leverage of instruments, or of margin currencies. In long/short mode a contract has two
    entries, one for each side, in cross margin as well; in net mode it has one.

    Rate limit: 20 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage

    Args:
        mgn_mode (GetLeverageMgnMode):
        inst_id (str | Unset):
        ccy (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetLeverageResponse]
    """

    kwargs = _get_kwargs(
        mgn_mode=mgn_mode,
        inst_id=inst_id,
        ccy=ccy,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    mgn_mode: GetLeverageMgnMode,
    inst_id: str | Unset = UNSET,
    ccy: str | Unset = UNSET,
) -> GetLeverageResponse | None:
    """Get leverage

     Reads the leverage of instruments, or of margin currencies. In long/short mode a contract has two
    entries, one for each side, in cross margin as well; in net mode it has one.

    Rate limit: 20 requests in 2 s, for each user.

    Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage

    Args:
        mgn_mode (GetLeverageMgnMode):
        inst_id (str | Unset):
        ccy (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetLeverageResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            mgn_mode=mgn_mode,
            inst_id=inst_id,
            ccy=ccy,
        )
    ).parsed
