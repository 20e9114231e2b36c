"""One connection of an event loop that watches no sockets (`loop.add_reader`), as Windows' usual one does not."""

from __future__ import annotations

import asyncio
from typing import Any

from leverset._http._messages import Step
from leverset._http._socket import SIZE, Budget, Connection


class ProactorConnection(Connection):
    """One that belongs to the running event loop, which reads and writes for it.

    What arrives while it is idle is seen when it is taken for the next request, as in sync.

    Args:
        family: The address family.

    Raises:
        OSError: There is no such socket to be had.
    """

    def __init__(self, family: int) -> None:
        super().__init__(family)
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()

    async def connect(self, address: Any, budget: Budget, parts: int) -> None:
        """Connect to the first of several addresses that are left, in its share of the time."""
        async with asyncio.timeout(budget.left("Connect", parts)):
            await self._loop.sock_connect(self._socket, address)

    async def write(self, data: bytes, budget: Budget, step: Step) -> None:
        """Send bytes as they are."""
        async with asyncio.timeout(budget.left(step)):
            await self._loop.sock_sendall(self._socket, data)

    async def read(self, budget: Budget, step: Step) -> bytes:
        """Bytes as they arrived; nothing is the end."""
        async with asyncio.timeout(budget.left(step)):
            return await self._loop.sock_recv(self._socket, SIZE)
