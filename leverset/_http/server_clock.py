"""The exchange's clock, as a response tells it."""

from __future__ import annotations

import zlib
from datetime import UTC
from email.utils import parsedate_to_datetime

from leverset._http._messages import RawResponse
from leverset._http.response import decode, parse_json

# What a clock may say, in milliseconds since 1970: from 2020 to 2100. Anything else is no clock to sign by.
_CLOCKS = range(1_577_836_800_000, 4_102_444_800_000)


def server_milliseconds(response: RawResponse) -> int | None:
    """The exchange's clock in milliseconds since 1970, from `requestTime` or else the Date header; None if neither."""
    for read in (_request_time, _date):
        try:
            moment = read(response)
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, zlib.error):
            continue
        if moment in _CLOCKS:
            return moment
    return None


def _request_time(response: RawResponse) -> int:
    return int(parse_json(decode(response))["requestTime"])


def _date(response: RawResponse) -> int:
    date = parsedate_to_datetime(response.headers["date"])
    # The header has no fractions of a second: half of one more is off by half a second at most.
    return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000) + 500
