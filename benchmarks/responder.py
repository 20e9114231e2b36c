"""A server that answers every set-leverage request of OKX at once: python -m benchmarks.responder.

It checks nothing and counts nothing, so that what is measured is the client. It prints its address.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, blank, rest = self._received.partition(b"\r\n\r\n")
            length = _length(head)
            if not blank or len(rest) < length:
                return
            body, self._received = rest[:length], rest[length:]
            fields = json.loads(body or b"{}")
            reported = {name: fields.get(name, "") for name in ("instId", "lever", "mgnMode", "posSide")}
            document = json.dumps({"code": "0", "msg": "", "data": [reported]}).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(document), document)
            )


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
