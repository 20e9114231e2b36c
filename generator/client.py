"""From a checked spec to the files of its package: openapi-python-client, our templates, ruff.

openapi-python-client is driven from Python because its command line hides warnings behind exit status 0 and
keeps ``x-`` fields away from templates. That interface is undocumented, so its version is pinned.
"""

import contextlib
import importlib.metadata
import io
import re
import subprocess
import sysconfig
import tempfile
from collections import Counter
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator.document import Document, SpecError
from generator.facts import Exchange, Operation

TEMPLATES = Path(__file__).parent / "templates"
LOCK = Path(__file__).parent / "requirements.lock"
TOOLS = ("jinja2", "openapi-python-client", "ruff")

# --isolated: no configuration of the place where it runs. The rules are named: which ones are on by default
# changes between versions of ruff. F finds generated code that cannot run, such as a name without an import.
RUFF = ("--isolated", "--no-cache", "--quiet", "--line-length=120", "--target-version=py311")
RULES = "--select=E9,F,I"

# Names that the generated modules import or define beside the model of that name.
TAKEN = {
    *(
        "Any",
        "AuthenticatedClient",
        "Client",
        "File",
        "HTTPStatus",
        "Mapping",
        "Response",
        "T",
        "TypeVar",
        "Unset",
    ),
    *("BinaryIO", "Generator", "Literal", "TextIO"),
}


class ToolError(Exception):
    """A tool of the generator is missing, has another version, or failed."""


