"""Read plans from YAML, event by event: every row has its line, and nothing is built that a plan does not need.

Either a list of rows, each with an `exchange`, or a mapping with a list for each exchange, and `accounts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import intern
from typing import Any, TypeAlias

import yaml

from leverset._format import field_name
from leverset._registry import EXCHANGES
from leverset.errors import ConfigurationError
from leverset.plan._model import Accounts
from leverset.plan._readers.collector import Collector, add_account_problem, fix_of
from leverset.plan._readers.scalars import STRING, Scalars, add_feature_problem, add_tag_problem

# The parser in C where the wheel has it (all of PyYAML's do): ten times faster.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Names of their own, for they are asked for every key and value.
_Scalar: Any = yaml.ScalarEvent
_MappingStart, _MappingEnd = yaml.MappingStartEvent, yaml.MappingEndEvent
_SequenceEnd = yaml.SequenceEndEvent
_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_SECTIONS = ("accounts", *EXCHANGES)

Event: TypeAlias = Any
"""PyYAML's parser in C makes other classes than its annotations say."""


def read_yaml(text: str, into: Collector) -> None:
    """Read all rows; a syntax error is a problem, and ends the reading."""
    parser = _Loader(text)
    try:
        _Reader(iter(parser.get_event, None), into).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        into.problem(
            mark.line + 1 if mark else 1,
            "yaml-syntax",
            f"this is not YAML: {getattr(error, 'problem', None) or error}",
            why=getattr(error, "context", None) or "the parser cannot go on here",
            fix="look at this line and the one before it: indentation, colons, brackets, quotes",
        )
    finally:
        parser.dispose()


