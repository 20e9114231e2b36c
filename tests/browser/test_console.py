"""The sandbox's console, from opening it to a leverage set by a script, shown without loading the page again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from leverset import Bitget, Credentials, Okx
from leverset.errors import LeversetError
from leverset.sandbox import Account, Sandbox
from leverset.sandbox._clock import Clock
from tests.browser.browser import ENTER, ESCAPE, SPACE, TAB, Browser

SCREENSHOTS = Path(__file__).with_name("screenshots")
OKX_PATH = "/api/v5/account/set-leverage"
SWAP = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
CLIENT = httpx.Client(trust_env=False, verify=False)  # noqa: S501 - speaks no TLS, and need not read certificates
DEFAULT = ".account:first-child"
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


class SteppingClock(Clock):
    """The limits' clock, which moves by assignment alone: a busy machine fills a window like any other."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def sandbox(clock: SteppingClock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox) -> Browser:
    browser.open(f"{sandbox.url}/")
    browser.wait_for("#connection", "Live")
    browser.script("window.opened = 'once'")
    return browser


def okx(sandbox: Sandbox, **arguments: Any) -> Okx:
    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
    return Okx(credentials, base_url=sandbox.url, **arguments)


def send(
    sandbox: Sandbox,
    body: object,
    *,
    account: Account | None = None,
    signed: str | None = None,
    query: str = "",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Send a request to OKX that no client of ours would; `signed` is signed in place of the body."""
    who = account or sandbox.account("okx")
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raw = body if isinstance(body, str) else json.dumps(body)
    message = f"{timestamp}POST{OKX_PATH}{query}{raw if signed is None else signed}"
    sign = base64.b64encode(hmac.new(who.secret.encode(), message.encode(), hashlib.sha256).digest()).decode()
    usual = {
        "OK-ACCESS-KEY": who.api_key,
        "OK-ACCESS-SIGN": sign,
        "OK-ACCESS-TIMESTAMP": timestamp,
        "OK-ACCESS-PASSPHRASE": who.passphrase,
        "Content-Type": "application/json",
    }
    return CLIENT.post(sandbox.url + OKX_PATH + query, content=raw, headers={**usual, **(headers or {})})


def first(page: Browser) -> str:
    return page.text("#request-list > li:first-child")


def open_first(page: Browser) -> str:
    """Open the details of the newest request, and return what is in them."""
    page.find("#request-list > li:first-child summary").click()
    page.wait(lambda: page.all("#request-list > li:first-child .more pre, #request-list > li:first-child .more dl"))
    return page.text("#request-list > li:first-child .more")


def button(page: Browser, text: str) -> Any:
    return next(one for one in page.all("button") if one.text.startswith(text))


def test_from_opening_to_a_leverage_set_by_a_script(page: Browser, sandbox: Sandbox) -> None:
    assert "No request yet" in page.text("#requests")
    script = page.script(
        "return [...document.querySelectorAll(arguments[0])].find((one) => one.ariaLabel === 'Python').textContent",
        f"{DEFAULT} pre",
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "5\n"
    page.wait_for(f"{DEFAULT} .leverages", "5×")
    assert "isolated BTC-USDT-SWAP long" in page.text(f"{DEFAULT} .leverages")
    page.wait_for("#request-list", "applied")
    shown = first(page)
    for text in ("#1", "200 code 0", "OKX single_currency/long_short_mode", "POST set-leverage", "lever 5"):
        assert text in shown
    with okx(sandbox) as client:
        client.set_leverage_from({**SWAP, "lever": "9"})
    page.wait_for(f"{DEFAULT} .leverages", "9× was 5×")
    assert page.script("return window.opened") == "once", "the page was not loaded again"
    assert '"lever":"9"' in open_first(page)
    assert page.log() == []


def test_a_fault_by_button_is_seen_by_the_client(page: Browser, sandbox: Sandbox) -> None:
    times = page.find("#fault-times")
    times.clear()
    times.send_keys("2")
    button(page, "Wrong value reported").click()
    page.wait_for("#fault-list", "0 of 2")
    assert "Wrong value reported" in page.text("#fault-result")
    with okx(sandbox, read_back="never") as client:
        with pytest.raises(LeversetError) as refused:
            client.set_leverage_from(SWAP)
        assert refused.value.outcome == "differs"
        page.wait_for("#fault-list", "1 of 2")
        with pytest.raises(LeversetError):
            client.set_leverage_from(SWAP)
        page.wait_for("#fault-list", "used up")
        assert client.set_leverage_from(SWAP).lever == 5
    page.find("#clear-faults").click()
    page.wait(lambda: page.text("#fault-list") == "")
    assert sandbox.faults() == []


def test_faults_of_the_other_exchange(page: Browser, sandbox: Sandbox) -> None:
    page.script(
        "const select = document.getElementById('fault-exchange'); select.value = 'bitget';"
        "select.dispatchEvent(new Event('change'))"
    )
    button(page, "Timeout, applied").click()
    page.wait_for("#fault-list", "0 of 1")
    who = sandbox.account("bitget")
    with Bitget(
        Credentials(who.api_key, who.secret, who.passphrase), base_url=sandbox.url, timeout=1.0, retries=0
    ) as client:
        body = {
            "symbol": "BTCUSDT",
            "productType": "USDT-FUTURES",
            "marginCoin": "USDT",
            "leverage": "7",
            "holdSide": "long",
        }
        assert client.set_leverage_from(body).confirmed == "read_back"
    page.wait_for("#request-list", "fault 1")
    assert "HTTP 429" in page.text("#fault-buttons")


def test_why_a_request_was_refused(page: Browser, sandbox: Sandbox) -> None:
    send(sandbox, {**SWAP, "posSide": "net"})
    page.wait_for("#request-list", "the account is in long_short_mode: posSide is long or short")
    send(sandbox, SWAP, signed=json.dumps(SWAP, separators=(",", ":")))
    page.wait_for("#request-list", "#2")
    details = open_first(page)
    assert "The body was signed without blanks, and sent otherwise." in details
    assert page.script("return [...document.querySelectorAll('ins')].map((one) => one.textContent)") == [" "] * 7
    assert sandbox.secret not in details


def test_the_limit_is_drawn_and_says_who_filled_it(page: Browser, sandbox: Sandbox, clock: SteppingClock) -> None:
    for _ in range(6):
        clock.now += 0.3
        send(sandbox, SWAP)
    page.wait_for("#request-list", "5 requests per 2 s are used up")
    page.wait(lambda: len(page.all(".lane circle")) == 5 and len(page.all(".lane .over")) == 1)
    assert "single_currency/long_short_mode set-leverage: 5 per 2 s" in page.text(".lane h3")
    assert "over the limit" in str(page.find(".lane svg").get_attribute("aria-label"))
    assert "The window was filled by #1 #2 #3 #4 #5" in open_first(page)
    sandbox.configure(window="fixed", phase=0)
    send(sandbox, SWAP)
    page.wait_for("#lanes", "fixed")
    page.wait(lambda: page.all(".lane .edge"))
    sandbox.configure(window="token_bucket")
    send(sandbox, SWAP)
    page.wait_for("#lanes", "token bucket")
    page.wait(lambda: page.all(".lane .fill"))


def test_hostile_texts_are_texts(page: Browser, sandbox: Sandbox) -> None:
    sandbox.configure(limits=False)
    send(sandbox, {**SWAP, "instId": HOSTILE})
    send(sandbox, {HOSTILE: HOSTILE})
    send(sandbox, HOSTILE, query=f"?{HOSTILE.replace(' ', '+')}=1")
    send(sandbox, SWAP, headers={"User-Agent": HOSTILE, "OK-ACCESS-KEY": HOSTILE, "X-Odd": HOSTILE})
    send(sandbox, SWAP, signed=HOSTILE)
    with httpx.Client(trust_env=False) as client:
        client.get(f"{sandbox.url}/{HOSTILE}")
    sandbox.fault(status=500, body=HOSTILE, headers={"x-odd": HOSTILE}, path="/nowhere")
    sandbox.fault(body=HOSTILE, headers={"x-odd": HOSTILE})
    send(sandbox, SWAP)
    page.wait_for("#request-list", "#7")
    for summary in page.all("#request-list summary"):
        page.script("arguments[0].click()", summary)
    page.wait(lambda: len(page.all("#request-list .more dl")) >= 14)
    shown = page.text("#requests")
    assert shown.count("<script>window.hacked = 1</script>") >= 6, "it is there to be read"
    assert "<script>" in page.text("#faults")
    assert page.script("return [window.hacked, document.scripts.length, document.images.length]") == [None, 1, 0]
    assert page.log() == [], "not even an attempt that the policy had to stop"


def test_the_policy_would_stop_a_script(page: Browser) -> None:
    assert (
        page.script("try { document.body.innerHTML = '<p>'; return 'set' } catch (error) { return error.name }")
        == "TypeError"
    )
    page.script(
        "const one = document.createElement('script'); one.append('window.hacked = 1');"
        "try { document.body.append(one) } catch {}"
    )
    assert page.script("return window.hacked") is None
    page.log()


def test_keyboard_alone(page: Browser, sandbox: Sandbox) -> None:
    page.press(TAB)
    page.tab_to(".skip")
    page.press(ENTER)
    page.wait(lambda: page.script("return document.activeElement.id") == "requests")
    page.tab_to("#only-refused")
    page.press(SPACE)
    assert page.script("return document.getElementById('request-list').className") == "refusals"
    page.press(SPACE)
    page.tab_to("#fault-buttons button")
    page.press(ENTER)
    page.wait_for("#fault-list", "0 of 1")
    page.tab_to("#clear-faults")
    page.press(ENTER)
    page.wait(lambda: page.text("#fault-list") == "")
    assert page.script("return document.activeElement.id") == "fault-exchange", "the button is gone, the focus is not"
    page.tab_to("#writer-fields input[name=lever]")
    page.press("8")  # what was in it is selected by the tab key, and replaced
    page.tab_to("#writer-form button")
    page.press(ENTER)
    page.wait_for(f"{DEFAULT} .leverages", "8×")
    page.tab_to("#clock-form button")
    page.press(SPACE)
    page.wait_for("#clock-state", "60 s ahead")
    page.tab_to("#clock-right")
    page.press(ENTER)
    page.wait_for("#clock-state", "It is right")
    send(sandbox, {**SWAP, "lever": "x"})
    page.wait_for("#request-list", "#1")
    page.script("document.activeElement.blur(); document.querySelector('#only-refused').focus()")
    page.tab_to("#request-list summary")
    page.press(ENTER)
    page.wait_for("#request-list .more", "Why it was refused")
    page.script("document.querySelector('.skip').focus()")
    page.tab_to("#reset")
    page.press(ENTER)
    assert page.script("return document.getElementById('reset-dialog').open")
    page.press(ESCAPE)
    page.wait(lambda: page.script("return document.activeElement.id") == "reset")
    assert len(sandbox.requests()) == 1, "nothing is reset"
    page.press(ENTER)
    page.tab_to("#reset-now")
    page.press(ENTER)
    page.wait_for("#reset-result", "All is at its start.")
    page.wait(lambda: page.all("#request-list > li") == [])
    assert sandbox.faults() == []


def test_the_reset(page: Browser, sandbox: Sandbox) -> None:
    sandbox.configure(lenient=True)
    send(sandbox, SWAP)
    page.wait_for(f"{DEFAULT} .leverages", "5×")
    page.wait_for("#settings", "lenient")
    page.find("#reset").click()
    page.find("#reset-settings").click()
    page.find("#reset-now").click()
    page.wait(lambda: page.text(f"{DEFAULT} .leverages") == "" and page.all("#request-list > li") == [])
    page.wait_for("#settings", "strict")
    assert (sandbox.requests(), sandbox.leverage("okx")) == ([], [])
    send(sandbox, SWAP)
    page.wait_for("#request-list", "#1")


def test_the_second_writer_and_its_refusal(page: Browser, sandbox: Sandbox) -> None:
    lever = page.find("#writer-fields input[name=lever]")
    lever.clear()
    lever.send_keys("126")
    button(page, "Set it").click()
    page.wait_for("#writer-result", "OKX refuses it with 59102")
    lever.clear()
    lever.send_keys("11")
    button(page, "Set it").click()
    page.wait_for("#writer-result", "Set: lever 11")
    assert sandbox.leverage("okx")[0]["lever"] == "11"
    assert sandbox.requests() == []


def test_the_clock_that_is_off(page: Browser, sandbox: Sandbox) -> None:
    button(page, "Set the clock off").click()
    page.wait_for("#clock-state", "It is 60 s ahead.")
    assert send(sandbox, SWAP).json()["code"] == "50102"
    page.wait_for("#request-list", "s behind the sandbox's clock; 30 s are allowed")


def test_accounts_come_and_go(page: Browser, sandbox: Sandbox) -> None:
    before = len(page.all(".account"))
    account = sandbox.open_account("okx", position_mode="net_mode")
    page.wait(lambda: len(page.all(".account")) == before + 1)
    assert account.name in page.text("#account-list")
    sandbox.close_account(account)
    page.wait(lambda: len(page.all(".account")) == before)


def test_pause_and_going_on(page: Browser, sandbox: Sandbox) -> None:
    page.find("#pause").click()
    page.wait_for("#connection", "Paused")
    send(sandbox, SWAP)
    assert page.all("#request-list > li") == []
    page.find("#pause").click()
    page.wait_for("#request-list", "#1")
    page.wait_for("#connection", "Live")


def test_a_sandbox_that_ends_and_another_at_its_address(browser: Browser) -> None:
    with Sandbox() as sandbox:
        browser.open(f"{sandbox.url}/")
        browser.wait_for("#connection", "Live")
        send(sandbox, SWAP)
        browser.wait_for("#request-list", "#1")
    browser.wait_for("#connection", "No connection")
    with Sandbox(int(sandbox.url.rpartition(":")[2])) as other:
        browser.wait_for("#connection", "Live")
        browser.wait(lambda: browser.all("#request-list > li") == [])
        key = "return document.querySelector('.account pre').textContent"
        browser.wait(lambda: other.api_key in browser.script(key))


def test_a_foreign_host_gets_nothing(browser: Browser, sandbox: Sandbox) -> None:
    browser.open(sandbox.url.replace("127.0.0.1", "foreign.example") + "/")
    assert "Host must be a loopback address" in browser.text("body")
    assert sandbox.api_key not in browser.text("body")


FOREIGN = """<!doctype html><title>foreign</title><script>
const url = URL, found = {};
const json = {"Content-Type": "application/json"};
const attempt = async (name, path, options) => {
  try { found[name] = await (await fetch(url + path, options)).text() } catch { found[name] = "failed" }
};
const streamed = new Promise((done) => {
  const stream = new EventSource(url + "/_sandbox/events");
  stream.onerror = done;
  stream.addEventListener("hello", () => { found.stream = "open"; done() });
});
const frame = document.createElement("iframe");
frame.src = url + "/";
document.documentElement.append(frame);
Promise.all([
  attempt("read", "/_sandbox/accounts", {}),
  attempt("reset", "/_sandbox/reset", {method: "POST", body: "{}", headers: json}),
  attempt("simple", "/_sandbox/reset", {method: "POST", body: "{}", mode: "no-cors"}),
  attempt("patch", "/_sandbox/settings", {method: "PATCH", body: '{"lenient":true}', headers: json}),
  attempt("delete", "/_sandbox/requests", {method: "DELETE"}),
  streamed,
]).then(() => { window.found = found });
</script>"""


@contextmanager
def foreign_page(url: str) -> Iterator[str]:
    """A web server on this machine whose page tries to use the sandbox."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(FOREIGN.replace("URL", json.dumps(url), 1).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_page_of_another_server_can_do_nothing(browser: Browser, sandbox: Sandbox) -> None:
    send(sandbox, SWAP)
    with foreign_page(sandbox.url) as address:
        browser.open(address)
        found = browser.wait(lambda: browser.script("return window.found"))
    assert found == {"read": "failed", "reset": "failed", "simple": "failed", "patch": "failed", "delete": "failed"}
    assert len(sandbox.requests()) == 1
    assert sandbox.configure()["lenient"] is False
    browser.log()


def test_nothing_is_loaded_from_elsewhere(page: Browser, sandbox: Sandbox) -> None:
    loaded = page.script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert len(loaded) >= 8
    assert {name.startswith(f"{sandbox.url}/_sandbox/") for name in loaded} == {True}


def test_everything_has_a_name(page: Browser, sandbox: Sandbox) -> None:
    send(sandbox, SWAP)
    page.wait_for("#request-list", "#1")
    elements = page.script(
        "const wanted = 'button, input, select, section, svg, pre, nav';"
        "return [...document.querySelectorAll(wanted)].filter("
        "(one) => one.checkVisibility() && !one.closest('.account + .account'))"
    )
    assert len(elements) > 30
    assert [element.get_attribute("outerHTML") for element in elements if not element.accessible_name] == []
    levels = page.script("return [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_targets_are_large_enough(page: Browser) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels, for what is no link in a sentence."""
    page.show(400, 900, dark=False)
    small = page.script(
        "return [...document.querySelectorAll('button, select, input:not([type=checkbox]), label.check')]"
        ".filter((one) => one.offsetHeight && one.offsetHeight < 24).map((one) => one.outerHTML)"
    )
    assert small == []


def scene(sandbox: Sandbox, page: Browser, clock: SteppingClock) -> None:
    """What pictures show: requests that were applied and refused, a full window, a fault, a wrong signature."""
    sandbox.change_leverage(
        sandbox.account("bitget"),
        symbol="BTCUSDT",
        productType="USDT-FUTURES",
        marginCoin="USDT",
        leverage="33",
        holdSide="long",
    )
    sandbox.fault(exchange="okx", path="/api/v5/account/leverage-info", close="before")
    send(sandbox, SWAP, signed=json.dumps(SWAP, separators=(",", ":")))
    send(sandbox, {**SWAP, "posSide": "net"})
    clock.now += 1.2
    for lever in range(2, 8):
        clock.now += 0.25
        send(sandbox, {**SWAP, "lever": str(lever)})
    page.wait_for("#request-list", "#8")
    page.script("document.querySelector('#request-1 summary').click()")
    page.wait_for("#request-1 .more", "The body was signed without blanks")
    page.wait(lambda: page.all(".lane .over"))


@pytest.mark.parametrize("width", [1280, 400])
def test_screenshots(
    browser: Browser, sandbox: Sandbox, clock: SteppingClock, pictures: Path | None, width: int
) -> None:
    browser.open(f"{sandbox.url}/", width=width)
    browser.wait_for("#connection", "Live")
    scene(sandbox, browser, clock)
    for scheme, ground in (("light", "rgb(244, 246, 249)"), ("dark", "rgb(15, 20, 27)")):
        browser.show(width, 900, dark=scheme == "dark")
        assert browser.script("return document.documentElement.scrollWidth <= innerWidth")
        wide = browser.script(
            "const inside = (one) => one.getBoundingClientRect().right <= innerWidth + 1;"
            "return [...document.querySelectorAll('body *')].filter((one) => !inside(one))"
            ".filter((one) => !one.closest('.table, pre, svg')).map((one) => one.outerHTML.slice(0, 200))"
        )
        assert wide == [], "nothing is cut off at the side"
        assert browser.script("return getComputedStyle(document.body).backgroundColor") == ground
        if pictures and (width, scheme) == (1280, "light"):
            browser.picture(pictures / "console.png")
            browser.show(width, 2400, dark=False)
            browser.picture(pictures / "console-signature.png", "#request-1")
        if pictures and (width, scheme) == (400, "dark"):
            browser.picture(pictures / "console-phone.png")
        browser.screenshot(SCREENSHOTS / f"{width}-{scheme}.png")


def test_less_motion(browser: Browser, sandbox: Sandbox) -> None:
    browser.show(1280, 900, dark=False)
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.driver.get(f"{sandbox.url}/")
    browser.wait_for("#connection", "Live")
    send(sandbox, SWAP)
    browser.wait_for(f"{DEFAULT} .leverages", "5×")
    assert browser.script("return getComputedStyle(document.querySelector('.changed')).animationName") == "none"
    browser.wait(lambda: browser.all(".lane circle"))
