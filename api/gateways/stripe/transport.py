"""The SDK's calls, made with our own HTTP client: one connection pool for all threads, closed when the gateway is."""

from collections.abc import Mapping

import httpx
import stripe


class Transport(stripe.HTTPClient):
    """What the SDK sends through. Its own httpx client is made for asyncio and sends bodies in a deprecated way."""

    name = "httpx"

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._http = httpx.Client(timeout=timeout_seconds, follow_redirects=False)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: str | None = None, **_: object
    ) -> tuple[str, int, Mapping[str, str]]:
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data)
        except httpx.TransportError as error:
            message = f"Stripe did not answer: {error!r}."
            raise stripe.APIConnectionError(message) from error  # type: ignore[no-untyped-call]  # the SDK's
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        self._http.close()
