"""On a package index the README reads as it does here: its links lead somewhere, and it installs by name."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests import environments
from tests.packaging.distributions import LOCK, ROOT, build, check, copy, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = PROJECT["urls"]["Source"]
AT_TAG = f"{SOURCE}/blob/v{PROJECT['version']}"


def for_an_index(readme: str) -> str:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    made: str = hook.for_an_index(readme, "https://host/us", "v1")
    return made


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("[a](docs/a.md)", "[a](https://host/us/blob/v1/docs/a.md)"),
        ("[a](docs/a.md#b), [`c`](d)", "[a](https://host/us/blob/v1/docs/a.md#b), [`c`](https://host/us/blob/v1/d)"),
        ("![a](docs/a.png)", "![a](https://host/us/raw/v1/docs/a.png)"),
        ("[a](#b)", "[a](https://host/us/blob/v1/README.md#b)"),
        ("[a](https://x/y) [b](mailto:c)", "[a](https://x/y) [b](mailto:c)"),
        ("`[a](b)`", "`[a](b)`"),
        ("```python\nx[a](b)\n```\n[a](b)", "```python\nx[a](b)\n```\n[a](https://host/us/blob/v1/b)"),
        ("$ pip install .  # a\n$ pip install '.[b]'", "$ pip install leverset  # a\n$ pip install 'leverset[b]'"),
        ("pip install .. and $ pip install ./x", "pip install .. and $ pip install ./x"),
    ],
)
def test_what_is_relative_here_is_absolute_there(here: str, there: str) -> None:
    assert for_an_index(here) == there


def test_the_public_address_is_written_once() -> None:
    """Whoever publishes from elsewhere changes `Source`, and what begins with it beside it."""
    urls = PROJECT["urls"]
    assert {"Source", "Documentation", "Changelog", "Issues", "Security"} <= urls.keys()
    assert all(url == SOURCE or url.startswith(f"{SOURCE}/") for url in urls.values())
    for name in re.findall(r"/blob/main/(\S+)", " ".join(urls.values())):
        assert (ROOT / name).is_file(), name
    texts = [
        ROOT / "README.md",
        ROOT / "hatch_build.py",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "leverset").rglob("*.py"),
    ]
    assert [path.name for path in texts if SOURCE in path.read_text(encoding="utf-8")] == []


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the sdist, in this order."""
    files = build(copy(tracked(), tmp_path_factory.mktemp("clone")), tmp_path_factory.mktemp("dist"))
    assert [path.suffix for path in files] == [".whl", ".gz"]
    return files


def metadata(distribution: Path) -> Message:
    if distribution.suffix == ".whl":
        with zipfile.ZipFile(distribution) as wheel:
            [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
            return message_from_bytes(wheel.read(name))
    with tarfile.open(distribution) as sdist:
        [member] = [one for one in sdist if one.name.count("/") == 1 and one.name.endswith("/PKG-INFO")]
        held = sdist.extractfile(member)
        assert held is not None
        return message_from_bytes(held.read())


class Page(HTMLParser):
    """The addresses of a page's links and pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]
        self.pictures += [value or "" for name, value in attrs if (tag, name) == ("img", "src")]


@pytest.mark.slow
@pytest.mark.timeout(700)  # the first run installs what is locked
class TestBuilt:
    def test_an_index_takes_both(self, distributions: list[Path]) -> None:
        said = check(distributions)
        assert said.returncode == 0, said.stdout + said.stderr
        assert said.stdout.count("PASSED") == 2

    def test_it_refuses_one_without_a_description(self, tmp_path: Path) -> None:
        (tmp_path / "leverset.py").touch()
        build_system = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        (tmp_path / "pyproject.toml").write_text(f'{build_system}[project]\nname = "leverset"\nversion = "1"\n')
        said = check(build(tmp_path, tmp_path / "dist", "--wheel"))
        assert said.returncode == 1
        assert "`long_description` missing" in said.stdout.replace("\n", " ")

    def test_the_page_has_no_relative_link_and_none_that_leads_nowhere(
        self, distributions: list[Path], tmp_path: Path
    ) -> None:
        """As the index renders it."""
        [text] = {str(metadata(each).get_payload()) for each in distributions}
        assert {metadata(each)["Description-Content-Type"] for each in distributions} == {"text/markdown"}
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        render = [str(environments.python(LOCK)), "-m", "readme_renderer", str(tmp_path / "page.md")]
        page = Page(subprocess.run(render, check=True, capture_output=True, text=True).stdout)
        inside = [link for link in page.links if link.startswith(f"{SOURCE}/")]
        assert len(inside) >= len(re.findall(r"\]\((?!https?:)", (ROOT / "README.md").read_text(encoding="utf-8"))) > 9
        for link in page.links:
            if link.startswith("#user-content-"):  # a heading's, from the index
                continue
            assert link.startswith("https://"), link
        for link in inside:
            path, _, anchor = link.removeprefix(f"{AT_TAG}/").partition("#")
            assert (ROOT / path).is_file(), link
            headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
            assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, link
        for picture in page.pictures:
            path = picture.removeprefix(f"{SOURCE}/raw/v{PROJECT['version']}/")
            assert (ROOT / path).is_file(), picture

    def test_both_name_the_same_project(self, distributions: list[Path]) -> None:
        of_wheel, of_sdist = map(metadata, distributions)
        assert of_wheel.items() == of_sdist.items()
        assert of_wheel["Metadata-Version"] == "2.4"
        shown = dict(line.split(", ") for line in of_wheel.get_all("Project-URL", []))
        assert shown == PROJECT["urls"]