class _Reader:
    """Reads one document. Each method that reads a value gets the event that begins it."""

    def __init__(self, events: Iterator[Event], into: Collector) -> None:
        self._next: Callable[[], Event] = events.__next__  # one function in C: it is called for every key and value
        self._into = into
        self._scalars = Scalars(into)

    def document(self) -> None:
        """Read the whole file."""
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if isinstance(event, yaml.SequenceStartEvent):
            self._rows(None, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._sections(event)
        elif isinstance(event, yaml.StreamEndEvent) or (isinstance(event, yaml.ScalarEvent) and not event.value):
            return  # the plan says that it is empty
        else:
            wanted = f"a plan is a list of rows, or a mapping with {' and '.join(EXCHANGES)}"
            self._shape(event, wanted, fix="see docs/plans.md; CSV has to be named .csv, or needs --format csv")
        self._next()
        event = self._next()
        if isinstance(event, yaml.DocumentStartEvent):
            self._into.problem(
                _line(event),
                "shape",
                "a second document begins here",
                why="a plan is one document; what follows would not be read",
                fix="remove the line of three dashes, or make two files",
            )

    def _sections(self, begin: Event) -> None:
        self._refuse_tag(begin)
        seen: dict[str, int] = {}
        while not isinstance(key := self._next(), _MappingEnd):
            name, event = self._key(key, seen), self._next()
            if name == "accounts" and isinstance(event, yaml.MappingStartEvent):
                self._accounts(event)
            elif name is not None and name in EXCHANGES and isinstance(event, yaml.SequenceStartEvent):
                self._rows(name, event)
            elif name in _SECTIONS and self._is_absent(event):
                continue
            elif name in _SECTIONS:
                wanted = "a mapping of exchanges" if name == "accounts" else "a list of rows"
                self._shape(event, f"{name} is {wanted}")
            else:
                self._skip(event)
                if name is not None:
                    self._unknown(key, name, _SECTIONS)

    def _is_absent(self, event: Event) -> bool:
        return isinstance(event, yaml.ScalarEvent) and self._scalars.classify(event)[0] == "absent"

    def _accounts(self, begin: Event) -> None:
        self._refuse_tag(begin)
        seen: dict[str, int] = {}
        while not isinstance(key := self._next(), _MappingEnd):
            name, event = self._key(key, seen), self._next()
            if name is not None and name in EXCHANGES and isinstance(event, yaml.MappingStartEvent):
                self._refuse_tag(event)
                self._account(name)
            elif name in EXCHANGES and not self._is_absent(event):
                self._shape(event, f"the account of {name} is a mapping")
            else:
                self._skip(event)
                if name is not None and name not in EXCHANGES:
                    self._unknown(key, name, tuple(EXCHANGES))

    def _account(self, exchange: str) -> None:
        values, lines = self._fields(texts=True)
        kind, known = EXCHANGES[exchange].account_type, EXCHANGES[exchange].account_fields
        given: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                self._unknown_at(lines[name], name, known)
                continue
            try:
                kind(**{name: value})
            except ConfigurationError as error:
                add_account_problem(self._into, lines[name], exchange, error)
            else:
                given[name] = value
        account = kind(**given, source="the plan")
        self._into.accounts = Accounts(**{exchange: account}).over(self._into.accounts)

    def _rows(self, exchange: str | None, begin: Event) -> None:
        self._refuse_tag(begin)
        while not isinstance(event := self._next(), _SequenceEnd):
            if not isinstance(event, _MappingStart):
                self._shape(event, "a row is a mapping of fields")
                continue
            self._into.begin_row()
            self._refuse_tag(event)
            body, lines = self._fields()
            self._into.row(_line(event), exchange or body.pop("exchange", None), body, lines)

    def _fields(self, *, texts: bool = False) -> tuple[dict[str, object], dict[str, int]]:
        """Read a mapping of scalars, and the line of each; with `texts`, numbers are read as texts."""
        values: dict[str, object] = {}
        lines: dict[str, int] = {}
        usual = {} if texts else self._scalars.usual
        while not isinstance(key := self._next(), _MappingEnd):
            name: str | None
            # What nearly every field is comes first, without a call: this is done for every field of a plan.
            if isinstance(key, _Scalar) and key.value not in lines and key.tag is None:
                name = intern(key.value)
                lines[name] = key.start_mark.line + 1
            else:
                name = self._key(key, lines)
            event = self._next()
            if not isinstance(event, _Scalar):
                self._shape(event, f"{field_name(name)} is one value", name=name or "")
            elif name is None:
                continue
            elif not event.style and event.tag is None and (known := usual.get(event.value)) is not None:
                values[name] = known
            else:
                kind, value = self._scalars.classify(event) if texts else self._scalars.value(name, event)
                if texts:
                    values[name] = None if kind == "absent" else event.value
                elif kind != "absent":
                    values[name] = value
        return values, lines

    def _key(self, event: Event, seen: dict[str, int]) -> str | None:
        """Return the name of a key; None, and a problem, where it is no name or comes a second time."""
        if not isinstance(event, _Scalar):
            self._shape(event, "a key is a name")
            return None
        self._refuse_tag(event)
        name = intern(event.value)
        if name in seen:
            self._into.problem(
                _line(event),
                "duplicate-key",
                f"{field_name(name)} occurs twice, first in line {seen[name]}",
                why="YAML would keep only one of the two, silently",
                fix="remove one of them",
                name=name,
            )
            return None
        seen[name] = _line(event)
        return name

    def _refuse_tag(self, event: Event) -> None:
        if event.tag not in (None, STRING):
            add_tag_problem(self._into, _line(event), event.tag)

    def _shape(self, event: Event, wanted: str, *, name: str = "", fix: str = "see docs/plans.md") -> None:
        if isinstance(event, yaml.AliasEvent):
            summary = f"the alias *{event.anchor} is not used in plans"
            add_feature_problem(self._into, _line(event), summary, name=name)
            return
        names = {yaml.ScalarEvent: "a single value", yaml.SequenceStartEvent: "a list"}
        what = names.get(type(event), "a mapping")
        self._into.problem(_line(event), "shape", f"{what} does not belong here", why=wanted, fix=fix, name=name)
        self._skip(event)

    def _unknown(self, event: Event, name: str, known: tuple[str, ...]) -> None:
        self._unknown_at(_line(event), name, known)

    def _unknown_at(self, line: int, name: str, known: tuple[str, ...]) -> None:
        self._into.problem(
            line,
            "key-known",
            f"{field_name(name)} means nothing here",
            why=f"known are {', '.join(known)}",
            fix=fix_of(name, known) or "correct the name, or remove it",
            name=name,
        )

    def _skip(self, event: Event) -> None:
        """Skip a value whose first event was read; levels are counted, so that any depth is possible."""
        depth = 0
        while True:
            depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
            if depth == 0:
                return
            event = self._next()


def _line(event: Event) -> int:
    line: int = event.start_mark.line
    return line + 1
