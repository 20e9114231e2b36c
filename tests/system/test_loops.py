"""One async client in several event loops, one after the other and at the same time."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import threading
import time
from typing import Any

import pytest

from leverset import AsyncOkx, Okx
from leverset.sandbox import Sandbox
from tests.caller import arguments, settings
from tests.client.test_close import until
from tests.system.faults import credentials
from tests.system.test_fork import SCHEMES, address


def levers(sandbox: Sandbox) -> list[str]:
    """The leverage of each request, in the order of arrival."""
    return [json.loads(base64.b64decode(str(entry["body_b64"])))["lever"] for entry in sandbox.requests("okx")]


@SCHEMES
def test_several_asyncio_runs_send_one_request_each(sandbox: Sandbox, scheme: str) -> None:
    keys = credentials(sandbox, "okx")
    with address(sandbox, scheme) as url:
        client = AsyncOkx(keys, base_url=url, **settings(retries=2))
        began = time.monotonic()
        for number in range(1, 11):
            result = asyncio.run(client.set_leverage(**arguments("okx", str(number))))
            assert result.lever == number
        assert time.monotonic() - began < 5.0
        asyncio.run(client.aclose())
    assert levers(sandbox) == [str(number) for number in range(1, 11)]


def test_closing_is_clean_in_a_loop_that_never_called(sandbox: Sandbox) -> None:
    """Connections of a closed loop, of one that is idle, and of one that is running in another thread."""
    client = AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings(retries=2))
    stop, ready = threading.Event(), threading.Event()

    async def stay() -> None:
        await client.set_leverage(**arguments("okx", "7"))  # noqa: F821 - it is deleted at the end
        ready.set()
        await asyncio.to_thread(stop.wait, 10)

    asyncio.run(client.set_leverage(**arguments("okx", "5")))
    with asyncio.Runner() as idle:
        idle.run(client.set_leverage(**arguments("okx", "6")))
        thread = threading.Thread(target=lambda: asyncio.run(stay()))
        thread.start()
        assert ready.wait(5)
        asyncio.run(client.aclose())
        stop.set()
        thread.join(5)
    del client
    gc.collect()
    assert sorted(levers(sandbox)) == ["5", "6", "7"]


def test_a_loop_that_ends_within_a_call_leaves_the_client_usable(sandbox: Sandbox) -> None:
    sandbox.fault(delay_after=1.0)
    client = AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings(retries=2))

    async def given_up() -> None:
        task = asyncio.create_task(client.set_leverage(**arguments("okx", "5")))
        await asyncio.to_thread(until, lambda: sandbox.requests("okx"))
        assert not task.done()  # asyncio.run cancels it

    asyncio.run(given_up())
    began = time.monotonic()
    assert asyncio.run(client.set_leverage(**arguments("okx", "6"))).lever == 6
    assert time.monotonic() - began < 0.9, "it waits for nothing of the loop that has ended"
    asyncio.run(client.aclose())
    assert levers(sandbox) == ["5", "6"]


@SCHEMES
def test_two_loops_at_once_share_one_client(sandbox: Sandbox, scheme: str) -> None:
    """Each sets a side of its own, and both the same instrument: 4 x 25 calls, one request each, none lost."""
    keys, wrong = credentials(sandbox, "okx"), []
    sides = ("long", "short")

    async def call(client: AsyncOkx, number: int) -> None:
        body = arguments("okx", str(number)) | {"pos_side": sides[number % 2]}
        result = await client.set_leverage(**body)
        if result.lever != number:
            wrong.append((number, result.lever))

    async def work(client: AsyncOkx, start: int) -> None:
        await asyncio.gather(*(call(client, number) for number in range(start, start + 25)))

    def run(client: AsyncOkx, start: int) -> None:
        asyncio.run(work(client, start))

    with address(sandbox, scheme) as url:
        client = AsyncOkx(keys, base_url=url, **settings(retries=0))
        threads = [threading.Thread(target=run, args=(client, 1 + 25 * number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        asyncio.run(client.aclose())
    assert wrong == []
    assert sorted(levers(sandbox), key=int) == [str(number) for number in range(1, 101)]
    assert client._locks._queues == {}


def test_two_threads_share_one_sync_client(sandbox: Sandbox) -> None:
    wrong: list[Any] = []
    with Okx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings(retries=0)) as client:

        def work(start: int) -> None:
            for number in range(start, start + 25):
                body = arguments("okx", str(number)) | {"pos_side": ("long", "short")[number % 2]}
                if client.set_leverage(**body).lever != number:
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(1 + 25 * number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert wrong == []
    assert sorted(levers(sandbox), key=int) == [str(number) for number in range(1, 101)]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_lock_held_in_a_closed_loop_does_not_block_the_next(sandbox: Sandbox, retries: int) -> None:
    client = AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url, **settings(retries=retries, max_wait=2.0))
    sandbox.fault(delay_after=0.5)
    loop = asyncio.new_event_loop()
    task = loop.create_task(client.set_leverage(**arguments("okx", "5")))
    while not sandbox.requests("okx"):
        loop.run_until_complete(asyncio.sleep(0.005))
    loop.close()  # around the call: nobody cancels it
    task._log_destroy_pending = False  # type: ignore[attr-defined] # that it is lost is what is tested
    began = time.monotonic()
    assert asyncio.run(client.set_leverage(**arguments("okx", "6"))).lever == 6
    assert time.monotonic() - began < 0.4
    asyncio.run(client.aclose())
    del task, loop
    gc.collect()
