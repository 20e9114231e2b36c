"""Small changes of a module, one at a time: what `python -m tests.faults.mutation` tries."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.faults import lua

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.Mod: ast.Mult,
}
# Texts for people, which golden files hold, and logging, which tells what was decided already.
_WORDS = {"why", "fix", "summary", "extra", "docs"}


@dataclass(frozen=True)
class Mutant:
    """One change: its line and the function that is in, what it was and what it is, and the module's source with it."""

    line: int
    place: str
    was: str
    now: str
    source: str

    @property
    def change(self) -> str:
        """Where it is, what it was and what it is."""
        return f"{self.place}: {self.was} -> {self.now}"

    def __str__(self) -> str:
        return f"line {self.line}, {self.change}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    seen = set()
    for number, node in enumerate(_nodes(tree)):
        for variant in range(_variants(node)):
            changed = copy.deepcopy(tree)
            twin = next(one for index, one in enumerate(_nodes(changed)) if index == number)
            was = ast.unparse(twin)
            _change(twin, variant)
            now = ast.unparse(twin) if not isinstance(twin, ast.Pass) else "pass"
            text = ast.unparse(changed)
            if text not in seen and was != now:
                seen.add(text)
                line = getattr(node, "lineno", 0)
                yield Mutant(line, _place(tree, line), was.split("\n")[0], now.split("\n")[0], text)
    yield from _of_script(tree)


def _of_script(tree: ast.Module) -> Iterator[Mutant]:
    """The mutants of what a module calls SCRIPT: Lua that runs in the store."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="SCRIPT")], value=ast.Constant(value=str(script)) as text):
                for lines, was, now, changed in lua.changes(script):
                    text.value = changed
                    yield Mutant(text.lineno + lines, "SCRIPT", was, now, ast.unparse(tree))
                text.value = script


def _place(tree: ast.Module, line: int) -> str:
    """The class and function that a line is in."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    around = [
        node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return ".".join(node.name for node in sorted(around, key=lambda node: node.lineno)) or "module"


def _nodes(tree: ast.AST, *, raised: bool = False) -> Iterator[ast.AST]:
    """Every node that may be changed: no annotation, no docstring, no text for people."""
    raised = raised or isinstance(tree, ast.Raise)
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_words(child):
                continue
            if isinstance(child, ast.JoinedStr):
                if not raised:
                    yield child
                continue
            yield child
            yield from _nodes(child, raised=raised)


def _is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in _WORDS
    if isinstance(node, ast.Subscript | ast.Call):
        # For the type checker alone.
        return ast.unparse(node.value if isinstance(node, ast.Subscript) else node.func) in ("Literal", "TypeVar")
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SCRIPT":
        return True  # changed as what it is
    if isinstance(node, ast.Expr):
        value = node.value
        logs = isinstance(value, ast.Call) and ast.unparse(value.func).startswith("log.")
        return logs or isinstance(value, ast.Constant)
    return False


def _variants(node: ast.AST) -> int:
    """How many ways there are to change a node."""
    if isinstance(node, ast.Compare):
        return len(node.ops)
    if isinstance(node, ast.BoolOp):
        return 1 + len(node.values)
    if isinstance(node, ast.JoinedStr):
        return len(node.values)
    if isinstance(node, ast.Constant):
        return int(bool(node.value) if isinstance(node.value, str | bytes) else isinstance(node.value, int | float))
    if isinstance(node, ast.BinOp):
        return int(type(node.op) in _COMPUTED)
    if isinstance(node, ast.UnaryOp):
        return int(isinstance(node.op, ast.Not))
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return 1
    if isinstance(node, ast.Return):
        return int(node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None))
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Delete | ast.Raise):
        return int(not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)))
    return 0


def _change(node: ast.AST, variant: int) -> None:
    match node:
        case ast.Compare():
            node.ops[variant] = _COMPARED[type(node.ops[variant])]()
        case ast.BoolOp() if variant == 0:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.BoolOp():
            del node.values[variant - 1]
        case ast.JoinedStr():
            del node.values[variant]
        case ast.Constant():
            node.value = _another(node.value)
        case ast.BinOp():
            node.op = _COMPUTED[type(node.op)]()
        case ast.UnaryOp():
            _become(node, node.operand)
        case ast.If() | ast.IfExp() | ast.While():
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        case ast.Return():
            node.value = ast.copy_location(ast.Constant(None), node)
        case _:
            _become(node, ast.Pass())


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str | bytes):
        return value * 2
    return value + 1


def _become(node: ast.AST, other: ast.AST) -> None:
    place = {name: getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update({**other.__dict__, **place})
