"""TLS between two buffers, so that sync and async wait for the same plain socket."""

from __future__ import annotations

import os
import ssl

import httpx

from leverset._http._messages import failed, unusable

_SIZE = 65536
_HEADER = 5  # bytes of a record, the last two of which are the length of the rest
_contexts: dict[tuple[str | None, str | None], ssl.SSLContext] = {}
_of_the_parent: list[object] = []


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
        self._object = _context().wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def shake_hands(self) -> bool:
        """Go on with the handshake as far as what was received allows.

        Returns:
            Whether it is done. The last bytes of it, if any, go out with the first request.

        Raises:
            ConnectionFailed: It failed.
        """
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            failure = failed(error, "Handshake")
        else:
            return True
        raise failure

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
        failure = None
        try:
            while piece := self._object.read(_SIZE):
                plain += piece
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            failure = failed(error, "Read")
        if failure is not None:
            raise failure
        return bytes(plain)

    def encrypt(self, data: bytes) -> bytes:
        """What to send for `data`, with whatever TLS itself still has to say."""
        self._object.write(data)
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """What the handshake has to send."""
        return self._outgoing.read()


def start_over() -> None:
    """In a child process: leave the parent's contexts alone, in which a thread of the parent may hold a lock."""
    _of_the_parent.append(dict(_contexts))  # kept: freeing one takes its lock as well
    _contexts.clear()


def _context() -> ssl.SSLContext:
    key = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    context = _contexts.get(key)
    if context is None:
        try:
            context = httpx.create_ssl_context()
        except OSError as error:
            failure = unusable(error, "Handshake")
        else:
            context.set_alpn_protocols(["http/1.1"])
            _contexts[key] = context
    if context is None:
        raise failure
    return context
