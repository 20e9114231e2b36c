"""The shared limit when the store fails: away, frozen, restarted, emptied, demoted, out of memory."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import httpx
import pytest
import redis

from leverset import ConfigurationError, Credentials, LimiterUnavailable, Okx, RateLimitTimeout
from leverset.limits import Slot, _redis_store
from leverset.limits._redis_links import LoopLink, ThreadLink
from leverset.limits._redis_store import Store
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import SharedWaiter
from leverset.limits.redis import RedisLimiter
from tests.clock import Clock
from tests.limits.proxy import CUT, Proxy
from tests.limits.rates import rate
from tests.limits.server import RedisServer
from tests.limits.test_redis import KEY, LEASE, LONG, MODES, acquire, release, until

QUICK = rate(5, 0.1)


def fails(call: Callable[[], object]) -> LimiterUnavailable:
    began = time.monotonic()
    with pytest.raises(LimiterUnavailable) as caught:
        call()
    assert time.monotonic() - began < 1.0
    assert caught.value.reference == "leverset/limiter-unavailable"
    return caught.value


@MODES
def test_a_store_that_is_away_ends_a_call_within_a_second(own_server: RedisServer, mode: str) -> None:
    limiter = own_server.limiter()
    slot = acquire(limiter, mode, LONG)
    own_server.stop()
    said = str(fails(lambda: acquire(limiter, mode, LONG, max_wait=None)))
    assert f": the shared limit at {own_server.url}/0 is out of reach (ConnectionError: " in said
    fails(lambda: release(limiter, mode, slot, "responded"))
    own_server.start()


@MODES
def test_a_silent_store_ends_a_call_within_a_second(own_server: RedisServer, mode: str) -> None:
    limiter = own_server.limiter()
    acquire(limiter, mode, LONG)
    own_server.freeze()
    try:
        fails(lambda: acquire(limiter, mode, LONG, max_wait=None))
    finally:
        own_server.thaw()


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of a server that lets nobody in: its queue of new connections is full."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}"


@MODES
def test_a_store_without_connections_ends_a_call_within_a_second(silence: str, mode: str) -> None:
    with RedisLimiter(silence) as limiter:
        fails(lambda: acquire(limiter, mode, LONG, max_wait=None))


def test_all_steps_of_an_awaited_run_have_two_timeouts_together(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connecting, the handshake of the library and the command; the loop looks once more a moment later."""
    bounds: list[float] = []

    def expires(bound: asyncio.Timeout) -> None:
        bounds.append(asyncio.get_running_loop().time() - began)
        expire_next(bound)

    expire_next = _redis_store._expire_next
    monkeypatch.setattr(_redis_store, "_expire_next", expires)
    server.freeze()
    try:
        with RedisLimiter(server.url, timeout=0.1) as limiter:
            began = time.monotonic()
            fails(lambda: acquire(limiter, "async", LONG))
    finally:
        server.thaw()
    assert bounds == [pytest.approx(0.2, abs=0.1)]


def test_the_address_cannot_make_a_call_wait_longer(silence: str) -> None:
    with RedisLimiter(f"{silence}?socket_timeout=60&socket_connect_timeout=60&decode_responses=yes") as limiter:
        fails(lambda: acquire(limiter, "sync", LONG, max_wait=None))
    with pytest.raises(ConfigurationError):
        RedisLimiter(f"{silence}?timeout=60")  # the wait for one of the pool's connections


def test_nothing_is_sent_without_the_store(own_server: RedisServer) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        pytest.fail("it was sent")

    limiter = own_server.limiter()
    own_server.stop()
    credentials = Credentials("key", "secret", "passphrase")
    with Okx(credentials, limiter=limiter, transport=httpx.MockTransport(send)) as okx:
        error = fails(lambda: okx.set_leverage(inst_id="BTC-USDT", lever=5, mgn_mode="isolated"))
    assert error.outcome == "not_sent"


def test_waiting_callers_notice_a_store_that_is_away(own_server: RedisServer) -> None:
    async def main() -> None:
        limiter = own_server.limiter()
        for _ in range(2):
            await limiter.acquire_async(KEY, LONG, lease=LEASE)
        waiting = asyncio.create_task(limiter.acquire_async(KEY, LONG, lease=LEASE))
        await asyncio.to_thread(until, lambda: bool(limiter.stats()[KEY].waiting))
        own_server.stop()
        with pytest.raises(LimiterUnavailable):
            await asyncio.wait_for(waiting, 2)

    asyncio.run(main())


