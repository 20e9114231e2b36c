"""What a page in the place of a response says of itself: its title or beginning, and a gateway's own reference."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping

from leverset._format import short_repr
from leverset._http._messages import RawResponse

_READ = 16_384
# Headers in which gateways (Cloudflare, CloudFront, others) name a response, for their own logs.
_REFERENCES = ("cf-ray", "x-amz-cf-id", "x-request-id")
# Compiled when they are first needed: few processes ever are sent a page.
_IN_A_PAGE = r"(?i)\bRay ID:?\s*(?:<[^>]{0,100}>\s*){0,3}([0-9a-f]{10,40})\b"
_TITLE = r"(?is)<title[^>]{0,100}>(.{1,500}?)</title"
_REFUSED = (401, 403, 407, 451)
_FIX = "; look for a proxy, or at the exchange's status page, if it lasts"


class Page:
    """A page in the place of a response.

    Args:
        response: The response.
        decode: Returns its body without its content coding.
        excerpt: Makes a text short and takes the secrets out of it.
        reads: Whether the request was to read, so that nothing was to change.

    Attributes:
        reference: A gateway's own name for the response; empty where there is none.
        text: The status, what the page says, and the reference.
        why: How the page begins.
        fix: What to do.
    """

    def __init__(
        self,
        response: RawResponse,
        decode: Callable[[RawResponse], bytes],
        excerpt: Callable[[str], str],
        *,
        reads: bool,
    ) -> None:
        try:
            body = decode(response)
        except (ValueError, zlib.error):
            body = response.body
        page = body[:_READ].decode("utf-8", "replace")
        title, beginning = excerpt(headline(page)), excerpt(page)
        self.reference = excerpt(gateway_reference(response.headers, page))
        quoted = short_repr(title) if title and "\ufffd" not in title else ""
        named = f"reference {self.reference}" if self.reference else ""
        self.text = ", ".join(filter(None, [f"HTTP {response.status}", quoted, named]))
        self.why = f"it begins with {beginning!r}" if beginning else "there is nothing in it"
        self.fix = fix(response.status, self.reference, reads=reads)


def headline(text: str) -> str:
    """Return the title of a page; the whole text where it has none."""
    import html  # few processes need its many names of characters

    title = re.search(_TITLE, text)
    return html.unescape(title[1]) if title else text


def gateway_reference(headers: Mapping[str, str], text: str) -> str:
    """Return the name by which a gateway's operator finds this response; empty where there is none."""
    for name in _REFERENCES:
        if reference := headers.get(name, ""):
            return reference
    found = re.search(_IN_A_PAGE, text)
    return found[1] if found else ""


def fix(status: int, reference: str, *, reads: bool) -> str:
    """Return what to do about a response that is none of the exchange's; `reads` says that nothing was to change."""
    if status not in _REFUSED:
        return ("retry" if reads else "read the leverage back or retry") + _FIX
    named = f" with the reference {reference}" if reference else ""
    return (
        "look at this machine's address and country, at proxies on the way and at base_url: something before the "
        f"exchange refused the request; ask the exchange's support{named} if it lasts"
    ) + ("" if reads else ", and read the leverage back")
