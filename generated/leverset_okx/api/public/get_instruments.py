# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.get_instruments_inst_type import GetInstrumentsInstType
from ...models.get_instruments_response import GetInstrumentsResponse
from ...models.instrument import Instrument as Instrument
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    inst_type: GetInstrumentsInstType,
    series_id: str | Unset = UNSET,
    inst_family: str | Unset = UNSET,
    inst_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_inst_type: str = inst_type
    params["instType"] = json_inst_type

    params["seriesId"] = series_id

    params["instFamily"] = inst_family

    params["instId"] = inst_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v5/public/instruments",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> GetInstrumentsResponse:
    if response.status_code == 200:
        response_200 = GetInstrumentsResponse.from_dict(response.json())

        return response_200

    response_default = GetInstrumentsResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GetInstrumentsResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    inst_type: GetInstrumentsInstType,
    series_id: str | Unset = UNSET,
    inst_family: str | Unset = UNSET,
    inst_id: str | Unset = UNSET,
) -> Response[GetInstrumentsResponse]:
    """Get instruments

     Reads what there is to trade, with the highest leverage and the state of each instrument.

    Rate limit: 20 requests in 2 s, for each IP address and instType.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments

    Args:
        inst_type (GetInstrumentsInstType):
        series_id (str | Unset):
        inst_family (str | Unset):
        inst_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetInstrumentsResponse]
    """

    kwargs = _get_kwargs(
        inst_type=inst_type,
        series_id=series_id,
        inst_family=inst_family,
        inst_id=inst_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    inst_type: GetInstrumentsInstType,
    series_id: str | Unset = UNSET,
    inst_family: str | Unset = UNSET,
    inst_id: str | Unset = UNSET,
) -> GetInstrumentsResponse | None:
    """Get instruments

     Reads what there is to trade, with the highest leverage and the state of each instrument.

    Rate limit: 20 requests in 2 s, for each IP address and instType.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments

    Args:
        inst_type (GetInstrumentsInstType):
        series_id (str | Unset):
        inst_family (str | Unset):
        inst_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetInstrumentsResponse
    """

    return sync_detailed(
        client=client,
        inst_type=inst_type,
        series_id=series_id,
        inst_family=inst_family,
        inst_id=inst_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    inst_type: GetInstrumentsInstType,
    series_id: str | Unset = UNSET,
    inst_family: str | Unset = UNSET,
    inst_id: str | Unset = UNSET,
) -> Response[GetInstrumentsResponse]:
    """Get instruments

     Reads what there is to trade, with the highest leverage and the state of each instrument.

    Rate limit: 20 requests in 2 s, for each IP address and instType.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments

    Args:
        inst_type (GetInstrumentsInstType):
        series_id (str | Unset):
        inst_family (str | Unset):
        inst_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetInstrumentsResponse]
    """

    kwargs = _get_kwargs(
        inst_type=inst_type,
        series_id=series_id,
        inst_family=inst_family,
        inst_id=inst_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    inst_type: GetInstrumentsInstType,
    series_id: str | Unset = UNSET,
    inst_family: str | Unset = UNSET,
    inst_id: str | Unset = UNSET,
) -> GetInstrumentsResponse | None:
    """Get instruments

     Reads what there is to trade, with the highest leverage and the state of each instrument.

    Rate limit: 20 requests in 2 s, for each IP address and instType.

    Document: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments

    Args:
        inst_type (GetInstrumentsInstType):
        series_id (str | Unset):
        inst_family (str | Unset):
        inst_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetInstrumentsResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            inst_type=inst_type,
            series_id=series_id,
            inst_family=inst_family,
            inst_id=inst_id,
        )
    ).parsed
