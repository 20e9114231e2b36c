"""TLS between two buffers, so that sync and async wait for the same plain socket."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import ssl
import threading
from typing import TYPE_CHECKING

import httpx

from leverset import _fork

if TYPE_CHECKING:
    from leverset._http.attempt import Budget
    from leverset._http.connection import Connection

_SIZE = 65536
_HEADER = 5  # bytes of a record, the last two of which are the length of the rest

# The list of certificates that httpx names is a package, which httpx imports when it is first needed. A child that is
# forked in the middle of that would wait for its import lock for ever.
with contextlib.suppress(ModuleNotFoundError):
    importlib.import_module("certifi")

# OpenSSL has locks of its own, which hang in a child forever if another thread of the parent is inside OpenSSL when it
# forks. Nothing waits for the network in there, so that a fork can wait until nobody is. Reentrant: signal handlers.
_openssl = threading.RLock()


class Tls:
    """The client's side of one TLS connection; `outgoing` is what the handshake has to send.

    Args:
        host: The name or address that the certificate must be for.

    Raises:
        OSError: The certificates that the environment names cannot be read.
    """

    def __init__(self, host: str) -> None:
        self.ended = False
        self.outgoing = ssl.MemoryBIO()
        self._incoming = ssl.MemoryBIO()
        self._record = bytearray()  # what arrived of a record that is not whole
        with _openssl:
            context = _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
            # As bytes, or Python would import a codec for it: see above.
            self._object = context.wrap_bio(self._incoming, self.outgoing, server_hostname=host.encode("ascii"))

    @property
    def is_quiet(self) -> bool:
        """Whether neither the end nor a part of a record was received: something that `decrypt` cannot show yet."""
        return not self.ended and not self._record

    def shake_hands(self) -> bool:
        """Go on with the handshake as far as what was received allows.

        Returns:
            Whether it is done. The last bytes of it, if any, go out with the first request.

        Raises:
            ssl.SSLError: It failed.
        """
        with _openssl, contextlib.suppress(ssl.SSLWantReadError):
            self._object.do_handshake()
            return True
        return False

    def receive(self, data: bytes) -> None:
        """Take what arrived; nothing is the end of the connection."""
        self._incoming.write(data)
        if not data:
            self._incoming.write_eof()
        self._record += data
        while len(self._record) >= (size := _HEADER + int.from_bytes(self._record[3:_HEADER], "big")):
            del self._record[:size]

    def decrypt(self) -> bytes:
        """What was received, decrypted. `ended` says whether the server said that nothing follows.

        Raises:
            ssl.SSLError: It is not TLS, or the connection ended without saying so: something may be missing.
        """
        plain = bytearray()
        with _openssl, contextlib.suppress(ssl.SSLWantReadError):
            while piece := self._object.read(_SIZE):
                plain += piece
            self.ended = True
        return bytes(plain)

    async def read(self, connection: Connection, budget: Budget) -> bytes:
        """What the server says next, decrypted.

        Raises:
            OSError: The network or TLS failed; an end that the server did not announce is a failure as well.
        """
        data = b""
        while not data and not self.ended:
            self.receive(await connection.read(budget, "Read"))
            data = self.decrypt()
        return data

    def encrypt(self, data: bytes) -> bytes:
        """What to send for `data`, with whatever TLS itself still has to say."""
        with _openssl:
            self._object.write(data)
        return self.outgoing.read()


@functools.cache
def _context(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context()  # it reads the two from the environment
    context.set_alpn_protocols(["http/1.1"])
    return context


def _anew() -> None:
    global _openssl
    _openssl = threading.RLock()


_fork.register_at_fork(
    before=lambda: _openssl.acquire(), after_in_parent=lambda: _openssl.release(), after_in_child=_anew
)
