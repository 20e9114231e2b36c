"""The house: which imports are allowed, what each room needs from outside, and how long a file may be."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from leverset import _registry

ROOT = Path(__file__).parents[2]
LONGEST = 200
"""Lines of code in one file: docstrings, comments, blanks and overloads are not counted: nobody is to save on them."""

NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}

# A room is a module or package of leverset. It may import the rooms on the floors below its own, and what is named
# for it in OUTSIDE. An exchange is one room; the registry has their names.
EXCHANGES = tuple(package.rpartition(".")[2] for package in _registry._PACKAGES)
FLOORS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli", "testing", "otel"),
    ("plan", "doctor"),
    ("leverset", "_registry"),
    EXCHANGES,
    ("_client",),
    ("_account_reading", "_snapshot", "_listing"),
    ("_reading",),
    ("_held", "_diagnosis"),
    ("_bare", "_read_back"),
    ("_retry", "_keyed_lock", "_verify", "_rules", "_on_use"),
    ("_field_texts",),
    ("_http",),
    ("limits", "_config"),
    ("_redact", "_request_facts"),
    ("credentials", "_protocols"),
    ("errors", "_fork", "_placeholders"),
    ("_format",),
    ("_suggest",),
)
APART = "sandbox"
"""It imports nothing of ours, and only the command and the pytest plugin import it."""

ABOVE_THE_LAYER = {"__main__", "cli", "plan", "doctor", "testing", "otel", "sandbox"}
LARGEST = 7402
"""Lines of code in the layer: everything but the rooms above it. No more than there are.

The design wanted 3,200 of a layer that neither read back nor had a limit in a file, and in which errors said less.
"""

TO_COME: set[str] = set()
OUTSIDE: dict[str, str] = {
    "cli": "attrs rich typer",
    "plan": "attrs yaml",
    "testing": "attrs pytest",
    "otel": "httpx opentelemetry",
    "doctor": "attrs",
    "_registry": "attrs",
    "_diagnosis": "attrs",
    "_listing": "attrs",
    "_snapshot": "attrs",
    **{name: f"attrs leverset_{name}" for name in EXCHANGES},
    "_bare": "httpx",
    "_client": "httpx",
    "_held": "attrs",
    "_read_back": "attrs",
    "_reading": "attrs",
    "_rules": "attrs",
    "_http": "attrs h11 httpx",
    "_redact": "httpx",
    "_request_facts": "attrs",
    "limits": "attrs redis",
    "_config": "attrs httpx",
    "_format": "attrs",
    "sandbox": "h11 starlette uvicorn",
}
ROOMS = {room for floor in FLOORS for room in floor} | {APART}
PACKAGES = sorted(path.parent.relative_to(ROOT / "generated") for path in ROOT.glob("generated/*/operations.py"))


def imported(path: Path, package: str) -> Iterator[str]:
    """The dotted names that a file imports, those under `if TYPE_CHECKING` and inside functions too."""
    parts = package.split(".")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            if module == "leverset":  # the package itself, or one of its rooms
                rooms = [alias.name for alias in node.names if alias.name in ROOMS]
                yield from (f"leverset.{room}" for room in rooms)
                if len(rooms) < len(node.names):
                    yield "leverset"
            else:
                yield module


def files(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def rooms_on_disk() -> Iterator[Path]:
    """The file that each room of leverset is, or its `__init__.py`; without the package's own."""
    for path in files("leverset"):
        inside = path.relative_to(ROOT / "leverset").parts
        if inside != ("__init__.py",) and (len(inside) == 1 or inside[1:] == ("__init__.py",)):
            yield path


def room_of(path: Path) -> str:
    inside = path.relative_to(ROOT / "leverset").with_suffix("").parts
    return "leverset" if inside == ("__init__",) else inside[0]


def package_of(path: Path, root: Path) -> str:
    return ".".join(path.parent.relative_to(root).parts)


def edges() -> Iterator[tuple[Path, str, str]]:
    """Every import in leverset: the file, its room, and the room or outside package that it imports."""
    for path in files("leverset"):
        for name in imported(path, package_of(path, ROOT)):
            first, _, rest = name.partition(".")
            target = rest.partition(".")[0] or "leverset" if first == "leverset" else first
            if target != room_of(path) and target not in sys.stdlib_module_names:
                yield path, room_of(path), target


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(path) for path in files("leverset")}
    assert rooms <= ROOMS
    assert ROOMS - rooms <= TO_COME
    assert sum(map(len, FLOORS)) + 1 == len(ROOMS)


