"""The HTTP side of PayPal: the token, the request id, and what its errors mean."""

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Any

import httpx

from api.gateways.payments import GatewayDeclined, GatewayError, GatewayRejected, GatewayUnavailable
from api.gateways.wire import real_now

# The payer's side said no. Source: developer.paypal.com/api/rest/reference/orders/v2/errors.
_DECLINES = frozenset(
    {
        "CARD_EXPIRED",
        "INSTRUMENT_DECLINED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_CANNOT_PAY",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSACTION_REFUSED",
    }
)
_MARGIN = timedelta(seconds=60)
_LONGEST_KEY = 108


class PayPalClient:
    """Calls PayPal's REST API with a token that is fetched when needed. Safe to share between threads."""

    def __init__(self, client_id: str, secret: str, *, api_url: str, timeout_seconds: float) -> None:
        self._http = httpx.Client(base_url=api_url, timeout=timeout_seconds, follow_redirects=False)
        self._credentials = (client_id, secret)
        self._lock = threading.Lock()
        self._token: tuple[str, datetime] | None = None

    def get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """The JSON answer of a read."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | bytes, *, key: str | None = None) -> dict[str, Any]:
        """The JSON answer of a write, the full object. key: what makes a second call harmless."""
        headers = {"Prefer": "return=representation", "Content-Type": "application/json"}
        if key:
            headers["PayPal-Request-Id"] = key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
        if isinstance(body, bytes):
            return self._call("POST", path, content=body, headers=headers)
        return self._call("POST", path, json=body, headers=headers)

    def patch(self, path: str, changes: list[dict[str, Any]]) -> None:
        self._call("PATCH", path, json=changes)

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = options.pop("headers", {})
        answer = self._send(method, path, headers={**headers, "Authorization": f"Bearer {self._fresh_token()}"}, **options)
        if answer.status_code == 401:  # revoked before its time; one more try with a new one
            self._token = None
            answer = self._send(method, path, headers={**headers, "Authorization": f"Bearer {self._fresh_token()}"}, **options)
        return _body_of(answer)

    def _fresh_token(self) -> str:
        with self._lock:
            if self._token is None or self._token[1] <= real_now():
                form = {"grant_type": "client_credentials"}
                body = _body_of(self._send("POST", "/v1/oauth2/token", data=form, auth=self._credentials))
                self._token = (body["access_token"], real_now() + timedelta(seconds=body["expires_in"]) - _MARGIN)
            return self._token[0]

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise GatewayUnavailable("connection", f"PayPal did not answer: {error!r}.") from error


def _body_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = {}
    if answer.is_success:
        return dict(body)
    raise _gateway_error(answer.status_code, body)


def _gateway_error(status: int, body: dict[str, Any]) -> GatewayError:
    issues = [detail.get("issue", "") for detail in body.get("details", [])]
    code = next(filter(None, [*issues, body.get("name"), body.get("error")]), str(status))
    message = body.get("message") or body.get("error_description") or f"PayPal answered {status}."
    # 409: the same request id is being worked on elsewhere.
    if status in (408, 409, 429) or status >= 500:
        return GatewayUnavailable(code, message)
    if code in _DECLINES:
        return GatewayDeclined(code, message)
    return GatewayRejected(code, message)
