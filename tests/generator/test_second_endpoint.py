"""A second endpoint needs YAML and nothing else."""

import asyncio
import importlib
import json
import sys
from types import ModuleType
from typing import get_args, get_type_hints

import httpx
import pytest

from tests.generator.workshop import Workshop, contents

SECOND = """
  /api/price:
    get:
      operationId: get_price
      tags: [market]
      externalDocs:
        url: https://demo.example/docs/price
      security: []
      x-rate-limit: {requests: 3, seconds: 0.5, scope: ip}
      parameters:
        - $ref: "#/components/parameters/Symbol"
        - {in: query, name: instType, schema: {type: string, enum: [SPOT, SWAP]}}
        - {in: header, name: accept-language, schema: {type: string}}
      responses:
        default:
          description: The price.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/OrderResponse"}
components:
  parameters:
    Symbol: {in: query, name: symbol, required: true, schema: {type: string}}
"""


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_second_endpoint_needs_only_yaml(generated: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(generated.output)
    generated.edit("components:\n", SECOND.lstrip("\n"))
    assert generated.run()[0] == 0
    after = contents(generated.output)

    rewritten = {path.removeprefix("leverset_demo/") for path in before if after.get(path) != before[path]}
    assert rewritten == {"operations.py", "models/__init__.py", "openapi.yaml"}
    assert set(after) - set(before) == {
        "leverset_demo/api/market/__init__.py",
        "leverset_demo/api/market/get_price.py",
        "leverset_demo/models/get_price_inst_type.py",
    }
    monkeypatch.syspath_prepend(generated.output)
    for name in [name for name in sys.modules if name.split(".")[0] == "leverset_demo"]:
        monkeypatch.delitem(sys.modules, name)
    operations = load("leverset_demo.operations")
    assert list(operations.EXCHANGE.operations) == [("POST", "/api/order"), ("GET", "/api/price")]
    price = operations.GET_PRICE
    assert (price.signed, price.idempotent, price.rate_limit.seconds, price.rate_limit.scope) == (
        False,
        True,
        0.5,
        "ip",
    )
    assert price.errors["7"].name == "Margin"
    hints = get_type_hints(load(price.module).sync)
    assert [(field.argument, field.location, field.required) for field in price.fields] == [
        ("symbol", "query", True),
        ("inst_type", "query", False),
    ]
    assert set(price.fields[1].values) == set(get_args(get_args(hints["inst_type"])[0]))

    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"code": "0", "data": [{"id": 5}]})

    transport = httpx.MockTransport(respond)
    client = load("leverset_demo").Client(operations.EXCHANGE.servers["global"], httpx_args={"transport": transport})
    response = load(price.module).sync(client=client, symbol="BTC-USDT", inst_type="SWAP", accept_language="en")
    body = load("leverset_demo.models").OrderRequest(size="1", side="buy")
    order = asyncio.run(load(operations.PLACE_ORDER.module).asyncio(client=client, body=body))
    assert [(request.method, str(request.url)) for request in seen] == [
        ("GET", "https://demo.example/api/price?symbol=BTC-USDT&instType=SWAP"),
        ("POST", "https://demo.example/api/order"),
    ]
    assert seen[0].headers["accept-language"] == "en"
    assert json.loads(seen[1].content) == {"size": "1", "side": "buy"}
    assert response.data[0].id == order.data[0].id == 5

    for module in [name for name in sys.modules if name.split(".")[0] == "leverset_demo"]:
        del sys.modules[module]
