"""Reading request bodies: a JSON object of strings, with documented fields only."""

import json
from collections.abc import Iterable, Mapping

from ._bounds import MAX_DEPTH, check_json, shown
from ._messages import JSON_TYPE, Request

_DIGITS = 400  # of an integer: more than any bound, fewer than Python reads
MAX_ADMIN_BODY = 2**20  # bytes of a request to the admin endpoints
MAX_BODY = 64 * 1024  # bytes; the documented bodies have about a hundred


class BodyProblem(Exception):
    """A body that cannot be read, whatever its values are.

    Attributes:
        kind: "content_type", "empty", "json", "unknown_field" or "not_a_string".
        field: Name of the field, for the last two kinds.
    """

    def __init__(self, kind: str, field: str = "") -> None:
        super().__init__(kind, field)
        self.kind, self.field = kind, field

    @property
    def why(self) -> str:
        """The rule, for the console."""
        return {
            "content_type": f"Content-Type has to be {JSON_TYPE}",
            "empty": "the request has to have a body",
            "json": "the body has to be one JSON object, with each name once",
            "unknown_field": f"{shown(self.field)} is no documented field",
        }.get(self.kind, f"{shown(self.field)} has to be a text, in quotation marks")


class _Number(str):
    """A JSON number as it was written, which only lenient reading takes for a string."""

    __slots__ = ()


def _no_duplicates(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{shown(name)} twice")  # parsers disagree on which one counts: refuse it
        members[name] = value
    return members


def _no_constant(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _bounded_integer(digits: str) -> float:
    """Read an integer; a huge one as a float, which no bound lets through."""
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def read_json_object(raw: bytes) -> dict[str, object]:
    """Read a JSON object, {} from an empty body.

    NaN and Infinity are read: the check of the field refuses them, and names it.

    Raises:
        ValueError: The body is not UTF-8, not JSON, not an object, too deep, or it has a name twice.
    """
    try:
        document = json.loads(raw.decode("utf-8") or "{}", object_pairs_hook=_no_duplicates, parse_int=_bounded_integer)
    except RecursionError:
        raise ValueError(f"the document must have at most {MAX_DEPTH} levels") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - one error for all
    check_json(document)
    return document


def read_body(request: Request, known: Iterable[str], *, lenient: bool) -> Mapping[str, str]:
    """Read the fields of a body.

    Args:
        request: The request.
        known: Names of the documented fields.
        lenient: Take numbers for strings.

    Raises:
        BodyProblem: The body is not a JSON object of documented fields with strings.
    """
    media_type = request.header("content-type").partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        raise BodyProblem("content_type")
    if not request.body.strip():
        raise BodyProblem("empty")
    try:
        document = json.loads(
            request.body.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise BodyProblem("json") from None
    if not isinstance(document, dict):
        raise BodyProblem("json")
    allowed = tuple(known)
    for name, value in document.items():
        if name not in allowed:
            raise BodyProblem("unknown_field", name)
        if not isinstance(value, str) or (isinstance(value, _Number) and not lenient):
            raise BodyProblem("not_a_string", name)
    return {name: str(value) for name, value in document.items()}
