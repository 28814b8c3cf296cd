"""One API request: who asks, is a fault due, was the key seen before, do it, keep the answer. In one transaction."""

import hashlib
import json
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.sandbox.provider import faults
from api.sandbox.provider.errors import ApiError, CardError
from api.sandbox.provider.form import Json, Params, decode
from api.sandbox.provider.listing import expand
from api.sandbox.provider.store import Book, Object, Store, public
from models.ids import new_id

Operation = Callable[[Book, Params], Object]
Answer = tuple[int, Json, bool]
"""Status, body, and whether it is the first answer played again."""


def endpoint(store: Store, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """The web endpoint of an operation."""

    async def serve(request: Request) -> Response:
        body = (await request.body()).decode()
        return await run_in_threadpool(_respond, store, operation, request, body)

    return serve


class CutResponse(Response):
    """Headers, then the line goes dead: what a caller sees when the reply is lost."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _respond(store: Store, operation: Operation, request: Request, body: str) -> Response:
    writes = request.method != "GET"
    try:
        _check_key(request)
        with store.transaction() as book:
            failure = faults.due_failure(book)
        if failure:
            return _json(failure, {"error": {"type": "api_error", "message": "A failure on demand."}})
        with store.transaction() as book:
            status, answer, replayed = _answer(book, operation, request, body)
            cut = writes and faults.due_cut(book)
    except ApiError as error:
        return _json(error.status, error.body)
    return CutResponse() if cut else _json(status, answer, replayed=replayed)


def _answer(book: Book, operation: Operation, request: Request, body: str) -> Answer:
    params = {**decode(body or request.url.query), **request.path_params}
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if not key:
        return (*_perform(book, operation, params), False)
    fingerprint = hashlib.sha256(f"{request.url.path}\n{body}".encode()).hexdigest()
    kept = book.execute("SELECT request, status, body FROM answers WHERE key = ?", (key,)).fetchone()
    if kept and kept["request"] != fingerprint:
        message = f"Keys for idempotent requests can only be used with the same parameters they were first used with: {key}"
        raise ApiError(400, "idempotency_error", message)
    if kept:
        return kept["status"], json.loads(kept["body"]), True
    status, answer = _perform(book, operation, params)
    book.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, fingerprint, status, json.dumps(answer)))
    return status, answer, False


def _perform(book: Book, operation: Operation, params: Params) -> tuple[int, Json]:
    expansions = params.pop("expand", [])
    try:
        thing = operation(book, params)
    except CardError as error:  # the attempt is a fact: it is written down, and kept for the key
        return error.status, public(error.body)
    return 200, public(expand(book, json.loads(json.dumps(thing)), expansions))


def _check_key(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith("sk_test_"):
        raise ApiError(401, "invalid_request_error", "This provider knows test mode only: use a key that begins with sk_test_.")


def _json(status: int, body: Json, *, replayed: bool = False) -> Response:
    headers = {"Request-Id": new_id("req")}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(body, status, headers)
