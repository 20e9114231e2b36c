"""The faults that the console has buttons for."""

from typing import Any

from ._exchange import Exchange

_GIVEN_UP = 60  # seconds: longer than clients wait
_BAD_GATEWAY = """\
<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>
"""


def presets(exchange: Exchange) -> list[dict[str, object]]:
    """Return the presets of an exchange as JSON.

    Each has a `name`, a `text`, and the fields of its `fault`. Where it has `seconds`, the field of that name is a
    number of seconds that the user chooses; where it has `value`, `replace` holds a leverage that the user chooses, in
    the fields that `value` names for each path.
    """
    over = exchange.over_limit
    over_limit = {"code": over.code, "msg": over.msg, "status": over.status}
    html = {"content-type": "text/html"}
    unavailable: dict[str, Any] = {
        "status": 503,
        "headers": {"content-type": "text/plain"},
        "body": "Service Unavailable",
    }
    values = exchange.guide.leverage_fields if exchange.guide else {}
    wrong = [_preset("Wrong value reported", "applied; the response names another leverage", value=values)]
    return [
        _preset("Timeout, not applied", "no response for a minute", apply=False, delay_after=_GIVEN_UP),
        _preset("Timeout, applied", "no response for a minute", delay_after=_GIVEN_UP),
        _preset("Connection cut, not applied", "closed without a response", apply=False, close="before"),
        _preset("Connection cut, applied", "closed without a response", close="before"),
        *(wrong if values else []),
        _preset(f"HTTP {over.status}", "the exchange's own refusal", apply=False, exchange_code=over_limit),
        _preset("HTTP 503, not applied", "from a server before the exchange", apply=False, **unavailable),
        _preset("HTTP 503, applied", "from a server before the exchange", **unavailable),
        _preset("HTML page", "HTTP 502, not applied", apply=False, status=502, headers=html, body=_BAD_GATEWAY),
        _preset("Delay", "the response comes late", seconds="delay_after"),
    ]


def _preset(name: str, text: str, *, seconds: str = "", value: object = None, **fault: object) -> dict[str, object]:
    chosen = {**({"seconds": seconds} if seconds else {}), **({"value": value} if value else {})}
    return {"name": name, "text": text, "fault": fault, **chosen}
