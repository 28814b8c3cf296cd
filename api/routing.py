"""Routers whose endpoints run inside their transaction."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from starlette.routing import Match
from starlette.types import Scope

from api.deps import Call
from api.idempotency import claim, held, settle, settle_apart
from models.db import is_crossed
from models.types.principals import Door

REST_PREFIX = "/api/v1"
_TRIES = 4
"""How often a transaction is done that had to give way to others: two that lock the same rows in another order."""


class Router(APIRouter):
    """Routes of one noun behind one door.

    An endpoint that takes a `call: Read` or `call: Write` is wrapped so that authentication, the work, the stored
    answer and the commit happen in one thread and one transaction. Opening the session in a dependency instead could
    stall the server: the threads waiting for the writer lock would be those its holder needs to go on.
    """

    def __init__(self, noun: str, door: Door = Door.REST, **options: Any) -> None:
        super().__init__(tags=[noun], **options)
        self.noun = noun
        self.door = door
        self._heads: set[str] = set()

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Register the endpoint, inside its transaction."""
        wrapped = _in_transaction(endpoint, self.door, self.noun, options.get("status_code") or 200)
        if self.door is not Door.REST:
            options["include_in_schema"] = False
            options["response_model"] = None
        if _head(path).startswith("{"):
            raise ValueError(f"{path} must begin with a word: routes are looked up by it.")
        self._heads.add(_head(path))
        super().add_api_route(path, wrapped, **options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As usual, after a look at how the path begins: asking each of the product's hundreds of routes takes milliseconds."""
        if _head(scope["path"]) in self._heads:
            return super().matches(scope)
        return Match.NONE, {}


def _head(path: str) -> str:
    """The first part of a path, within the API of one within the API: `invoices` of `/api/v1/invoices/inv_1`."""
    return path.removeprefix(REST_PREFIX).lstrip("/").partition("/")[0]


def _in_transaction(endpoint: Callable[..., Any], door: Door, noun: str, status_code: int) -> Callable[..., Any]:
    name = _call_parameter(endpoint)
    if name is None:
        return endpoint

    @functools.wraps(endpoint)
    def run(**arguments: Any) -> Any:
        call: Call = arguments[name]
        call.door, call.noun = door, noun
        if call.is_slow:
            return _run_slowly(call, endpoint, arguments, status_code)
        for _ in range(_TRIES - 1):
            try:
                return _run_once(call, endpoint, arguments, status_code)
            except DBAPIError as error:
                # An upload has been read: it cannot be read again.
                if not is_crossed(error) or call.has_upload:
                    raise
        return _run_once(call, endpoint, arguments, status_code)

    return run


def _run_once(call: Call, endpoint: Callable[..., Any], arguments: dict[str, Any], status_code: int) -> Any:
    with call.open():
        stored = claim(call)
        if stored is not None:
            return stored
        answer = endpoint(**arguments)
        settle(call, answer, status_code)
        return _empty() if answer is None and status_code == 204 else answer


def _run_slowly(call: Call, endpoint: Callable[..., Any], arguments: dict[str, Any], status_code: int) -> Any:
    """The endpoint opens its own transactions, so the key is claimed before and the answer kept afterwards. A crash between
    lets a repeat do the effect again, which carries its own business key.
    """
    with call.open(writes=call.key is not None):
        stored = claim(call)
    if stored is not None:
        return stored
    with held(call):
        answer = endpoint(**arguments)
        settle_apart(call, answer, status_code)
    return _empty() if answer is None and status_code == 204 else answer


def _call_parameter(endpoint: Callable[..., Any]) -> str | None:
    for name, parameter in inspect.signature(endpoint).parameters.items():
        kind = parameter.annotation
        if get_origin(kind) is Annotated and get_args(kind)[0] is Call:
            return name
    return None


def _empty() -> Response:
    return Response(status_code=204)
