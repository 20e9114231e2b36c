"""The site of `make docs`: every page is in its contents, links hold, and a browser loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from docs._ext import leverset_site as site
from docs._ext.loads import elsewhere
from tests import environments
from tests.docs.pages import ROOT, pages, read

LINK = re.compile(r"^ *```.*?^ *```|`[^`\n]+`|\]\((?!\w+:)([^)\s]*)\)", re.MULTILINE | re.DOTALL)


def anchors(page: str) -> set[str]:
    """The anchors that a code host, and MyST, gives the headings of a page."""
    text = re.sub(r"^ *```.*?^ *```", "", read(page), flags=re.MULTILINE | re.DOTALL)
    slugs = []
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slugs.append(re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-"))
    seen: Counter[str] = Counter()
    found = set()
    for slug in slugs:
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


@pytest.mark.parametrize("page", [*pages(), "CHANGELOG.md"])
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    for target in filter(None, LINK.findall(read(page))):
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        assert there.exists(), f"{page} links to {target}"
        if anchor:
            found = anchors(there.resolve().relative_to(ROOT).as_posix())
            assert anchor in found, f"{page} links to {target}; there are {sorted(found)}"


def test_every_page_is_in_the_contents_once() -> None:
    listed = [name for _, below in site.contents(read("docs/index.md")) for _, name in below]
    assert sorted([*listed, "index.md"]) == site.pages()


def test_pages_that_are_generated_join_the_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reference" / "okx").mkdir(parents=True)
    for name in ("output", "errors", "index", "okx/set-leverage"):
        (tmp_path / "reference" / f"{name}.md").write_text("# A page\n")
    monkeypatch.setattr(site, "DOCS", tmp_path)
    index = "# x\n\n## Reference\n\n<!-- site: all of reference -->\n\n- [Lines](reference/output.md)\n"
    joined = ["reference/index.md", "reference/errors.md", "reference/okx/set-leverage.md"]
    assert site.contents(index) == [("Reference", [*(("", name) for name in joined), ("Lines", "reference/output.md")])]
    toctree = "\n".join([":caption: Reference", "", *joined, "Lines <reference/output.md>", "```"])
    assert toctree in site.of_page(index, "index.md")


def test_a_link_out_of_the_pages_leads_to_the_repository() -> None:
    text = "[a](../specs/okx.yaml#L3) [b](../tests) [c](plans.md#diff) `[d](../x)` [e](https://x.example) [f](#here)"
    assert site.with_links(text, "docs", "guide.md") == (
        f"[a]({site.repository()}/blob/main/specs/okx.yaml#L3) [b]({site.repository()}/tree/main/tests) "
        "[c](plans.md#diff) `[d](../x)` [e](https://x.example) [f](#here)"
    )
    assert site.with_links("[g](examples/bot-on-ccxt)", "docs", "testing.md") == (
        f"[g]({site.repository()}/tree/main/docs/examples/bot-on-ccxt)"
    )


def test_a_file_of_the_root_is_a_page_and_links_to_it_lead_there() -> None:
    assert site.stand_ins() == {
        "CHANGELOG.md": "changelog.md",
        "CONTRIBUTING.md": "contributing.md",
        "SECURITY.md": "security.md",
    }
    page = site.of_page(read("docs/contributing.md"), "contributing.md")
    assert "(architecture.md)" in page
    assert site.with_links(
        "[h](../../SECURITY.md#what-is-not) [i](../../README.md)", "docs/design", "design/slot.md"
    ) == ("[h](../security.md#what-is-not) [i](../index.md)")


def test_the_command_line_has_the_help_of_every_command() -> None:
    page = site.of_page(read("docs/reference/command-line.md"), "reference/command-line.md")
    for heading in ("## leverset\n", "## leverset apply\n", "### leverset set okx\n", "### leverset doctor bitget\n"):
        assert heading in page
    assert "  --journal FILE" in page
    assert max(map(len, re.findall(r"^  .*$", page, re.MULTILINE))) <= site.COLUMNS


def test_every_public_name_is_on_one_page() -> None:
    modules = re.findall(r"site: api ([\w.]+) ", "".join(read(page) for page in pages()))
    entries = [line.split(":: ")[1] for module in modules for text in site.api(module) for line in text.split("\n")[:1]]
    assert [name for name, times in Counter(entries).items() if times > 1] == []
    import leverset
    import leverset.plan

    assert {f"leverset.{name}" for name in leverset.__all__} <= set(entries)
    assert {f"leverset.plan.{name}" for name in leverset.plan.__all__} <= set(entries)
    assert {"leverset.RedisLimiter", "leverset.otel.instrument", "leverset.testing.OpenAccount"} <= set(entries)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", '<script src="https://cdn.example/x.js"></script>'),
        ("page.html", '<link rel="stylesheet" href="//cdn.example/x.css">'),
        ("page.html", '<img src="x.png" srcset="a.png 1x, http://cdn.example/b.png 2x">'),
        ("page.html", "<style>@import 'https://cdn.example/x.css';</style>"),
        ("page.html", '<p style="background: url(https://cdn.example/x.png)">'),
        ("fonts.css", "@font-face { src: url('https://cdn.example/x.woff2') }"),
    ],
)
def test_what_a_browser_would_load_from_elsewhere_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    [found] = elsewhere(tmp_path)
    assert found.startswith(f"{name} loads ")
    assert "cdn.example" in found


def test_links_and_what_is_here_are_loaded_from_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<a href="https://x.example">x</a><img src="a.png"><script src="_static/x.js?v=1"></script>'
        '<link rel="canonical" href="https://x.example/"><code>url(https://x.example)</code>'
        '<svg xmlns="http://www.w3.org/2000/svg"></svg><img src="data:image/svg+xml;http://www.w3.org/2000/svg">'
    )
    (tmp_path / "page.css").write_text("a { background: url(data:image/png;base64,xx) url('x.png') }")
    assert list(elsewhere(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.timeout(700)  # the first run installs what is locked
def test_the_site_is_built_without_a_warning_and_without_the_network(tmp_path: Path) -> None:
    python = environments.python(ROOT / "docs" / "requirements.lock")
    built = subprocess.run(
        [
            python,
            "-m",
            "sphinx",
            "-E",
            "-b",
            "html",
            "-W",
            "--keep-going",
            "-n",
            "-q",
            "-d",
            "trees",
            ROOT / "docs",
            "site",
        ],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "generated"))),
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")
    assert list(elsewhere(tmp_path / "site")) == []
    reference = (tmp_path / "site" / "reference" / "python" / "leverset.html").read_text(encoding="utf-8")
    assert 'id="leverset.Okx.set_leverage"' in reference
