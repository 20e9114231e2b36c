"""The house: who may import whom, what each room may need from outside, and how long a file may be."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 250

# Room by room, from the ground up: a room is a module or package of leverset and may import the rooms that are named,
# all of which stand above it in this table, so that no circle can arise. Then what it may need that is installed.
ROOMS: dict[str, tuple[str, str]] = {
    "_protocols": ("", ""),
    "_format": ("", "attrs"),
    "_fork": ("", ""),
    "errors": ("_format", ""),
    "credentials": ("errors", ""),
    "_redact": ("credentials", ""),
    "_config": ("_format _protocols errors", "attrs httpx"),
    "limits": ("_fork _format _protocols errors", "attrs redis"),
    "_http": ("_config _format _protocols _redact credentials errors limits", "attrs httpx"),
    "_rules": ("_format _protocols errors", "attrs"),
    "_verify": ("_format _protocols errors", ""),
    "_keyed_lock": ("errors", ""),
    "_retry": ("_config _http _protocols errors", ""),
    "_client": ("_config _http _keyed_lock _protocols _retry credentials errors limits", "httpx"),
    "okx": ("_client _config _format _keyed_lock _rules _verify", "attrs leverset_okx"),
    "bitget": ("_client _config _format _keyed_lock _rules _verify", "attrs leverset_bitget"),
    # What users import.
    "leverset": ("_format bitget credentials errors limits okx", ""),
    "sandbox": ("", "h11 starlette uvicorn"),
    "plan": (
        "_format _http _protocols _rules bitget errors leverset okx",
        "attrs leverset_bitget leverset_okx yaml",
    ),
    "cli": (
        "_protocols _rules bitget credentials errors leverset limits okx plan sandbox",
        "attrs leverset_bitget leverset_okx rich typer",
    ),
}
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


def test_every_room_is_in_the_table_and_every_room_of_the_table_exists() -> None:
    assert {room_of(path) for path in files("leverset")} == set(ROOMS)


def test_the_table_has_no_circle() -> None:
    above: set[str] = set()
    for room, (rooms, _) in ROOMS.items():
        assert set(rooms.split()) <= above, room
        above.add(room)


def test_imports_run_along_the_table_and_no_other_way() -> None:
    allowed = {room: set(rooms.split()) | set(outside.split()) for room, (rooms, outside) in ROOMS.items()}
    wrong = [f"{path.relative_to(ROOT)}: {room} -> {to}" for path, room, to in edges() if to not in allowed[room]]
    assert wrong == []


def test_the_walk_sees_imports() -> None:
    found = {(room, target) for _, room, target in edges()}
    assert {("okx", "_client"), ("okx", "leverset_okx"), ("_config", "httpx"), ("sandbox", "uvicorn")} <= found
    assert {target for room, target in found if room == "limits"} >= {"_protocols", "errors"}


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


@pytest.mark.parametrize("folder", ["leverset", "generator"])
def test_a_file_is_read_in_one_sitting(folder: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(folder)}
    assert len(lengths) > 10
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_room_is_for_everything() -> None:
    names = {path.stem for folder in ("leverset", "generator", "tests") for path in files(folder)}
    assert not names & {"utils", "util", "helpers", "common", "misc"}