@MODES
@pytest.mark.parametrize(("age", "steps_run", "held"), [(0.19, 2, 0), (0.2, 1, 1), (0.3, 1, 1)])
def test_a_slot_with_a_lost_reply_is_returned_after_a_quick_failure(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, mode: str, age: float, steps_run: int, held: int
) -> None:
    """Within half of a timeout it is a hiccup; beyond it the store is away, and nobody waits for it twice."""
    steps: list[str] = []

    def lost(arguments: Sequence[str]) -> None:
        steps.append(arguments[0])
        if arguments[0] == "acquire":
            raise LimiterUnavailable("lost on its way", reference="leverset/limiter-unavailable")

    def evaluate(self: Store, link: ThreadLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        reply = once(self, link, keys, arguments)
        lost(arguments)
        return reply

    async def evaluate_async(self: Store, link: LoopLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        reply = await once_async(self, link, keys, arguments)
        lost(arguments)
        return reply

    once, once_async = Store._evaluate, Store._evaluate_async
    with server.limiter() as limiter:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "_evaluate", evaluate)
            patch.setattr(Store, "_evaluate_async", evaluate_async)
            patch.setattr(SharedWaiter, "age", age)
            fails(lambda: acquire(limiter, mode, LONG))
        assert steps == ["acquire", "leave"][:steps_run]
        acquire(limiter, mode, LONG)
        assert limiter.stats()[KEY].held == held + 1


@MODES
def test_an_interrupted_waiter_leaves_the_queue_however_old_its_poll(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    class Interrupt(BaseException):
        """Like KeyboardInterrupt, which asyncio takes for itself."""

    def interrupted(_: float) -> None:
        raise Interrupt

    with server.limiter() as limiter:
        for _ in range(2):
            acquire(limiter, mode, LONG)
        with monkeypatch.context() as patch:
            # The names of that module alone: other threads go on.
            for module in (time, asyncio):
                changed = SimpleNamespace(**{**vars(module), "sleep": interrupted})
                patch.setattr(f"leverset.limits._shared.{module.__name__}", changed)
            patch.setattr(SharedWaiter, "age", 60.0)
            with pytest.raises(Interrupt):
                acquire(limiter, mode, LONG, max_wait=10)
        acquire(limiter, mode, rate(3, 1000))
        assert limiter.stats()[KEY].waiting == 0


def quarantine(limiter: RedisLimiter, seconds: float, *, lease: float = LEASE, give: float = 0.5) -> None:
    """Nothing is granted for about so long; a server tells its age in whole seconds."""
    with pytest.raises(RateLimitTimeout) as caught:
        limiter.acquire(KEY, QUICK, lease=lease, max_wait=0)
    assert seconds - give < caught.value.at_least < seconds + 1.1


FULL = LEASE + 0.1 + 0.1  # deadline, loss and window


def test_a_store_in_use_grants_at_once(own_server: RedisServer) -> None:
    for namespace in ("one", "two"):
        own_server.limiter(namespace=namespace).acquire(KEY, QUICK, lease=LEASE, max_wait=0)


@pytest.fixture
def old_server(server: RedisServer) -> Iterator[RedisServer]:
    """A server that has been up for longer than any request here could count."""

    def uptime() -> int:
        with server.client() as client:
            return int(client.info("server")["uptime_in_seconds"])

    until(lambda: uptime() >= 2)
    yield server
    with server.client() as client:
        client.config_resetstat()


def test_first_use_of_a_store_that_has_run_long_grants_at_once(old_server: RedisServer) -> None:
    with old_server.limiter(known=False) as limiter:
        limiter.acquire(KEY, QUICK, lease=0.3, max_wait=0)


def test_first_use_of_a_store_that_just_started_waits(
    own_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "leverset.limits"):
        quarantine(own_server.limiter(known=False), FULL)
        limiter = own_server.limiter(known=False)
        limiter.acquire(KEY, rate(5, 0.05), lease=0.1, max_wait=5)
    assert sum("may have forgotten" in message for message in caplog.messages) == 2


def test_the_uptime_of_a_server_shortens_the_quarantine(own_server: RedisServer) -> None:
    """What it could have forgotten is older than it is, so its age is taken off the wait."""

    def uptime() -> int:
        with own_server.client() as client:
            return int(client.info("server")["uptime_in_seconds"])

    def granted(limiter: RedisLimiter, lease: float) -> bool:
        try:
            return limiter.acquire(KEY, rate(5, 0.1), lease=lease, max_wait=0).waited < 1
        except RateLimitTimeout:
            return False

    while True:
        until(lambda: uptime() >= 2)
        age = uptime()
        with own_server.limiter(known=False) as limiter:
            # With loss and window, half a second more than what it has certainly been up for, and a little less.
            said = granted(limiter, age - 1 + 0.3), granted(limiter, age - 1 - 0.4)
        if uptime() == age:  # else it became a second older meanwhile
            break
    assert said == (False, True)


@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize("same_client", [True, False])
def test_nothing_is_granted_after_a_restart(own_server: RedisServer, saved: bool, same_client: bool) -> None:
    limiter = own_server.limiter(namespace="restart")
    limiter.acquire(KEY, QUICK, lease=LEASE, max_wait=0)
    with own_server.client() as client:
        if saved:
            client.save()
    own_server.restart()
    quarantine(
        limiter if same_client else RedisLimiter(own_server.url, late_delivery_grace=0.1, namespace="restart"), FULL
    )


def test_a_loss_is_logged_once_for_each_key(own_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    limiter = own_server.limiter()
    slot = limiter.acquire(KEY, QUICK, lease=LEASE, max_wait=0)
    own_server.restart()
    with caplog.at_level(logging.WARNING, "leverset.limits"):
        limiter.release(slot, "responded")
        for _ in range(2):
            quarantine(limiter, FULL, give=4.0)
            limiter.pause("another", 0.0)
        with pytest.raises(RateLimitTimeout):
            limiter.acquire("another", QUICK, lease=LEASE, max_wait=0)
    records = [record for record in caplog.records if "may have forgotten" in record.getMessage()]
    assert [vars(record)["limit_key"] for record in records] == [KEY, "another"]
    assert records[0].getMessage().startswith(f"the store may have forgotten slots of {KEY}: none for ")
    assert [FULL - 4 < vars(record)["pause_seconds"] <= FULL for record in records] == [True, True]


def test_a_loss_is_logged_again_only_where_it_lasts_longer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(0.0)
    monkeypatch.setattr("leverset.limits._shared_stats.time", clock)
    records = []
    with RedisLimiter("redis://localhost") as limiter:
        for now, key, quiet in [
            (10, "k", 5),
            (11, "k", 4),
            (14, "k", 1),
            (14, "k", 2),
            (14, "j", 1),
            (14, "k", 3),
            (99, "k", 0),
        ]:
            clock.now = now
            limiter._stats.record(key, Reply(0, "1", 0, 0, 0, 0, 0, 0, quiet * 1_000_000))
            records.append(len(caplog.messages))
    assert records == [1, 1, 1, 1, 2, 3, 3]
    assert [vars(record)["pause_seconds"] for record in caplog.records] == [5.0, 1.0, 3.0]
    assert {record.name for record in caplog.records} == {"leverset.limits"}


def test_slots_restored_from_disk_do_not_outlast_the_quarantine(own_server: RedisServer) -> None:
    limiter = own_server.limiter()
    limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    assert limiter.stats()[KEY].held == 1
    with own_server.client() as client:
        client.save()
    own_server.restart()
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    assert limiter.stats()[KEY].held == 0  # other servers' clocks are in their leases; the quarantine is long enough


@pytest.mark.parametrize("command", ["FLUSHALL", "FLUSHDB", "SWAPDB 0 1"])
def test_nothing_is_granted_after_the_data_was_thrown_away(old_server: RedisServer, command: str) -> None:
    with old_server.limiter(namespace="flush") as limiter:
        limiter.acquire(KEY, QUICK, lease=0.3, max_wait=0)
    with old_server.client() as client:
        client.execute_command(*command.split())
    with old_server.limiter(known=False, namespace="flush") as limiter:
        quarantine(limiter, 0.3 + 0.1 + 0.1, lease=0.3, give=0.2)


def test_a_client_that_knew_the_store_notices_deleted_keys(server: RedisServer) -> None:
    """Where the store itself shows no trace of it: somebody deleted the keys by hand."""
    with server.limiter() as limiter, server.client() as client:
        limiter.acquire(KEY, QUICK, lease=LEASE, max_wait=0)
        client.delete(*client.keys(f"{{{limiter._namespace}}}:*"))
        quarantine(limiter, FULL)


def test_a_key_that_was_evicted_is_noticed(own_server: RedisServer) -> None:
    with own_server.client() as client:
        limiter = own_server.limiter(namespace="evicted")
        limiter.acquire(KEY, QUICK, lease=LEASE, max_wait=0)
        client.config_set("maxmemory-policy", "volatile-random")
        client.config_set("maxmemory", 1)
        until(lambda: len(client.keys("{evicted}:*")) == 1)
        client.config_set("maxmemory", 0)
        quarantine(limiter, FULL)


def test_the_end_of_a_quarantine_is_the_end_of_it(own_server: RedisServer) -> None:
    limiter = own_server.limiter(namespace="end")
    limiter.acquire(KEY, QUICK, lease=0.3, max_wait=0)
    own_server.restart()
    restarted = time.monotonic()
    limiter.acquire(KEY, QUICK, lease=0.3, max_wait=10)
    assert 0.4 < time.monotonic() - restarted < 4
    limiter.acquire(KEY, QUICK, lease=0.3, max_wait=0)


@MODES
def test_a_demoted_server_is_left(own_server: RedisServer, mode: str) -> None:
    with own_server.client() as client:
        limiter = own_server.limiter()
        acquire(limiter, mode, LONG)
        client.replicaof("127.0.0.1", "1")
        assert "read only replica" in str(fails(lambda: acquire(limiter, mode, LONG)))
        client.replicaof("NO", "ONE")
        acquire(limiter, mode, LONG)


@MODES
def test_a_connection_that_died_meanwhile_is_replaced(server: RedisServer, mode: str) -> None:
    def cut(limiter: RedisLimiter) -> None:
        with server.client() as client:
            client.client_kill_filter(_type="normal", skipme=True)

    async def twice(limiter: RedisLimiter) -> None:
        await limiter.acquire_async(KEY, LONG, lease=LEASE)
        cut(limiter)
        await limiter.acquire_async(KEY, LONG, lease=LEASE)

    with server.limiter() as limiter:
        if mode == "async":
            asyncio.run(twice(limiter))
        else:
            acquire(limiter, mode, LONG)
            cut(limiter)
            acquire(limiter, mode, LONG)


@MODES
@pytest.mark.parametrize(
    ("problem", "took", "runs"),
    [
        (redis.ConnectionError("closed"), 0.19, 2),
        (redis.ConnectionError("closed"), 0.2, 1),
        (redis.ReadOnlyError("READONLY You can't write against a read only replica."), 0.19, 2),
        (redis.ReadOnlyError("READONLY You can't write against a read only replica."), 0.2, 1),
        (redis.ResponseError("Error running script: -READONLY You can't write against a read only replica."), 0.19, 2),
        (redis.ResponseError("user_script:1: Write commands against a read only replica"), 0.19, 2),
        (redis.TimeoutError("no reply"), 0.19, 1),
        (redis.OutOfMemoryError("OOM command not allowed"), 0.19, 1),
        (OSError("no route"), 0.19, 1),
        (ValueError("unreadable reply"), 0.19, 1),
    ],
)
def test_only_quick_connection_failures_are_retried(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, mode: str, problem: Exception, took: float, runs: int
) -> None:
    """Half of a timeout of 0.4 s is what counts as quick."""
    clock, times = Clock(0.0), list[float]()

    def fail(*_: object) -> None:
        times.append(clock.now)
        clock.now += took
        raise problem

    async def fail_async(*_: object) -> None:
        fail()

    monkeypatch.setattr("leverset.limits._redis_store.time", clock)
    monkeypatch.setattr(redis.Redis, "evalsha", fail)
    monkeypatch.setattr(redis.asyncio.Redis, "evalsha", fail_async)
    store = Store(server.url, 0.4)
    with pytest.raises(LimiterUnavailable) as caught:
        store.run(["k"], lambda: ["x"]) if mode == "sync" else asyncio.run(store.run_async(["k"], lambda: ["x"]))
    assert len(times) == runs
    assert f"({type(problem).__name__}: {problem})" in str(caught.value)
    assert caught.value.outcome == "not_sent"


def patient(proxy: Proxy, namespace: str) -> RedisLimiter:
    """One to which nothing here is slow, however busy the machine is."""
    return RedisLimiter(proxy.url, timeout=20.0, namespace=namespace)


@MODES
def test_a_run_whose_connection_ends_is_retried_once(server: RedisServer, mode: str) -> None:
    with Proxy(CUT, server.port) as proxy, patient(proxy, server.known()) as limiter:
        acquire(limiter, mode, LONG)
    assert proxy.connections == 2
    with Proxy(CUT, CUT, server.port) as proxy, patient(proxy, server.known()) as limiter:
        # "leave" is run as well: the command may have arrived.
        assert "ConnectionError" in str(fails(lambda: acquire(limiter, mode, LONG)))
    assert proxy.connections == 3


@MODES
def test_a_failover_is_followed_over_a_new_connection(server: RedisServer, own_server: RedisServer, mode: str) -> None:
    """A failover: the connection still leads to what is a replica now, and the address to what was made the master."""
    namespace = server.known()
    own_server.known(namespace)
    with own_server.client() as client:
        client.replicaof("127.0.0.1", "1")
    with Proxy(own_server.port, server.port) as proxy, patient(proxy, namespace) as limiter:
        acquire(limiter, mode, LONG)
        assert proxy.connections == 2


PASSWORD = "a-password-of-tests"


@pytest.fixture
def guarded() -> Iterator[RedisServer]:
    server = RedisServer("--requirepass", PASSWORD)
    server.start()
    yield server
    server.remove()


@MODES
def test_passwords_are_used_and_never_shown(guarded: RedisServer, mode: str) -> None:
    def use(url: str) -> Slot:
        with RedisLimiter(url, late_delivery_grace=0.1) as limiter:
            shown.append(repr(limiter) + str(limiter))
            return acquire(limiter, mode, QUICK, lease=0.1, max_wait=10)

    shown: list[str] = []
    path = guarded.url.removeprefix("unix://")
    use(f"unix://:{PASSWORD}@{path}")
    use(f"unix://{path}?password={PASSWORD}")
    wrong = PASSWORD + "-but-wrong"
    for url in (f"unix://somebody:{wrong}@{path}", f"unix://{path}?password={wrong}"):
        error = fails(lambda url=url: use(url))  # type: ignore[misc] # mypy cannot infer a default's type
        shown += [str(error), repr(error), repr(vars(error)), repr(error.__cause__), repr(error.__context__)]
    assert not [text for text in shown if PASSWORD in text]
    assert f"unix://{path}/0" in shown[0]


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("redis://user:p%40ss@localhost", ["p%40ss", "p@ss"]),
        ("redis://localhost?password=p%40ss", ["p@ss"]),
        ("redis://user:first@localhost?password=second", ["first", "second"]),
    ],
)
def test_no_form_of_the_password_is_quoted(url: str, secrets: list[str]) -> None:
    with RedisLimiter(url) as limiter:
        said = [limiter._store._text(ValueError(f"with {secret}!")) for secret in (*secrets, "nothing")]
    assert said == ["ValueError"] * len(secrets) + ["ValueError: with nothing!"]


def test_an_error_that_quotes_a_password_is_not_repeated() -> None:
    with RedisLimiter(f"rediss://user:{PASSWORD}@example.org:6380/2") as limiter:
        text = limiter._store._text(ValueError(f"unknown command, with args beginning with: {PASSWORD}"))
        assert repr(limiter) == "<RedisLimiter at rediss://example.org:6380/2>"
    assert text == "ValueError"


def test_without_redis_py_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    for module in ("_redis_links", "_redis_store", "redis"):
        monkeypatch.delitem(sys.modules, f"leverset.limits.{module}")
    with pytest.raises(ModuleNotFoundError, match=r"^RedisLimiter needs redis, .* pip install 'leverset\[redis\]'$"):
        importlib.import_module("leverset.limits.redis")
