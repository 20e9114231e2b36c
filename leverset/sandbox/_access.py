"""Access to the admin endpoints: from this machine only, and not from web pages of others.

A page in the user's browser can send requests to loopback addresses. It cannot choose Host, Origin and
Sec-Fetch-Site, and cannot send a JSON content type to another origin without asking first.
"""

import ipaddress
import re
from collections.abc import Iterable

from ._messages import JSON_TYPE

_HOST = re.compile(r"(?:(?P<name>localhost)|(?P<v4>[0-9.]+)|\[(?P<v6>[0-9a-f:]+)\])(?::[0-9]{1,5})?", re.ASCII)
_WITHOUT_CONTENT = ("GET", "HEAD", "OPTIONS", "DELETE")  # a page's DELETE is announced by a preflight, which fails


class AccessDenied(Exception):
    """A refused admin request: the HTTP status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status, self.reason = status, reason


def check_access(method: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Check where an admin request comes from, and that its body is meant as JSON.

    Args:
        method: HTTP method.
        headers: All headers, names in lower case.

    Raises:
        AccessDenied: With status 403, Host or Origin is not a loopback address, or the page is cross-site; with
            status 415, the content type of a change is not application/json.
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    hosts, origins = values.get("host", []), values.get("origin", [])
    if not hosts or not all(map(is_loopback_host, hosts)):
        raise AccessDenied(403, "Host must be a loopback address: 127.0.0.0/8, [::1] or localhost, with any port")
    if not all(map(is_loopback_origin, origins)):
        raise AccessDenied(403, "Origin must be a loopback address: pages from elsewhere have no access")
    if not origins and "cross-site" in values.get("sec-fetch-site", []):
        raise AccessDenied(403, "Sec-Fetch-Site says cross-site: only pages from a loopback address have access")
    content_type = values.get("content-type", [""])[0]
    if method not in _WITHOUT_CONTENT and content_type.partition(";")[0].strip().lower() != JSON_TYPE:
        raise AccessDenied(415, f"Content-Type must be {JSON_TYPE}")


def check_own_page(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Check that a request comes from the sandbox's own page, or from no page.

    Raises:
        AccessDenied: With status 403, it comes from a page of another origin, a loopback one included.
    """
    values = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    if values.get("origin", own := f"http://{values.get('host')}").lower() != own.lower():
        raise AccessDenied(403, "Origin must be the sandbox's own: pages from elsewhere have no access")
    if values.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise AccessDenied(403, "Sec-Fetch-Site must be same-origin: pages from elsewhere have no access")


def is_loopback_host(host: str) -> bool:
    """Check that a Host is in 127.0.0.0/8, [::1] or localhost, with or without a port."""
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return False
    try:
        return match["name"] is not None or ipaddress.ip_address(match["v4"] or match["v6"]).is_loopback
    except ValueError:  # the right characters, but no address
        return False


def is_loopback_origin(origin: str) -> bool:
    """Check that an Origin is an http or https one of a loopback host."""
    scheme, _, host = origin.lower().partition("://")
    return scheme in ("http", "https") and is_loopback_host(host)
