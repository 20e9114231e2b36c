"""Limits for tests."""

from __future__ import annotations

from leverset_okx.operations import RateLimit


def rate(requests: int, seconds: float) -> RateLimit:
    return RateLimit(requests=requests, seconds=seconds, scope="user")
