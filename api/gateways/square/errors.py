"""What Square's refusals mean, and the length of its keys."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from square.core.api_error import ApiError

from api.gateways.payments import GatewayDeclined, GatewayError, GatewayRejected, GatewayUnavailable

_LONGEST_KEY = 45


@contextmanager
def translated() -> Iterator[None]:
    """Whatever the SDK raises, in the words of the interface."""
    try:
        yield
    except ApiError as error:
        raise _gateway_error(error) from error
    except httpx.TransportError as error:
        raise GatewayUnavailable("connection", f"Square did not answer: {error!r}.") from error


def _gateway_error(error: ApiError) -> GatewayError:
    first, status = error.errors[0], error.status_code or 0
    code, message = str(first.code), first.detail or f"Square answered {status}."
    if status in (408, 409, 429) or status >= 500:
        return GatewayUnavailable(code, message)
    if first.category == "PAYMENT_METHOD_ERROR":
        return GatewayDeclined(code, message, charge_ref=_failed_payment(error))
    return GatewayRejected(code, message)


def _failed_payment(error: ApiError) -> str | None:
    payment = error.body.get("payment") if isinstance(error.body, dict) else None
    return payment.get("id") if isinstance(payment, dict) else None


def short_key(text: str) -> str:
    """The key as Square takes it: 45 characters at most."""
    return text if len(text) <= _LONGEST_KEY else hashlib.sha256(text.encode()).hexdigest()[:_LONGEST_KEY]