class _Compiled(BytecodeCache):
    """Compiles the templates once for all specs, which is most of the work. jinja2 compares their sources."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = _Compiled()


def check_tools() -> None:
    """The tools have the versions of the lock file, so that the output is the same everywhere."""
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    for tool in TOOLS:
        if (version := importlib.metadata.version(tool)) != locked.get(tool):
            wanted = f"generator/{LOCK.name} has {locked.get(tool)}"
            raise ToolError(f"{tool} is {version}, but {wanted}: install what is locked, or renew the lock")


def build(document: Document, exchange: Exchange) -> dict[str, bytes]:
    """The files of one package, by their path below the output folder."""
    with tempfile.TemporaryDirectory(prefix="leverset-generator-") as folder:
        root = Path(folder)
        _render(document, exchange, root / exchange.package)
        header = f'# Generated from specs/{exchange.name}.yaml by "make gen" (python -m generator). Do not edit.\n'
        for path in root.rglob("*.py"):
            path.write_text(header + path.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
        (root / exchange.package / "py.typed").touch()
        if complaint := _ruff(root, "check", *RUFF, RULES, "--fix", exchange.package):
            raise document.error((), f"the generated code would be broken: {complaint}")
        if complaint := _ruff(root, "format", *RUFF, exchange.package):
            raise ToolError(f"ruff format failed: {complaint}")
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _render(document: Document, exchange: Exchange, target: Path) -> None:
    """Write the package with openapi-python-client and our templates."""
    config = Config.from_sources(
        ConfigFile(literal_enums=True, package_name_override=target.name, post_hooks=[]),
        MetaType.NONE,
        document_source=target,  # never read: the document is handed over below
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )
    try:
        parsed = GeneratorData.from_dict(document.data, config=config)
    except Exception as error:
        # Whatever it raises, the cause is something in the spec that none of our checks found.
        raise document.error((), f"openapi-python-client stops: {type(error).__name__}: {error}") from error
    if isinstance(parsed, GeneratorError):
        raise _refused(document, exchange, parsed)
    modules = _modules(document, exchange, parsed)
    _names(document, parsed)
    project = Project(openapi=parsed, config=config, custom_template_path=TEMPLATES)
    project.env.bytecode_cache = COMPILED
    project.env.filters["python"] = repr
    project.env.filters["visible"] = ascii
    project.env.globals.update(exchange=exchange, modules=modules)
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the temporary folder
        problems = project.build()
    if problems:
        raise _refused(document, exchange, problems[0])
    text = project.env.get_template("operations.py.jinja").render()
    (target / "operations.py").write_text(text, encoding="utf-8")


def _modules(document: Document, exchange: Exchange, parsed: GeneratorData) -> dict[str, str]:
    """The generated module of every operation, by operationId; every operation of the spec must have one."""
    found: dict[tuple[str, str], tuple[str, Endpoint]] = {}
    for tag, collection in parsed.endpoint_collections_by_tag.items():
        for problem in collection.parse_errors:
            raise _refused(document, exchange, problem)
        for endpoint in collection.endpoints:
            found[endpoint.method.upper(), endpoint.path.get_untrusted_value()] = (tag, endpoint)
    modules: dict[str, str] = {}
    for operation in exchange.operations:
        if (operation.method, operation.path) not in found:
            raise operation.node.error("openapi-python-client would generate nothing for this operation")
        tag_name, endpoint = found[operation.method, operation.path]
        _check_models(operation, endpoint)
        _check_arguments(operation, endpoint)
        _explain(operation, endpoint)
        _import_models(endpoint, parsed)
        modules[operation.name] = f"{exchange.package}.api.{tag_name}.{endpoint.name}"
    return modules


def _check_models(operation: Operation, endpoint: Endpoint) -> None:
    """Check that every body and every response has a model; ``schemas`` reports most cases earlier, with the line."""
    kinds = [body.prop for body in endpoint.bodies] + [response.prop for response in endpoint.responses]
    for kind in kinds:
        if not isinstance(kind, ModelProperty):
            raise operation.node.error(f"{kind.name.get_untrusted_value()} would have no model: give it type: object")


def _check_arguments(operation: Operation, endpoint: Endpoint) -> None:
    """Check that the generated arguments are those in ``operation.fields``; ``fields`` computes them by itself."""
    given = list(endpoint.query_parameters)
    for body in endpoint.bodies:
        if isinstance(body.prop, ModelProperty):
            given += [*(body.prop.required_properties or []), *(body.prop.optional_properties or [])]
    arguments = {one.name.get_untrusted_value(): (str(one.python_name), one.required) for one in given}
    expected = {field.name: (field.argument, field.required) for field in operation.fields}
    for name in sorted(arguments.keys() | expected.keys()):
        if (argument := arguments.get(name)) != expected.get(name):
            message = f"openapi-python-client has (argument, required) {argument} for the field {name}"
            raise operation.node.error(f"{message}, operations.py would say {expected.get(name)}")


def _names(document: Document, parsed: GeneratorData) -> None:
    """No two models share a file, and none has a name that the generated code uses itself."""
    classes = [model.class_info for model in (*parsed.models, *parsed.enums)]
    files = Counter(info.module_name for info in classes)
    for info in classes:
        pointer = ("components", "schemas", info.name)
        if info.name in TAKEN:
            raise document.error(pointer, f"the name {info.name} is taken in the generated code")
        if files[info.module_name] > 1:
            raise document.error(pointer, f"two models would be written to the same file, {info.module_name}.py")


def _explain(operation: Operation, endpoint: Endpoint) -> None:
    """Add the rate limit and the link to the document to the generated docstrings."""
    who = {"user": "for each user", "ip": "for each IP address"}[operation.scope]
    who += f" and {operation.per}" if operation.per else ""
    parts = [
        endpoint.description.get_untrusted_value(),
        f"Rate limit: {operation.requests} requests in {operation.seconds:g} s, {who}.",
        f"Document: {operation.docs}",
    ]
    endpoint.description = UntrustedString("\n\n".join(part for part in parts if part))


def _import_models(endpoint: Endpoint, parsed: GeneratorData) -> None:
    """Import the models within an endpoint's models with its module: the generated code would with the first response.

    A signal handler that raises during an import, or a fork, is not to meet a request that was sent.
    """
    models: dict[str, ModelProperty] = {model.class_info.name: model for model in parsed.models}
    within = [one.prop for one in (*endpoint.bodies, *endpoint.responses) if isinstance(one.prop, ModelProperty)]
    for model in within:
        for line in sorted(model.lazy_imports or ()):
            inner = models[line.rpartition(" ")[2]]
            if inner not in within:
                within.append(inner)
                name = inner.class_info.name
                endpoint.relative_imports.add(f"from ...models.{inner.class_info.module_name} import {name} as {name}")


def _refused(document: Document, exchange: Exchange, problem: GeneratorError) -> SpecError:
    """Turn a problem of openapi-python-client into a SpecError, at the operation or schema that it names."""
    text = " ".join(f"{problem.header} {problem.detail or ''}".split())
    message = f"openapi-python-client would leave something out: {text}"
    if isinstance(problem, ParseError) and problem.data is not None:
        message += f" {problem.data.model_dump_json(exclude_unset=True, by_alias=True)}"
    for operation in exchange.operations:
        if f"{operation.method} {operation.path} " in text:
            return operation.node.error(message)
    named = re.search(r"/components/schemas/([A-Za-z0-9._-]+)", text)
    return document.error(("components", "schemas", named[1]) if named else (), message)


def _ruff(root: Path, *arguments: str) -> str:
    """Run ruff beside the package, never inside it: its types.py hides Python's own."""
    ruff = Path(sysconfig.get_path("scripts")) / "ruff"
    if not ruff.exists():
        raise ToolError(f"{ruff} is missing: install what generator/{LOCK.name} lists")
    done = subprocess.run([ruff, *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return "" if done.returncode == 0 else " ".join((done.stdout + done.stderr).split())
