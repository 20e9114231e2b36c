"""Fixtures for tests that send requests: a sandbox that counts no limits, and a short list of trusted certificates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leverset import _retry
from leverset.sandbox import Sandbox

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A key and certificate for localhost, made for these tests and good for nothing else."""


@pytest.fixture(autouse=True)
def one_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust localhost's alone: reading the whole list for every client takes 50 ms."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait ten milliseconds where a client would wait a fifth of a second."""
    monkeypatch.setattr(_retry, "_FIRST_BACKOFF", 0.01)


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.reset(settings=True)
    shared_sandbox.configure(limits=False)
    return shared_sandbox
