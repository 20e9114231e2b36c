"""The packages: they say what the specs say, are typed, stand alone, and never raise on a JSON object."""

import ast
import dataclasses
import importlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import mypy.api
import pytest
import yaml

from tests.generator.workshop import ROOT, Workshop, contents

REAL = ROOT / "generated"
NAMES = ("okx", "bitget")
WIDE = ("authentication", "permission", "clock", "environment")


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.fixture(scope="module")
def demo(demo_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the demo package that can be imported: Python writes its cache beside it."""
    folder = tmp_path_factory.mktemp("importable") / "generated"
    shutil.copytree(demo_output, folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == "leverset_demo"]:
        del sys.modules[name]


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.parametrize("name", NAMES)
def test_operations_hold_the_facts_of_the_spec(name: str) -> None:
    spec = yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8"))
    operations = load(f"leverset_{name}.operations")
    exchange = operations.EXCHANGE
    schemes = spec["components"]["securitySchemes"]
    assert exchange.name == spec["x-exchange"]
    assert list(exchange.servers.items()) == [(server["x-region"], server["url"]) for server in spec["servers"]]
    others = {other: server["x-region"] for server in spec["servers"] for other in server.get("x-region-names", ())}
    assert exchange.region_names == others
    assert (exchange.key_page, exchange.key_permission) == (spec["x-keys"]["url"], spec["x-keys"]["permission"])
    assert get_args(operations.RegionName) == (*exchange.servers, *others)
    assert dataclasses.asdict(exchange.signed_headers) == {role: scheme["name"] for role, scheme in schemes.items()}
    assert exchange.timestamp_format == spec["x-signing"]["timestamp-format"]
    assert exchange.clock_tolerance == spec["x-signing"]["tolerance-seconds"]
    assert exchange.demo_header == (spec["x-demo-header"]["name"], spec["x-demo-header"]["value"])
    assert exchange.headers == spec.get("x-headers", {})
    assert exchange.code_field == spec["x-envelope"]["code-field"]
    assert exchange.message_field == spec["x-envelope"]["message-field"]
    assert exchange.success_code == spec["x-envelope"]["success-code"]
    entry_fields = [spec["x-envelope"].get(f"{each}-field") for each in ("entries", "entry-code", "entry-message")]
    assert exchange.entry_fields == (tuple(entry_fields) if any(entry_fields) else None)
    written = {
        (method.upper(), path): operation for path, item in spec["paths"].items() for method, operation in item.items()
    }
    assert list(exchange.operations) == list(written)
    for (method, path), given in written.items():
        operation = exchange.operations[method, path]
        assert operation is getattr(operations, given["operationId"].upper())
        assert (operation.name, operation.method, operation.path) == (given["operationId"], method, path)
        assert operation.signed == ("security" not in given)
        limit = {**dataclasses.asdict(operation.rate_limit), "per": operation.limit_per}
        assert limit == {"per": None, **given["x-rate-limit"]}
        published = operation.published_rate_limit and dataclasses.asdict(operation.published_rate_limit)
        stated = given.get("x-rate-limit-published")
        assert published == (stated and {**stated, "scope": limit["scope"]})
        assert operation.idempotent == given.get("x-idempotent", method == "GET")
        assert operation.docs == given["externalDocs"]["url"]
        assert operation.module == f"leverset_{name}.api.{given['tags'][0]}.{given['operationId']}"
        table = spec["x-errors"] | given.get("x-errors", {})
        assert {code: dataclasses.asdict(error) for code, error in operation.errors.items()} == {
            code: {"code": code, "http_status": entry.get("http-status"), "account_wide": entry["category"] in WIDE}
            | {key.replace("-", "_"): value for key, value in entry.items()}
            for code, entry in table.items()
        }


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_has_its_module(name: str) -> None:
    for (method, path), operation in load(f"leverset_{name}.operations").EXCHANGE.operations.items():
        module = load(operation.module)
        assert all(callable(getattr(module, way)) for way in ("sync", "sync_detailed", "asyncio", "asyncio_detailed"))
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert {method.lower(), path} <= constants
        assert f"Document: {operation.docs}" in module.sync.__doc__
        assert f"Rate limit: {operation.rate_limit.requests} requests in " in module.sync.__doc__


def test_what_is_about_the_whole_account_goes_by_the_category_unless_an_entry_says_so(demo: Path) -> None:
    errors = load("leverset_demo.operations").PLACE_ORDER.errors
    about_all = {code: error.account_wide for code, error in errors.items()}
    assert about_all == {"429": False, "7": False, "8": True, "9": False, "10": True}


def test_operation_errors_override_exchange_errors(demo: Path) -> None:
    errors = load("leverset_demo.operations").PLACE_ORDER.errors
    named = {code: (error.name, error.outcome) for code, error in errors.items() if code in ("429", "7")}
    assert named == {"429": ("TooMany", "refused"), "7": ("NoMargin", "refused")}


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_are_frozen(name: str) -> None:
    operations = load(f"leverset_{name}.operations")
    exchange, operation = operations.EXCHANGE, operations.SET_LEVERAGE
    for thing in (exchange, operation, operation.rate_limit, exchange.signed_headers):
        field, before = dataclasses.fields(thing)[0].name, repr(thing)
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"set {field}"):
            setattr(thing, field, "other")
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"delete {field}"):
            delattr(thing, field)
        assert repr(thing) == before
    for mapping in (exchange.servers, exchange.operations, operation.errors):
        with pytest.raises(TypeError):
            mapping["new"] = None
    assert len({operation, operation}) == 1


def test_facts_are_compared_and_shown_by_what_they_say() -> None:
    operations = load("leverset_okx.operations")
    one, same = (operations.RateLimit(requests=3, seconds=2, scope="user") for _ in range(2))
    other = operations.RateLimit(requests=4, seconds=2, scope="user")
    published = operations.PublishedRateLimit(requests=3, seconds=2, scope="user", seen="2026-07-20")
    assert one == same
    assert one not in (other, published, vars(one))
    assert len({one, same, other, published}) == 3
    assert dataclasses.replace(one, requests=4) == one.__replace__(requests=4) == other
    assert [field.name for field in dataclasses.fields(published)] == ["requests", "seconds", "scope", "seen"]
    assert [field.name for field in dataclasses.fields(operations.RateLimit)] == ["requests", "seconds", "scope"]
    assert repr(published) == "PublishedRateLimit(requests=3, seconds=2, scope='user', seen='2026-07-20')"
    assert hash(operations.SET_LEVERAGE.examples[0]) == hash(operations.SET_LEVERAGE.examples[0])
    shown = repr(operations.SET_LEVERAGE)
    assert "name='set_leverage'" in shown
    assert not any(f"{name}=" in shown for name in ("errors", "fields", "examples"))
    with pytest.raises(TypeError, match=r"RateLimit: missing \['scope', 'seconds'\], unknown \['second'\]"):
        operations.RateLimit(requests=3, second=2)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_brings_the_models_of_its_request_and_response_and_no_others(name: str) -> None:
    """Its first response imports nothing, and what only reads does not slow down what sets."""
    script = (
        f"import sys, leverset_{name}.api.account.set_leverage as module\n"
        "before = set(sys.modules)\n"
        f"from leverset_{name}.models import SetLeverageResponse\n"
        "entry = {}\n"
        "parsed = SetLeverageResponse.from_dict({'code': '0', 'data': [entry]})\n"
        "parsed = SetLeverageResponse.from_dict({'code': '0', 'data': entry})\n"
        "assert set(sys.modules) == before, set(sys.modules) - before\n"
        f"loaded = (each.removeprefix('leverset_{name}.models.') for each in sys.modules)\n"
        "print(*(each for each in loaded if each not in sys.modules))\n"
        f"import leverset_{name}.models as models\n"
        "assert models.system_time.SystemTime is models.SystemTime\n"
        "assert all(getattr(models, each).__name__ == each for each in models.__all__ if 'Response' in each)\n"
        "assert set(models.__all__) < set(dir(models))\n"
        "models.Nothing\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=REAL, capture_output=True, text=True, timeout=30, check=False
    )
    loaded = run.stdout.split()
    assert {"set_leverage_request", "set_leverage_response", "set_leverage_result"} <= set(loaded)
    assert all(each.startswith("set_leverage") for each in loaded), loaded
    assert run.stderr.splitlines()[-1] == f"AttributeError: module 'leverset_{name}.models' has no attribute 'Nothing'"


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_where_it_comes_from(name: str) -> None:
    package = REAL / f"leverset_{name}"
    header = f'# Generated from specs/{name}.yaml by "make gen" (python -m generator). Do not edit.\n'
    assert all(path.read_text(encoding="utf-8").startswith(header) for path in python_files(package))
    assert {path.suffix for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts} == {
        ".py",
        ".typed",
        ".yaml",
    }
    assert (package / "openapi.yaml").read_bytes() == (REAL.parent / "specs" / f"{name}.yaml").read_bytes()
    assert (package / "py.typed").read_bytes() == b""


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_attrs_and_httpx_is_imported(name: str) -> None:
    outside: dict[str, set[str]] = {}
    for path in python_files(REAL / f"leverset_{name}"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.append(str(node.module))
            for module in modules:
                if (top := module.split(".")[0]) not in sys.stdlib_module_names:
                    outside.setdefault(top, set()).add(path.name)
    assert outside.keys() == {"attrs", "httpx"}
    assert "operations.py" not in outside["attrs"] | outside["httpx"]


ODD: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    [],
    [None],
    [1, "a"],
    [[]],
    [{}],
    [{"a": [None]}],
    {},
    {"a": 1},
    {"": {}},
]


@pytest.mark.parametrize("package", ["leverset_okx", "leverset_bitget", "leverset_demo"])
def test_response_parsers_accept_any_json_object(package: str, demo: Path) -> None:
    models = load(f"{package}.models")
    classes = [getattr(models, name) for name in models.__all__ if not name.endswith("Request")]
    classes = [model for model in classes if hasattr(model, "from_dict")]
    named = {model: {document_name(field.name) for field in model.__attrs_attrs__ if field.init} for model in classes}
    envelopes = [model for model in classes if model.__name__.endswith("Response")]
    assert envelopes
    assert len(envelopes) < len(classes)
    inner = {name for model, names in named.items() if model not in envelopes for name in names} | {"new"}
    for model, names in named.items():
        fields = inner if model in envelopes else {"new"}
        values = ODD + [{name: value} for name in fields for value in ODD]
        values += [[value] for value in values] + [[{}, value] for value in values]
        for name, value in itertools.product(names | {"new"}, values):
            model.from_dict({name: value})


def document_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def test_generated_code_is_strictly_typed(demo_output: Path, tmp_path: Path) -> None:
    """Without the project's own configuration, as in the project of somebody who installed it."""
    packages = [REAL / "leverset_okx", REAL / "leverset_bitget", demo_output / "leverset_demo"]
    options = ["--strict", "--config-file=", "--python-version=3.11", f"--cache-dir={tmp_path}"]
    out, err, status = mypy.api.run([*options, *map(str, packages)])
    assert status == 0, out + err


@pytest.mark.parametrize(("seed", "umask"), [("0", 0o022), ("1", 0o077)])
def test_output_is_the_same_bytes_everywhere(
    seed: str, umask: int, demo_output: Path, workshop: Workshop, tmp_path: Path
) -> None:
    temporary = tmp_path / "another temporary folder"
    temporary.mkdir()
    environment = os.environ | {"PYTHONHASHSEED": seed, "TMPDIR": str(temporary), "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    folders = [f"--specs={workshop.specs}", f"--output={workshop.output}", f"--docs={workshop.docs}"]
    command = [sys.executable, "-m", "generator", *folders]
    subprocess.run(command, cwd=ROOT, env=environment, umask=umask, check=True, capture_output=True)
    assert contents(workshop.output) == contents(demo_output)
    assert contents(workshop.docs) == contents(demo_output.parent / "reference")
    written = [*workshop.output.rglob("*"), *workshop.docs.rglob("*")]
    modes = {path.stat().st_mode & 0o777 for path in written if path.is_file()}
    assert modes == {0o666 & ~umask}
    assert list(temporary.iterdir()) == []


def test_generator_passes_x_idempotent_on(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    spec = (ROOT / "specs" / "okx.yaml").read_text(encoding="utf-8")
    assert spec.count("x-idempotent: true") == 1
    (specs / "okx.yaml").write_text(spec.replace("x-idempotent: true", "x-idempotent: false"), encoding="utf-8")
    folders = [f"--specs={specs}", f"--output={tmp_path / 'generated'}", f"--docs={tmp_path / 'reference'}"]
    command = [sys.executable, "-m", "generator", *folders]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
    made = (tmp_path / "generated" / "leverset_okx" / "operations.py").read_text(encoding="utf-8")
    before = (ROOT / "generated" / "leverset_okx" / "operations.py").read_text(encoding="utf-8")
    assert [line for line in made.splitlines() if line not in before.splitlines()] == ["    idempotent=False,"]
