"""Search for secrets: in logs, in the texts of exceptions, and in every object that is reachable behind them."""

from __future__ import annotations

import base64
import gc
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from types import BuiltinFunctionType, CellType, CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from leverset import Credentials


def spellings(credentials: Credentials, *more: str) -> set[str]:
    """Each secret as it is, and as JSON, repr, addresses and base64 write it."""
    values = [credentials.api_key, credentials.secret, credentials.passphrase, *more]
    found = set()
    for value in values:
        encoded = value.encode()
        found |= {value, json.dumps(value)[1:-1], repr(value)[1:-1], repr(encoded)[2:-1], quote(value, "")}
        found |= {base64.b64encode(encoded).decode(), encoded.hex()}
    return found


class Everything(logging.Handler):
    """Keeps every record of every logger, with all that it carries."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line as it would be written, and the facts beside it."""
        self.text += f"{self.format(record)}\n{record.__dict__!r}\n"

    def __enter__(self) -> Everything:
        self._level = logging.root.level
        logging.root.setLevel(logging.DEBUG)
        logging.root.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.root.removeHandler(self)
        logging.root.setLevel(self._level)


def chain(error: BaseException) -> list[BaseException]:
    """The exception and all that hangs on it, each once."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and one not in found:
            found.append(one)
            todo += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return found


def dump(error: BaseException, *, variables: bool = True) -> str:
    """All that can be had out of an exception, the local variables behind it too, as far as they are not a test's."""
    return "\n".join(piece for one in chain(error) for piece in _pieces(one, variables))


def reachable(root: object) -> Iterator[object]:
    """Each object that can be reached from another: attributes, items, closures, and the frames behind an exception.

    Modules, classes and the code of tests are left out, and credentials, which a client has for as long as it lives.
    """
    seen: dict[int, object] = {}  # kept alive, or an id could stand for two objects
    todo: list[Any] = [root]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, (ModuleType, type, CodeType, BuiltinFunctionType, Credentials)):
            continue
        seen[id(one)] = one
        yield one
        if isinstance(one, TracebackType):
            todo += [one.tb_frame, one.tb_next]
        elif isinstance(one, FrameType):
            if "/tests/" not in one.f_code.co_filename:
                todo += one.f_locals.values()
        elif isinstance(one, FunctionType):
            todo += [cell.cell_contents for cell in one.__closure__ or () if cell != _EMPTY]
        else:
            todo += gc.get_referents(one)


_EMPTY = CellType()


def found(root: object, *secrets: str) -> list[str]:
    """What of an object's surroundings has a secret in it."""
    texts = (one for one in reachable(root) if isinstance(one, str | bytes | bytearray))
    decoded = (one if isinstance(one, str) else bytes(one).decode("latin-1") for one in texts)
    return [text[:200] for text in decoded if any(secret in text for secret in secrets)]


def _pieces(error: BaseException, variables: bool) -> Iterator[str]:
    yield f"{error} {error!r} {error.args!r} {error.__dict__!r} {getattr(error, '__notes__', '')!r}"
    yield "".join(traceback.format_exception(error))
    for name in dir(error):
        if not name.startswith("__"):
            yield repr(getattr(error, name, None))
    if isinstance(error, httpx.RequestError) and error._request is not None:
        yield f"{error.request.headers.raw!r} {error.request.content!r} {error.request.extensions!r}"
    if isinstance(error, Exception):
        try:
            yield repr(pickle.dumps(error))
        except Exception as problem:  # what refuses to be pickled gives nothing away
            yield repr(problem)
    for frame, line in traceback.walk_tb(error.__traceback__):
        if variables and "/tests/" not in frame.f_code.co_filename:
            yield f"{frame.f_code.co_filename}:{line} {frame.f_locals!r}"
