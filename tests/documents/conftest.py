"""The spec and the facts of each exchange."""

import pytest

from tests.documents.comparison import EXCHANGES, FACTS, SPECS, Json, load


@pytest.fixture(params=EXCHANGES)
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def facts(exchange: str) -> Json:
    return load(FACTS / f"{exchange}.yaml")


@pytest.fixture
def spec(exchange: str) -> Json:
    return load(SPECS / f"{exchange}.yaml")
