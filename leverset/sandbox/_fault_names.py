"""Faults by their names: what happens on a bad day, without the fields that it takes to make it happen."""

from collections.abc import Callable, Mapping
from typing import Any

from ._bounds import DAY, boolean, number, shown, text
from ._exchange import Exchange
from ._messages import Refused

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_COMMON = ("times", "nth", "path")


def describe_fault(name: str, exchange: Exchange, options: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of `leverset.sandbox._faults.Fault` that make a fault.

    Args:
        name: One of `NAMES`.
        exchange: The exchange on which it happens.
        options: Options of this fault, and `times`, `nth` and `path` of every one.

    Raises:
        ValueError: There is no fault of this name, or an option is not allowed or missing.
    """
    if not isinstance(name, str) or name not in NAMES:
        raise ValueError(f"there is no fault {shown(name)}: one of {list(NAMES)}")
    make, defaults = NAMES[name]
    for option in options:
        if option not in defaults and option not in _COMMON:
            raise ValueError(f"the fault {name} has no option {shown(option)}: one of {[*defaults, *_COMMON]}")
    common = {option: value for option, value in options.items() if option in _COMMON}
    own = {**defaults, **{option: value for option, value in options.items() if option in defaults}}
    for option, value in own.items():
        if value is _NEEDED:
            raise ValueError(f"the fault {name} needs {option}=")
    return {**make(exchange, own), **common}


def _timeout(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    return {"delay_after": DAY, **_applied(options)}


def _disconnect(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    return {"close": "before", **_applied(options)}


def _truncated(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    return {"close": "middle", **_applied(options)}


def _delayed(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    return {"delay_after": number("seconds", options["seconds"], 0, DAY)}


def _server_error(exchange: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    return {**_refusal(exchange, exchange.unavailable, "server_error"), **_applied(options)}


def _html(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    page = {"status": 502, "headers": {"content-type": "text/html"}, "body": _PAGE}
    return {**page, **_applied(options)}


def _rate_limited(exchange: Exchange, _: Mapping[str, Any]) -> dict[str, object]:
    return {**_refusal(exchange, exchange.over_limit, "rate_limited"), "apply": False}


def _clock_skew(exchange: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    """The refusal of an old timestamp; its Date is where the exchange's clock is."""
    return {
        **_refusal(exchange, exchange.expired, "clock_skew"),
        "date_offset": options["seconds"],
        "apply": False,
    }


def _refused(_: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    code = {"code": options["code"], "msg": options["message"], "status": options["status"]}
    return {"exchange_code": code, "apply": False}


def _wrong_value(exchange: Exchange, options: Mapping[str, Any]) -> dict[str, object]:
    if not exchange.lever_fields:
        raise ValueError(f"the sandbox has no fault wrong_value of {exchange.title}")
    lever = text("lever", options["lever"], 100)
    return {"replace": dict.fromkeys(exchange.lever_fields, lever), **_applied(options)}


def _applied(options: Mapping[str, Any]) -> dict[str, object]:
    later = number("applied_after", options.get("applied_after", 0.0), 0, DAY)
    return {"apply": boolean("applied", options["applied"]) or later > 0, "apply_after": later}


def _refusal(exchange: Exchange, refused: Refused | None, name: str) -> dict[str, object]:
    if refused is None:
        raise ValueError(f"the sandbox has no fault {name} of {exchange.title}")
    return {"exchange_code": {"code": refused.code, "msg": refused.msg, "status": refused.status}}


_NEEDED = object()
_LOST = {"applied": False}
_LATE = {"applied": False, "applied_after": 0.0}
_SET = {"applied": True}

NAMES: Mapping[str, tuple[Callable[[Exchange, Mapping[str, Any]], dict[str, object]], Mapping[str, object]]] = {
    "timeout": (_timeout, _LATE),
    "disconnect": (_disconnect, _LATE),
    "truncated": (_truncated, _SET),
    "delayed": (_delayed, {"seconds": _NEEDED}),
    "server_error": (_server_error, _LOST),
    "html": (_html, _LOST),
    "rate_limited": (_rate_limited, {}),
    "clock_skew": (_clock_skew, {"seconds": 31.0}),
    "refused": (_refused, {"code": _NEEDED, "message": "", "status": 200}),
    "wrong_value": (_wrong_value, {"lever": "1", **_SET}),
}
"""What makes each fault, and its options with their defaults. A timeout: no response ever comes; disconnect: the
connection is closed without one; truncated: in the middle of one; delayed: the response comes late; server_error: the
exchange is not able to serve; html: a gateway's page; rate_limited: the refusal of a request over the limit;
clock_skew: that of an old timestamp; refused: a refusal of one's own; wrong_value: a success that reports another
leverage."""
