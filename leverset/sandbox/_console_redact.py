"""Texts of requests as the console shows them.

The credentials of this sandbox open nothing else, and are shown. Any other that arrives may be somebody's live one,
sent here by mistake: it is not shown, wherever it stands in the request.
"""

import re

from ._registry import EXCHANGES
from ._request_log import Entry
from ._state import State

_SHOWN = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "date"),
        *("host", "locale", "transfer-encoding", "user-agent"),
    )
)
_NAMED = "(?:key|secret|sign|pass|token)"
_MEMBER = re.compile(rf'("[^"\\]{{0,40}}{_NAMED}[^"\\]{{0,40}}"\s{{0,9}}:\s{{0,9}})"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_PARAMETER = re.compile(rf"([?&][^=&]{{0,40}}{_NAMED}[^=&]{{0,40}}=)[^&]*", re.IGNORECASE)
_SHORTEST = 6  # characters: shorter values would be found in texts that have nothing to do with them


class Redactor:
    """Redacts the texts of one request.

    Args:
        state: State of the sandbox, which knows its own keys.
        entry: The request.
    """

    def __init__(self, state: State, entry: Entry) -> None:
        self._headers = []
        self._foreign = []
        for name, value in entry.request.headers:
            shown = value if _is_shown(state, entry, name, value) else f"(redacted, {len(value)} characters)"
            self._headers.append((name, shown))
            if shown is not value and len(value) >= _SHORTEST:
                self._foreign.append(value)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The request's headers: those that are known to be harmless, and the sandbox's own key."""
        return self._headers

    def text(self, text: str) -> str:
        """Return a text without what the headers redact, and without values that are named like credentials."""
        for value in self._foreign:
            text = text.replace(value, "(redacted)")
        text = _MEMBER.sub(r'\1"(redacted)"', text)
        return _PARAMETER.sub(r"\1(redacted)", text)


def _is_shown(state: State, entry: Entry, name: str, value: str) -> bool:
    exchange = EXCHANGES.get(entry.exchange or "")
    if exchange is None or exchange.guide is None:
        return name in _SHOWN
    guide = exchange.guide
    if name == exchange.key_header:
        return value in state.accounts_by_key[exchange.name]
    if name == guide.sign.lower():
        return entry.account is not None
    return name in _SHOWN or name in (guide.timestamp.lower(), guide.demo[0])
