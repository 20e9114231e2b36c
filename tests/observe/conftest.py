"""Short backoff, one certificate and a sandbox for every test here."""

from tests.fixtures import one_certificate, sandbox, shared_sandbox, short_backoff

__all__ = ["one_certificate", "sandbox", "shared_sandbox", "short_backoff"]
