"""The console's page and its files: what they hold, what the browser may do with them, and who gets them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import leverset.sandbox
from tests.sandbox.caller import Caller, code

FOLDER = Path(leverset.sandbox.__file__).with_name("console")
FILES = sorted(path.name for path in FOLDER.iterdir())
PAGES = ["/", *(f"/_sandbox/console/{name}" for name in FILES), "/_sandbox/events"]
ADMIN = ["/_sandbox/accounts", "/_sandbox/nowhere"]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags() -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed((FOLDER / "index.html").read_text(encoding="utf-8"))
    return parser.found


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type(caller: Caller, name: str) -> None:
    response = caller.client.get(f"{caller.sandbox.url}/_sandbox/console/{name}")
    types = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == types[Path(name).suffix]
    assert response.content == (FOLDER / name).read_bytes()


def test_the_page(caller: Caller) -> None:
    response = caller.client.get(f"{caller.sandbox.url}/")
    assert response.status_code == 200
    assert response.content == (FOLDER / "index.html").read_bytes()
    head = caller.client.head(f"{caller.sandbox.url}/")
    assert (head.status_code, head.content) == (200, b"")
    assert caller.sandbox.requests() == [], "the console is in no log"


def test_other_methods_are_the_exchanges_business(caller: Caller) -> None:
    response = caller.client.post(f"{caller.sandbox.url}/")
    assert (response.status_code, code(response)) == (404, "404")
    assert len(caller.sandbox.requests()) == 1


@pytest.mark.parametrize("name", ["nothing.js", "..%2f_app.py", "%2e%2e/_app.py", "__init__.py", "", "console.css/"])
def test_nothing_else_is_served(caller: Caller, name: str) -> None:
    response = caller.client.get(f"{caller.sandbox.url}/_sandbox/console/{name}", follow_redirects=False)
    assert response.status_code in (307, 404)
    assert b"import" not in response.content


@pytest.mark.parametrize("path", [*PAGES[:-1], *ADMIN])
def test_headers_keep_hostile_texts_from_being_more_than_text(caller: Caller, path: str) -> None:
    headers = caller.client.get(caller.sandbox.url + path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_pages_get_nothing(caller: Caller, path: str, headers: dict[str, str]) -> None:
    response = caller.client.get(caller.sandbox.url + path, headers=headers)
    assert (response.status_code, list(response.json())) == (403, ["error"])
    assert "content-security-policy" in response.headers
    assert caller.sandbox.requests() == []


@pytest.mark.parametrize("path", PAGES[1:])
@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "same-site"}])
def test_pages_of_other_servers_here_get_no_events(caller: Caller, path: str, headers: dict[str, str]) -> None:
    response = caller.client.get(caller.sandbox.url + path, headers=headers)
    assert response.status_code == 403
    assert "the sandbox's own" in response.json()["error"] or "same-origin" in response.json()["error"]


def test_its_own_page_gets_its_files(caller: Caller) -> None:
    own = {"Origin": caller.sandbox.url, "Sec-Fetch-Site": "same-origin"}
    assert caller.client.get(f"{caller.sandbox.url}/_sandbox/console/dom.js", headers=own).status_code == 200


def test_the_page_takes_nothing_from_elsewhere() -> None:
    for name in FILES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?://[^\s\"')]+", text)) - {"http://www.w3.org/2000/svg"}
        assert addresses == set(), name
    for tag, attributes in tags():
        for attribute in ("src", "href", "action"):
            value = attributes.get(attribute) or "#"
            assert value.startswith(("#", "/_sandbox/console/")), (tag, value)


def test_there_is_nothing_inline_and_no_text_becomes_markup() -> None:
    for tag, attributes in tags():
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
    for name in FILES:
        if name.endswith(".js"):
            text = (FOLDER / name).read_text(encoding="utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|\.style\b", text
            )


def test_every_element_that_a_script_names_exists() -> None:
    ids = {attributes["id"] for _, attributes in tags() if attributes.get("id")}
    named = set()
    for name in FILES:
        named |= set(re.findall(r'(?:byId|tell|act)\("([a-z-]+)"', (FOLDER / name).read_text(encoding="utf-8")))
    assert named - ids == set()
    labelled = {
        attributes[name] for _, attributes in tags() for name in ("for", "aria-labelledby") if attributes.get(name)
    }
    assert labelled - ids == set()


# --- colours


def palettes() -> dict[str, dict[str, str]]:
    text = (FOLDER / "console.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    found = {
        name: dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for name, block in (("light", light), ("dark", dark))
    }
    assert set(found["light"]) == set(found["dark"])
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


TEXTS = [  # WCAG 2.2, 1.4.3: 4.5
    *((ink, ground) for ink in ("ink", "quiet", "accent") for ground in ("ground", "card", "code")),
    *((name, f"{name}-ground") for name in ("good", "bad", "warn")),
    *(("bad", "card"), ("good", "card"), ("bad", "code"), ("on-accent", "accent")),
]
SHAPES = [  # WCAG 2.2, 1.4.11: 3
    *(("edge", "card"), ("edge", "code"), ("edge", "ground"), ("accent", "window"), ("accent", "card")),
    *(("bad", "window"), ("edge", "window")),
]


def test_contrast_is_computed_as_the_guideline_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart(scheme: str) -> None:
    palette = palettes()[scheme]
    low = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
    low = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 3} == {}


def test_no_colour_is_written_outside_of_the_palettes() -> None:
    text = (FOLDER / "console.css").read_text(encoding="utf-8")
    rest = re.sub(r":root \{.*?\}", "", text, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", rest) == []
    assert "prefers-reduced-motion" in text
