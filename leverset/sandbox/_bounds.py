"""Checks of everything that the sandbox takes from outside: settings, faults, queries."""

import sys
from collections.abc import Iterator

DAY = 86_400.0  # seconds: the longest delay
ERA = 1e9  # seconds, about 32 years: the largest offset of a clock
INT64 = 2**63
MAX_DEPTH = 32  # levels of JSON
MAX_VALUES = 10_000  # values in one JSON document


def shown(value: object) -> str:
    """Return a value as text of at most 80 characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of more than 4300 digits, or nested without end
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."


def number(name: str, value: object, lowest: float, highest: float) -> float:
    """Check that a value is a number (not a bool) within bounds, both included.

    Raises:
        ValueError: It is not; the text names the field and its range.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
        raise ValueError(f"{name} must be a number from {lowest:g} to {highest:g}, not {shown(value)}")
    return float(value)


def integer(name: str, value: object, lowest: int, highest: int) -> int:
    """Check that a value is an integer (not a bool) within bounds, both included.

    Raises:
        ValueError: It is not; the text names the field and its range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(f"{name} must be an integer from {lowest} to {highest}, not {shown(value)}")
    return value


def boolean(name: str, value: object) -> bool:
    """Check that a value is true or false.

    Raises:
        ValueError: It is not; the text names the field.
    """
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {shown(value)}")  # noqa: TRY004 - one error for all
    return value


def text(name: str, value: object, longest: int) -> str:
    """Check that a value is a text of at most `longest` characters.

    Raises:
        ValueError: It is not; the text names the field and its bound.
    """
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, not {shown(value)}")  # noqa: TRY004 - one error for all
    if len(value) > longest:
        raise ValueError(f"{name} must be a text of at most {longest} characters, not {shown(value)}")
    return value


def check_json(document: object) -> None:
    """Check that a document is JSON of bounded depth and size, with valid Unicode.

    Raises:
        ValueError: It is not; the text names the place and the bound.
    """
    for path, value in _walk("", document):
        where = path or "the document"
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                raise ValueError(f"{where} must have texts as names, not {shown(value)}")
            unicode = all(map(is_unicode, value))
        elif value is None or isinstance(value, (bool, int, float, list, tuple)):
            continue
        elif isinstance(value, str):
            unicode = is_unicode(value)
        else:
            raise ValueError(f"{where} must be JSON, not {shown(value)}")
        if not unicode:
            raise ValueError(f"{where} must be valid Unicode, not {shown(value)}")


def check_numbers(name: str, document: object) -> None:
    """Check that every number in a document is finite and fits a float.

    Raises:
        ValueError: One is not; the text names its place.
    """
    for path, value in _walk(name, document):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number(path, value, -sys.float_info.max, sys.float_info.max)


def is_unicode(text: str) -> bool:
    """Check that a text has no lone surrogates, which cannot be encoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _walk(name: str, document: object) -> Iterator[tuple[str, object]]:
    """Iterate over a document and everything in it, each with its path, such as "replace.lever"."""
    rest = [(name, document, 1)]
    count = 0
    while rest:
        path, value, depth = rest.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"{name or 'the document'} must have at most {MAX_DEPTH} levels")
        if count > MAX_VALUES:
            raise ValueError(f"{name or 'the document'} must have at most {MAX_VALUES} values")
        yield path, value
        if isinstance(value, dict):
            rest += [(_join(path, key), item, depth + 1) for key, item in value.items()]
        elif isinstance(value, (list, tuple)):
            rest += [(_join(path, index), item, depth + 1) for index, item in enumerate(value)]


def _join(path: str, key: object) -> str:
    name = str(key)[:40]
    return f"{path}.{name}" if path else name
