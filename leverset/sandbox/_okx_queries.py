"""OKX: reading queries."""

from collections.abc import Iterable, Mapping

from ._exchange import Market
from ._messages import Request
from ._okx_refusals import wrong
from ._queries import QueryProblem, read_query


def read_parameters(request: Request, known: Iterable[str], market: Market) -> Mapping[str, str]:
    """Read the parameters of a query, "" for those absent; Refused with 51000 where one is unknown or repeated."""
    try:
        return read_query(request, known, lenient=market.config.lenient)
    except QueryProblem as problem:
        raise wrong(problem.parameter, problem.why) from None
