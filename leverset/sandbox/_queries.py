"""Reading queries: documented parameters only, each once."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from ._bounds import shown
from ._messages import Request


class QueryProblem(Exception):
    """A query that cannot be read, whatever its values are.

    Attributes:
        parameter: Name of the unknown or repeated parameter, "" where the query is not UTF-8.
    """

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter

    @property
    def why(self) -> str:
        """The rule, for the console."""
        return (
            f"{shown(self.parameter)} is unknown here, or given twice" if self.parameter else "the query is not UTF-8"
        )


def read_query(request: Request, known: Iterable[str], *, lenient: bool) -> Mapping[str, str]:
    """Read the parameters of a query, "" for those absent: the exchanges take both alike.

    Args:
        request: The request.
        known: Names of the documented parameters.
        lenient: Pass over unknown parameters.

    Raises:
        QueryProblem: A parameter is unknown or given twice, or the query is not UTF-8.
    """
    values = dict.fromkeys(known, "")
    seen = set()
    try:
        sent = parse_qsl(request.target.partition("?")[2], keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise QueryProblem("") from None
    for name, value in sent:
        if name in seen or (name not in values and not lenient):
            raise QueryProblem(name)
        seen.add(name)
        if name in values:
            values[name] = value
    return values
