"""From what went wrong to what the caller sees, once: problem+json for programs, a page or a fragment for people."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api.render import error_page
from models import logging
from models.db import is_away
from models.types.errors import Conflict, DomainError, Forbidden, InUse, Invalid, NotFound, Refused, StillUnderWay, Unavailable
from models.types.principals import Door, NotSignedIn

_STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Invalid: 422,
    Refused: 409,
    Conflict: 409,
    Forbidden: 403,
    StillUnderWay: 425,
    Unavailable: 503,
}
_TITLE = {
    400: "This request cannot be read",
    401: "Please sign in",
    403: "You may not do this",
    404: "Not found",
    405: "This cannot be done here",
    409: "This is not possible right now",
    413: "This is too large",
    422: "Something is missing or wrong",
    425: "Still under way",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available at the moment",
}
log = structlog.get_logger("api")


def install(app: FastAPI) -> None:
    """Attach every translation to the app."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(SQLAlchemyError, _database_error)
    app.add_exception_handler(Exception, _unexpected)


def status_of(error: DomainError) -> int:
    """The HTTP status of a domain error."""
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for it
    problems = [{"field": error.field, "message": error.detail}] if error.field else []
    more = {"used_by": list(error.used_by)} if isinstance(error, InUse) else {}
    answer = _answer(request, status_of(error), error.detail, kind=type(error).__name__, problems=problems, **more)
    if isinstance(error, StillUnderWay):
        answer.headers["Retry-After"] = "1"
    return answer


def _not_signed_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotSignedIn)  # noqa: S101 - registered for it
    if error.door is Door.REST or _is_program(request):
        return _answer(request, 401, "Send `Authorization: Bearer …` with a valid token, or sign in.", kind="NotSignedIn")
    page = "/portal/login" if error.door is Door.PORTAL else "/login"
    wanted = request.url.path if request.method == "GET" else "/"
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": page})
    return RedirectResponse(f"{page}?next={wanted}", status_code=303)


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    problems = [{"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]} for one in error.errors()]
    said = "; ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in problems)
    return _answer(request, 422, said, kind="Invalid", problems=problems)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    unknown = error.status_code == 404 and error.detail == "Not Found"
    detail = "There is nothing at this address." if unknown else str(error.detail)
    answer = _answer(request, error.status_code, detail, kind="HttpError")
    answer.headers.update(error.headers or {})
    return answer


def _database_error(request: Request, error: Exception) -> Response:
    """Ask to come again while the database is away. Any other trouble with it is unexpected."""
    if not is_away(error):
        raise error
    logging.bind(**request.scope.get("log_names", {}))
    log.error("the database is away", path=request.url.path, error=str(error)[:500])
    said = "The database does not answer at the moment. Nothing was changed; please try again in a few seconds."
    answer = _answer(request, 503, said, kind="Unavailable")
    answer.headers["Retry-After"] = "5"
    return answer


def _unexpected(request: Request, error: Exception) -> Response:
    logging.bind(**request.scope.get("log_names", {}))
    log.error("unexpected error", path=request.url.path, exc_info=error)
    said = "Nothing was changed. Please try again; if it happens again, tell the operator."
    return _answer(request, 500, said, kind="Unexpected")


def _is_program(request: Request) -> bool:
    is_their_path = request.url.path.startswith(("/api/", "/webhooks/", "/hooks/"))
    return is_their_path or "application/json" in request.headers.get("accept", "")


def _answer(
    request: Request, status: int, detail: str, *, kind: str, problems: list[dict[str, str]] | None = None, **more: Any
) -> Response:
    """more: what the body of this kind of problem says besides."""
    title = _TITLE.get(status, "This did not work")
    if _is_program(request):
        body = {"type": f"/help/errors#{kind}", "title": title, "status": status, "detail": detail, "problems": problems or []}
        return JSONResponse({**body, **more}, status_code=status, media_type="application/problem+json")
    html = error_page(request, title=title, detail=detail, status=status)
    return HTMLResponse(html, status_code=status)
