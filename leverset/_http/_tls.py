"""TLS between two buffers, so that sync and async wait for the same plain socket."""

from __future__ import annotations

import codecs
import os
import ssl
import threading

import httpx

from leverset._http._messages import failed, unusable

_SIZE = 65536
_HEADER = 5  # bytes of a record, the last two of which are the length of the rest
_contexts: dict[tuple[str | None, str | None], ssl.SSLContext] = {}

# Names of hosts go through this codec, which Python imports when it is first used. A child that is forked in the
# middle of that would wait for its import lock for ever.
codecs.lookup("idna")

# OpenSSL has locks of its own, which hang in a child forever if another thread of the parent is inside OpenSSL when it
# forks. Nothing waits for the network in there, so that a fork can wait until nobody is. Reentrant: signal handlers.
_openssl = threading.RLock()


class Tls:
    """The client's side of one TLS connection.

    Args:
        host: The name or address that the certificate must be for.

    Raises:
        ConnectionFailed: The certificates that the environment names cannot be read.
    """

    def __init__(self, host: str) -> None:
        self.ended = False
        self._record = bytearray()  # what arrived of a record that is not whole
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with _openssl:
            self._object = _context().wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def shake_hands(self) -> bool:
        """Go on with the handshake as far as what was received allows.

        Returns:
            Whether it is done. The last bytes of it, if any, go out with the first request.

        Raises:
            ConnectionFailed: It failed.
        """
        try:
            with _openssl:
                self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise failed(error, "Handshake") from None
        return True

    @property
    def is_within_a_record(self) -> bool:
        """Whether a record was received in part: something that `decrypt` cannot show yet."""
        return len(self._record) > 0

    def receive(self, data: bytes) -> None:
        """Take what arrived; nothing is the end of the connection."""
        if not data:
            self._incoming.write_eof()
            return
        self._incoming.write(data)
        self._record += data
        while len(self._record) >= (size := _HEADER + int.from_bytes(self._record[3:_HEADER], "big")):
            del self._record[:size]

    def decrypt(self) -> bytes:
        """What was received, decrypted. `ended` says whether the server said that nothing follows.

        Raises:
            ConnectionFailed: It is not TLS, or the connection ended without saying so: something may be missing.
        """
        plain = bytearray()
        try:
            with _openssl:
                while piece := self._object.read(_SIZE):
                    plain += piece
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            raise failed(error, "Read") from None
        return bytes(plain)

    def encrypt(self, data: bytes) -> bytes:
        """What to send for `data`, with whatever TLS itself still has to say."""
        with _openssl:
            self._object.write(data)
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """What the handshake has to send."""
        return self._outgoing.read()


def _context() -> ssl.SSLContext:
    key = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    context = _contexts.get(key)
    if context is None:
        try:
            context = httpx.create_ssl_context()
        except OSError as error:
            raise unusable(error, "Handshake") from None
        context.set_alpn_protocols(["http/1.1"])
        _contexts[key] = context
    return context


def _before_fork() -> None:
    _openssl.acquire()


def _after_fork_in_parent() -> None:
    _openssl.release()


def _after_fork_in_child() -> None:
    global _openssl
    _openssl = threading.RLock()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
