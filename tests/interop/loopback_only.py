"""Imported before every driver: a client that calls anything but this machine fails instead."""

import socket
from typing import Any

_connect = socket.socket.connect


def _guarded(self: socket.socket, address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else ""
    if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1"):
        raise AssertionError(f"a call to {host}: these tests stay on this machine")
    _connect(self, address)


def _no_names(host: Any, *args: Any, **kwargs: Any) -> Any:
    if host not in ("127.0.0.1", "::1", b"127.0.0.1", None):
        raise AssertionError(f"{host!r} is looked up: these tests stay on this machine")
    return _lookup(host, *args, **kwargs)


_lookup = socket.getaddrinfo
socket.socket.connect = _guarded  # type: ignore[assignment,method-assign] # a guard, in a process of its own
socket.socket.connect_ex = _guarded  # type: ignore[assignment,method-assign] # likewise
socket.getaddrinfo = _no_names  # likewise
