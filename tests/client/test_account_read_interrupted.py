"""What ends a call while the account is read says that nothing was sent."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any

import pytest

from leverset import AsyncOkx, Okx
from leverset._format import Note
from tests.caller import CREDENTIALS
from tests.processes import until
from tests.server import Raw, silent

NOTE = "BTC-USDT-SWAP isolated, lever 5, sandbox at 127.0.0.1"
BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}


def only_read(server: Raw, error: BaseException) -> None:
    [note] = error.__notes__
    assert note.startswith(f"leverset: okx POST /api/v5/account/set-leverage, {NOTE}")
    assert note.endswith(" was not applied: nothing was sent")
    assert isinstance(note, Note)
    assert note.outcome == "not_sent"
    assert [one.method for one in server.arrived] == ["GET"]


def kill_when_read(server: Raw) -> None:
    until(lambda: server.arrived)
    os.kill(os.getpid(), signal.SIGUSR1)


def test_a_signal() -> None:
    def raises(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, raises)
    try:
        with Raw(silent) as server, Okx(CREDENTIALS, base_url=server.url, account="read") as okx:
            killer = threading.Thread(target=kill_when_read, args=(server,))
            killer.start()
            with pytest.raises(KeyboardInterrupt) as raised:
                okx.set_leverage_from(BODY)
            killer.join()
            only_read(server, raised.value)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_cancellation() -> None:
    async def main(server: Raw) -> None:
        async with AsyncOkx(CREDENTIALS, base_url=server.url, account="read") as okx:
            task = asyncio.create_task(okx.set_leverage_from(BODY))
            await asyncio.to_thread(until, lambda: server.arrived)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await task
            only_read(server, raised.value)

    with Raw(silent) as server:
        asyncio.run(main(server))
