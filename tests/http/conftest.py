"""What the tests of connections share: a short list of trusted certificates."""

import pytest

from tests.outcomes.conftest import CERTIFICATE


@pytest.fixture(autouse=True)
def _one_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