def test_imports_run_downwards() -> None:
    allowed = {APART: set(OUTSIDE[APART].split())}
    for number, floor in enumerate(FLOORS):
        below = {room for lower in FLOORS[number + 1 :] for room in lower}
        for room in floor:
            allowed[room] = below | set(OUTSIDE.get(room, "").split())
    for room in FLOORS[1]:
        allowed[room].add(APART)
    wrong = [f"{path.relative_to(ROOT)}: {room} -> {to}" for path, room, to in edges() if to not in allowed[room]]
    assert wrong == []


def test_exchanges_import_no_other_exchange() -> None:
    """They stand on one floor, and the generated package of each is its own."""
    for path, room, to in edges():
        assert room not in EXCHANGES or to not in EXCHANGES, path


def test_the_layer_imports_nothing_above_it() -> None:
    assert [
        f"{path}: {to}" for path, room, to in edges() if room not in ABOVE_THE_LAYER and to in ABOVE_THE_LAYER
    ] == []


def test_the_layer_stays_small() -> None:
    layer = [path for path in files("leverset") if room_of(path) not in ABOVE_THE_LAYER]
    assert sum(len(code_lines(path.read_text(encoding="utf-8"))) for path in layer) <= LARGEST


def test_exchanges_are_named_in_their_own_rooms_only() -> None:
    """Plan and command find them through the registry."""
    named = []
    for path in [*files("leverset/plan"), *files("leverset/doctor"), *files("leverset/cli")]:
        source = path.read_text(encoding="utf-8")
        code = code_lines(source)
        for number, line in enumerate(source.splitlines(), start=1):
            if number in code and any(name in line.casefold() for name in EXCHANGES):
                named.append(f"{path.relative_to(ROOT)}: {line}")
    assert named == []


def test_the_walk_sees_imports() -> None:
    found = {(room, target) for _, room, target in edges()}
    assert {("okx", "_client"), ("okx", "leverset_okx"), ("_config", "httpx"), ("sandbox", "uvicorn")} <= found
    assert {target for room, target in found if room == "limits"} >= {"_protocols", "errors"}


def test_the_document_shows_the_rooms() -> None:
    document = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree, arrows = re.findall(r"^```text\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    assert arrows.split() == " -> ".join(" ".join(floor) for floor in FLOORS).split()
    folders: dict[str, list[str]] = {}
    for line in tree.splitlines():
        name = line.split()[0]
        if line.startswith(" "):
            folders[next(reversed(folders))].append(name)
        else:
            folders[name] = []
    on_disk = {path.parent.name + "/" if path.name == "__init__.py" else path.name for path in rooms_on_disk()}
    shown = folders["leverset/"]
    assert set(shown) == on_disk
    assert len(shown) == len(on_disk)
    assert all((ROOT / name).is_dir() for name in folders)


def test_the_sandbox_knows_nothing_of_us() -> None:
    """It is written from the exchanges' documents, so that a contract test is three parties agreeing."""
    for path in files("leverset/sandbox"):
        package = package_of(path, ROOT)
        for name in imported(path, package):
            assert name.partition(".")[0] not in ("leverset_okx", "leverset_bitget", "generator", "tests"), path
            assert not name.startswith("leverset") or name.startswith("leverset.sandbox"), path
        assert "specs" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_the_generated_packages_know_nothing_of_us(package: Path) -> None:
    found = set()
    for path in files(f"generated/{package}"):
        found |= {name.partition(".")[0] for name in imported(path, package_of(path, ROOT / "generated"))}
    assert {"attrs", "httpx"} <= found
    assert found - sys.stdlib_module_names <= {"attr", "attrs", "httpx", str(package)}


def test_both_packages_are_generated() -> None:
    assert [str(package) for package in PACKAGES] == ["leverset_bitget", "leverset_okx"]


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that have code on them; overloads are types, which nothing runs."""
    texts: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            texts.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_overload(node):
            texts.update(range(node.decorator_list[0].lineno, (node.end_lineno or node.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - texts


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return [decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)] == ["overload"]


def test_code_lines_are_counted_without_docstrings_comments_and_overloads() -> None:
    source = '"""Two\nlines."""\n\nx = [  # a remark\n    1,\n\n]\n# another\ndef f():\n    """Doc."""\n'
    source += '    return """a\nb"""\n'
    source += "@overload\ndef g(\n    x: int,\n) -> int: ...\n@cache\ndef g(x: int) -> int: ...\n"
    assert code_lines(source) == {4, 5, 6, 7, 9, 11, 12, 17, 18} - {6}


@pytest.mark.parametrize("folder", ["leverset", "generator"])
def test_a_file_has_at_most_200_lines_of_code(folder: str) -> None:
    lengths = {path: len(code_lines(path.read_text(encoding="utf-8"))) for path in files(folder)}
    assert len(lengths) > 10
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_room_is_for_everything() -> None:
    names = {path.stem for folder in ("leverset", "generator", "tests") for path in files(folder)}
    assert not names & {"utils", "util", "helpers", "common", "misc"}
