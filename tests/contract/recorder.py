"""Checks every request of leverset, and every response of the sandbox, against the spec, in every test.

tests/conftest.py hands these hooks to pytest. They listen at the sandbox's log, where a request is what arrived, byte
for byte, and at the client for requests to any other server, and look at them when the test is over. A request is ours
by its User-Agent; other callers may send what they like. A response is checked unless a scripted fault changed it. A
test that has to send something wrong through a client says so, with its reason; then its requests are not checked, its
responses still are:

    @pytest.mark.off_contract("the exchange's refusal of an unknown side is what is tested")
"""

from __future__ import annotations

import functools
import os
from collections import defaultdict, deque
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.conformance import RoundTrip, request_problems, response_problems
from tests.contract.specs import exchanges

if TYPE_CHECKING:
    from leverset._http._messages import RawRequest
    from leverset.sandbox._request_log import Entry

MARK = "off_contract"
OURS = "leverset"
SHOWN = 5


class Recorder:
    """What arrived since the last look, and which secrets go with which key."""

    def __init__(self) -> None:
        self._arrived: deque[Entry] = deque()
        # Looked at on the spot: a test of memory makes thousands of calls, and nothing of them may be kept.
        self._elsewhere: deque[str] = deque(maxlen=100)
        self._sandboxes: set[str] = set()
        self._keys: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Hear of every request, every account of a sandbox and every client's credentials."""
        # Not at the top: what a conftest imports is not seen by the measuring of coverage, which begins later.
        from leverset._http.attempt import RequestAttempt
        from leverset._http.transport import Transport
        from leverset.sandbox import Sandbox
        from leverset.sandbox._request_log import RequestLog
        from leverset.sandbox._state import State

        add, state, transport = RequestLog.add, State.__init__, Transport.__init__
        sign, enter = RequestAttempt.sign, Sandbox.__enter__
        process = os.getpid()

        @functools.wraps(add)
        def note_arrival(log: RequestLog, *args: Any, **kwargs: Any) -> Entry:
            entry = add(log, *args, **kwargs)
            self._arrived.append(entry)
            return entry

        @functools.wraps(state)
        def note_accounts(self_: State, *args: Any, **kwargs: Any) -> None:
            state(self_, *args, **kwargs)
            for account in self_.accounts:
                self._keys[account.api_key].add((account.secret, account.passphrase))

        # A client with a wrong secret signs rightly with what it was given: the sandbox is who minds.
        @functools.wraps(transport)
        def note_credentials(self_: Transport, settings: Any, credentials: Any, *args: Any, **kwargs: Any) -> None:
            self._keys[credentials.api_key].add((credentials.secret, credentials.passphrase))
            transport(self_, settings, credentials, *args, **kwargs)

        @functools.wraps(enter)
        def note_sandbox(sandbox: Sandbox) -> Sandbox:
            running = enter(sandbox)
            self._sandboxes.add(running.url)
            return running

        # What goes to a server of a test's own, or to a stand-in for the network, is seen where it is made.
        @functools.wraps(sign)
        def note_signed(attempt: RequestAttempt, *args: Any, **kwargs: Any) -> RawRequest:
            request = sign(attempt, *args, **kwargs)
            # Not in a forked child: the validator's own locks may be held there for ever by a thread of the parent.
            if attempt.config.base_url not in self._sandboxes and os.getpid() == process:
                one = self._signed(attempt.config.exchange.name, request)
                found = [f"{one.method} {one.target}, not to a sandbox: {text}" for text in request_problems(one)]
                self._elsewhere.extend(found)
            return request

        patch.setattr(Sandbox, "__enter__", note_sandbox)
        patch.setattr(RequestAttempt, "sign", note_signed)
        patch.setattr(RequestLog, "add", note_arrival)
        patch.setattr(State, "__init__", note_accounts)
        patch.setattr(Transport, "__init__", note_credentials)

    def arrived(self) -> list[tuple[Entry, RoundTrip]]:
        """All that arrived at an exchange with a spec since the last look."""
        found = []
        while self._arrived:
            entry = self._arrived.popleft()
            if entry.exchange in exchanges():
                found.append((entry, self._round_trip(entry)))
        return found

    def problems(self, *, requests: bool) -> list[str]:
        """What is wrong with all that arrived since the last look; `requests` False looks at the responses only."""
        found = [
            f"{one.method} {one.target}, HTTP {one.status}: {problem}"
            for entry, one in self.arrived()
            for problem in self._of(entry, one, requests=requests)
        ]
        found += self._elsewhere if requests else ()
        self._elsewhere.clear()
        return found

    def _of(self, entry: Entry, one: RoundTrip, *, requests: bool) -> Iterator[str]:
        if requests and entry.request.header("user-agent") == OURS:
            yield from request_problems(one)
        if entry.fault_id is None and entry.response_body is not None:
            yield from response_problems(one)

    def _signed(self, exchange: str, request: RawRequest) -> RoundTrip:
        headers = tuple((str(name), str(value)) for name, value in request.headers)
        return RoundTrip(
            exchange=exchange,
            method=request.method,
            target=request.target,
            headers=headers,
            body=request.body,
            keys={value: frozenset(self._keys[value]) for _, value in headers if value in self._keys},
        )

    def _round_trip(self, entry: Entry) -> RoundTrip:
        request = entry.request
        return RoundTrip(
            exchange=str(entry.exchange),
            method=request.method,
            target=request.target,
            headers=tuple(request.headers),
            body=request.body,
            status=entry.response_status,
            response=entry.response_body,
            keys={value: frozenset(self._keys[value]) for _, value in request.headers if value in self._keys},
        )


RECORDER = pytest.StashKey[Recorder]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{MARK}(reason): sends requests that the spec forbids, on purpose")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to listen, for as long as pytest runs."""
    patch = pytest.MonkeyPatch()
    session.config.add_cleanup(patch.undo)
    session.config.stash[RECORDER] = Recorder()
    session.config.stash[RECORDER].listen(patch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Look at what arrived in a test once its fixtures are gone; a problem is an error beside the test's result."""
    yield
    mark = item.get_closest_marker(MARK)
    if mark is not None and not (mark.args and str(mark.args[0]).strip()):
        pytest.fail(f"{MARK} needs a reason", pytrace=False)
    found = item.config.stash[RECORDER].problems(requests=mark is None)
    if found:
        more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        pytest.fail("off the contract:\n" + "\n".join(found[:SHOWN]) + more, pytrace=False)
