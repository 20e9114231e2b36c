"""A page in the place of a response: its status, title and reference, in every way out."""

from __future__ import annotations

import gzip

import pytest
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE

from leverset import MalformedResponse
from leverset._http._messages import RawResponse
from leverset._http.pages import fix, gateway_reference, headline
from leverset._http.response import ResponseParser
from tests.caller import CREDENTIALS

PARSER = ResponseParser(exchange=EXCHANGE, operation=SET_LEVERAGE, credentials=CREDENTIALS)
CLOUDFLARE = """<!DOCTYPE html>
<html class="no-js" lang="en-US"><head>
<title>Attention Required! &#124;
 Cloudflare</title></head>
<body>Sorry, you have been blocked. Cloudflare Ray ID: <strong class="font-semibold">8f1c2d3e4a5b6c7d</strong></body>
"""


def page(body: bytes, status: int = 403, headers: dict[str, str] | None = None) -> MalformedResponse:
    with pytest.raises(MalformedResponse) as caught:
        PARSER.parse(RawResponse(status=status, headers=headers or {}, body=body))
    return caught.value


def test_a_gateways_page_has_status_title_reference_and_fix() -> None:
    error = page(CLOUDFLARE.encode(), headers={"cf-ray": "8f1c2d3e4a5b6c7d-FRA"})
    assert error.summary.endswith('; HTTP 403, "Attention Required! | Cloudflare", reference 8f1c2d3e4a5b6c7d-FRA')
    assert error.summary.startswith("the response is outside the contract: no JSON (")
    assert (error.http_status, error.gateway_reference) == (403, "8f1c2d3e4a5b6c7d-FRA")
    assert error.outcome == "unknown"
    assert "something before the exchange refused the request" in error.fix
    assert "reference 8f1c2d3e4a5b6c7d-FRA" in error.fix
    assert error.why.startswith("it begins with '<!DOCTYPE html>")


def test_the_reference_is_found_in_the_page_where_no_header_has_it() -> None:
    assert page(CLOUDFLARE.encode()).gateway_reference == "8f1c2d3e4a5b6c7d"
    assert page(b"error code: 1020", headers={"x-amz-cf-id": "abc=="}).gateway_reference == "abc=="


def test_a_page_without_a_reference_names_none() -> None:
    error = page(b"error code: 1020")
    assert error.summary.endswith('; HTTP 403, "error code: 1020"')
    assert error.gateway_reference == ""
    assert "with the reference" not in error.fix


def test_a_packed_page_is_unpacked_for_its_title() -> None:
    error = page(gzip.compress(CLOUDFLARE.encode()), 503, {"content-encoding": "gzip"})
    assert error.summary.endswith('HTTP 503, "Attention Required! | Cloudflare", reference 8f1c2d3e4a5b6c7d')


@pytest.mark.parametrize("body", [b"", b" \n", b"\xff\xfe\x00\x01", b"caf\xe9 is closed"])
def test_what_is_no_text_is_not_quoted_in_the_summary(body: bytes) -> None:
    assert page(body, 502).summary.endswith("; HTTP 502")


def test_a_secret_in_a_page_is_hidden() -> None:
    key = CREDENTIALS.api_key
    error = page(f"<title>no {key}</title>".encode(), headers={"cf-ray": f"ray {key}"})
    assert error.summary.endswith('"no [hidden]", reference ray [hidden]')
    assert key not in f"{error} {vars(error)}"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<TITLE lang='en'>a\n b</TITLE>", "a\n b"),
        ("<title></title>x", "<title></title>x"),
        ("no page", "no page"),
        ("<title>never closed", "<title>never closed"),
    ],
)
def test_a_headline_is_the_title_or_all_of_it(text: str, title: str) -> None:
    assert headline(text) == title


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Ray ID: 8f1c2d3e4a5b6c7d", "8f1c2d3e4a5b6c7d"),
        ("ray id <b>8F1C2D3E4A5B6C7D</b>", "8F1C2D3E4A5B6C7D"),
        ("Ray ID: none", ""),
        ("X-ray idle", ""),
    ],
)
def test_a_ray_id_is_read_from_a_page(text: str, reference: str) -> None:
    assert gateway_reference({}, text) == reference
    assert gateway_reference({"cf-ray": ""}, text) == reference


@pytest.mark.parametrize("name", ["cf-ray", "x-amz-cf-id", "x-request-id"])
def test_a_gateways_header_is_its_reference(name: str) -> None:
    assert gateway_reference({name: "abc"}, "Ray ID: 8f1c2d3e4a5b6c7d") == "abc"


def test_no_more_than_16384_bytes_of_a_page_are_looked_at() -> None:
    named = "Ray ID: 8f1c2d3e4a"
    assert page(named.rjust(16_384).encode()).gateway_reference == "8f1c2d3e4a"
    assert page(named.rjust(16_385).encode()).gateway_reference == ""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"error code: 1020", "it begins with 'error code: 1020'"),
        (b"x" * 120, f"it begins with '{'x' * 120}'"),
        (b"x" * 121, f"it begins with '{'x' * 120}'"),
        (b"", "there is nothing in it"),
    ],
)
def test_the_reason_is_how_the_page_begins(body: bytes, why: str) -> None:
    assert page(body).why == why


AGAIN = "; look for a proxy, or at the exchange's status page, if it lasts"
BEFORE = (
    "look at this machine's address and country, at proxies on the way and at base_url: something before the "
    "exchange refused the request; ask the exchange's support"
)


@pytest.mark.parametrize("status", [200, 400, 402, 404, 408, 452, 502])
def test_after_a_page_of_nobody_who_refuses_the_request_is_retried(status: int) -> None:
    for reference in ("", "abc"):
        assert fix(status, reference, reads=False) == f"read the leverage back or retry{AGAIN}"
        assert fix(status, reference, reads=True) == f"retry{AGAIN}"


@pytest.mark.parametrize("status", [401, 403, 407, 451])
def test_a_refusal_on_the_way_is_looked_for_there(status: int) -> None:
    for reads, back in ((False, ", and read the leverage back"), (True, "")):
        assert fix(status, "", reads=reads) == f"{BEFORE} if it lasts{back}"
        assert fix(status, "abc", reads=reads) == f"{BEFORE} with the reference abc if it lasts{back}"
