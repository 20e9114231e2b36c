"""Mutated responses: only leverset's own errors or a correct result come out, whatever is in them."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from typing import Any

import httpx
import pytest

from leverset import LeversetError, ResultMismatch
from tests.caller import ASYNC, CREDENTIALS, EXCHANGES, FORMS, SYNC, Claim, arguments, settings
from tests.stand_ins import NOWHERE
from tests.system.hostile import KNOWN, LEVER, refusal, success

TOKENS = [b"null", b"true", b"NaN", b"-1", b"1e999", b"{}", b"[]", b'"', b'""', b",", b":", b"[" * 2000]
TOKENS += [b"\\u0000", b"\\ud800", b"\xff"]
VALUES: list[Any] = [None, True, 0, -1, 5, 1e308, "", "0", "5", "long", [], {}, [[]], [{}], "\ud800", "\u0665"]
VALUES += ["NaN", "sNaN", "Infinity", "1e999999999", "1e9999999999999999999"]


def mutated(random: random.Random, exchange: str) -> bytes:
    """A right response with some of it changed: bytes, tokens or values."""
    whole = random.choice([success(exchange), refusal(exchange, KNOWN[exchange])])
    if random.random() < 0.4:
        document = json.loads(whole)
        for _ in range(random.randint(1, 3)):
            _change(random, document)
        return json.dumps(document).encode()
    text = bytearray(whole)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(text) + 1)
        match random.randrange(5):
            case 0:
                text[place : place + 1] = bytes([random.randrange(256)])
            case 1:
                del text[place : place + random.randint(1, 20)]
            case 2:
                text[place:place] = random.choice(TOKENS)
            case 3:
                text[place:place] = text[: random.randint(1, 40)]
            case _:
                del text[place:]
    return bytes(text)


def _change(random: random.Random, document: Any) -> None:
    """Another value, another name or one less, somewhere in it."""
    here = document
    while isinstance(here, dict | list) and here:
        key = random.choice(list(here) if isinstance(here, dict) else range(len(here)))
        below = here[key]
        if isinstance(below, dict | list) and below and random.random() < 0.7:
            here = below
            continue
        match random.randrange(3):
            case 0:
                here[key] = copy.deepcopy(random.choice(VALUES))
            case 1 if isinstance(here, dict):
                here[random.choice(["code", "data", "extra", *LEVER.values()])] = here.pop(key)
            case _:
                del here[key]
        return


def check(exchange: str, body: bytes, claim: Claim) -> None:
    """What is claimed against what the standard library reads in the body."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    code = document.get("code") if isinstance(document, dict) else None
    good = code is not True and code is not False and str(code) == ("0" if exchange == "okx" else "00000")
    if claim.outcome == "success":
        assert good, body
        data = claim.result.raw
        if exchange == "okx" or data.get("marginMode") == "isolated":
            reported = data.get(LEVER[exchange])
            assert (
                not (isinstance(reported, str) and reported.isascii() and reported.isdigit()) or int(reported) == 5
            ), body
    elif isinstance(claim.error, ResultMismatch):
        assert good, body
    elif claim.outcome == "refused":
        assert not good, body
        assert str(code) == KNOWN[exchange] or str(code) in claim.error.reference, body  # type: ignore[union-attr] # an error
    else:
        assert claim.outcome == "unknown", body
        assert not good or document is None or claim.kind == "MalformedResponse", body
    if claim.error is not None:
        str(claim.error).encode()


def fuzz(exchange: str, form: str, seed: int, count: int) -> set[str]:
    """So many mutated responses; the kinds of ends that there were."""
    mutations = random.Random(seed)  # noqa: S311 - a seed, so that it can be run again
    bodies = [mutated(mutations, exchange) for _ in range(count)]
    served = iter(bodies)
    transport = httpx.MockTransport(lambda _: httpx.Response(mutations.choice([200, 400, 500]), content=next(served)))
    given = settings(transport=transport)
    asked = arguments(exchange)
    claims: list[Claim] = []

    async def awaited() -> None:
        async with ASYNC[exchange](CREDENTIALS, base_url=NOWHERE, **given) as client:
            for _ in bodies:
                try:
                    claims.append(Claim("success", None, await client.set_leverage(**asked)))
                except LeversetError as error:
                    claims.append(Claim(error.outcome, error))

    if form == "async":
        asyncio.run(awaited())
    else:
        with SYNC[exchange](CREDENTIALS, base_url=NOWHERE, **given) as client:
            for _ in bodies:
                try:
                    claims.append(Claim("success", None, client.set_leverage(**asked)))
                except LeversetError as error:
                    claims.append(Claim(error.outcome, error))
    assert len(claims) == count
    for body, claim in zip(bodies, claims, strict=True):
        check(exchange, body, claim)
    return {claim.kind for claim in claims}


KINDS = {"success", "MalformedResponse", "RequestRefused", "ResultMismatch", "ExchangeError"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_300_mutated_replies(exchange: str, form: str) -> None:
    assert fuzz(exchange, form, seed=5, count=300) >= KINDS - {"ResultMismatch", "ExchangeError"}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_20000_mutated_replies(exchange: str, form: str) -> None:
    """A quarter of them for each exchange and form, another seed for each."""
    seed = EXCHANGES.index(exchange) * 2 + FORMS.index(form)
    assert fuzz(exchange, form, seed=seed, count=5000) == KINDS
