"""The specs as the contract tests read them: every operation, found in the files and never named here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import yaml

SPECS = Path(__file__).parents[2] / "specs"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Json = dict[str, Any]


@cache
def load(exchange: str) -> Json:
    """The spec of an exchange as it stands in the file; not to be changed."""
    loaded: Json = yaml.safe_load((SPECS / f"{exchange}.yaml").read_text(encoding="utf-8"))
    return loaded


def exchanges() -> list[str]:
    """Every exchange that has a spec."""
    return sorted(path.stem for path in SPECS.glob("*.yaml"))


@dataclass(frozen=True)
class Endpoint:
    """One operation of a spec, with judges for its bodies."""

    exchange: str
    name: str
    method: str
    path: str
    signed: bool
    errors: Mapping[str, Json]
    reads: bool
    """Whether a request has a query and no body."""
    request: jsonschema_rs.Draft202012Validator
    """The judge of the body, or of the query as an object."""
    responses: Mapping[str, jsonschema_rs.Draft202012Validator]

    def response(self, status: int) -> jsonschema_rs.Draft202012Validator | None:
        """The judge of a response with this HTTP status; None where the spec has none."""
        return self.responses.get(str(status), self.responses.get("default"))


@cache
def endpoints(exchange: str) -> tuple[Endpoint, ...]:
    """Every operation of an exchange's spec."""
    return tuple(_endpoints(exchange))


def _endpoints(exchange: str) -> Iterator[Endpoint]:
    spec = load(exchange)
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            responses = {
                str(status): validator(spec, content["schema"])
                for status, response in operation["responses"].items()
                if (content := _content(response))
            }
            reads = "requestBody" not in operation
            schema = query_schema(operation) if reads else _content(operation["requestBody"])["schema"]
            yield Endpoint(
                exchange=exchange,
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                signed=bool(operation.get("security", spec.get("security"))),
                errors={**spec.get("x-errors", {}), **operation.get("x-errors", {})},
                reads=reads,
                request=validator(spec, schema),
                responses=responses,
            )


def _content(part: Json) -> Json:
    found: Json = part.get("content", {}).get("application/json", {})
    return found


def query_schema(operation: Json) -> Json:
    """The parameters of an operation's query as one object, which has no others."""
    parameters = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in parameters},
        "required": [one["name"] for one in parameters if one.get("required")],
        "additionalProperties": False,
    }


def read_query(target: str) -> dict[str, str]:
    """The query of a request as an object; ValueError where a name stands twice or it is not UTF-8."""
    pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, errors="strict")
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a parameter stands twice")
    return dict(pairs)


def validator(spec: Json, schema: Any) -> jsonschema_rs.Draft202012Validator:
    """A schema of the spec with its components beside it, so that its references lead somewhere."""
    whole = {**schema, "components": spec.get("components", {})} if isinstance(schema, dict) else schema
    return jsonschema_rs.Draft202012Validator(whole)


def header_names(exchange: str) -> Mapping[str, str]:
    """The names of the signing headers, by security scheme."""
    return {key: scheme["name"] for key, scheme in load(exchange)["components"]["securitySchemes"].items()}
