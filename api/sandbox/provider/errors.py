"""What a caller may be told, in Stripe's shape.

ApiError        nothing was done; nothing is kept
└── CardError   the card was tried and refused: that is a fact, and it is kept
"""

from typing import Any


class ApiError(Exception):
    """An answer other than 2xx. kind: Stripe's `type`. code: its `code`, for programs."""

    def __init__(self, status: int, kind: str, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error: dict[str, Any] = {"type": kind, "message": message}
        self.error.update({name: value for name, value in (("code", code), ("param", param)) if value})

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


class CardError(ApiError):
    """The card said no. The intent, when there is one, travels with the answer."""

    def __init__(self, code: str, message: str, *, decline_code: str | None = None) -> None:
        super().__init__(402, "card_error", message, code=code)
        if decline_code:
            self.error["decline_code"] = decline_code


def invalid(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """A 400: the request cannot be right."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, object_id: str) -> ApiError:
    """A 404: there is no such object."""
    return ApiError(404, "invalid_request_error", f"No such {kind}: '{object_id}'", code="resource_missing", param="id")
