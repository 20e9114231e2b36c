"""One request of the code under test, as the sandbox got it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import attrs

_LONGEST = 300  # characters of a body or query in a text


@attrs.frozen
class SandboxRequest:
    """A request that arrived at the sandbox.

    Attributes:
        method: HTTP method.
        path: Path, without the query.
        query: Query, without the question mark.
        body: Fields of a JSON body, else its text.
        status: HTTP status of the response, None where there was none.
        code: The exchange's code in the response, None where there was none.
        refusal: Code and message with which the exchange refused it, "" where it did not. A response that a fault
            made is no refusal.
        applied: It has set the leverage.
        faulty: A fault took effect on it.
    """

    method: str
    path: str
    query: str
    body: Mapping[str, Any] | str
    status: int | None
    code: str | None
    refusal: str
    applied: bool
    faulty: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> SandboxRequest:
        """Read an entry of the sandbox's log of requests."""
        raw = base64.b64decode(entry["body_b64"])
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        refusal = entry["refusal"]
        return cls(
            method=entry["method"],
            path=entry["path"],
            query=entry["query"],
            body=body if isinstance(body, dict) else raw.decode(errors="replace"),
            status=entry["response_status"],
            code=entry["response_code"],
            refusal=f"{refusal['code']}: {refusal['msg']}" if refusal else "",
            applied=entry["applied"],
            faulty=entry["fault_id"] is not None,
        )

    @property
    def refused(self) -> bool:
        """The exchange refused it by its own rules."""
        return self.refusal != ""

    def __str__(self) -> str:
        body = json.dumps(self.body, ensure_ascii=False) if isinstance(self.body, Mapping) else self.body
        target = f"{self.path}?{_short(self.query)}" if self.query else self.path
        sent = " ".join(part for part in (self.method, target, _short(body)) if part)
        if self.refused:
            return f"{sent} -> refused with {self.refusal}{' (with a fault)' if self.faulty else ''}"
        heard = "no response" if self.status is None else f"HTTP {self.status}"
        notes = [f"code {self.code}"] if self.code is not None else []
        notes += [text for text, true in (("applied", self.applied), ("with a fault", self.faulty)) if true]
        return f"{sent} -> {', '.join((heard, *notes))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
