"""What a page in the place of a response says of itself: its title or beginning, and a gateway's own reference."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

# Headers in which gateways (Cloudflare, CloudFront, others) name a response, for their own logs.
_REFERENCES = ("cf-ray", "x-amz-cf-id", "x-request-id")
_IN_A_PAGE = re.compile(r"\bRay ID:?\s*(?:<[^>]{0,100}>\s*){0,3}([0-9a-f]{10,40})\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,100}>(.{1,500}?)</title", re.IGNORECASE | re.DOTALL)
_REFUSED = (401, 403, 407, 451)
_FIX = "read the leverage back or try again; look for a proxy, or at the exchange's status page, if it lasts"


def headline(text: str) -> str:
    """Return the title of a page; the whole text where it has none."""
    title = _TITLE.search(text)
    return html.unescape(title[1]) if title else text


def gateway_reference(headers: Mapping[str, str], text: str) -> str:
    """Return the name by which a gateway's operator finds this response; empty where there is none."""
    for name in _REFERENCES:
        if reference := headers.get(name, ""):
            return reference
    found = _IN_A_PAGE.search(text)
    return found[1] if found else ""


def fix(status: int, reference: str) -> str:
    """Return what to do about a response that is none of the exchange's."""
    if status not in _REFUSED:
        return _FIX
    named = f" with the reference {reference}" if reference else ""
    return (
        "look at this machine's address and country, at proxies on the way and at base_url: something before the "
        f"exchange refused the request; ask the exchange's support{named} if it lasts, and read the leverage back"
    )
