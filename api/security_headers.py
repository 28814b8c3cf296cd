"""What browsers must not do with our pages: run foreign scripts, frame them, guess types, leak addresses."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.settings import Settings

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action {forms}; frame-ancestors {frames}"
)

_PROVIDERS = ("https://checkout.stripe.com", "https://www.paypal.com", "https://*.squareup.com", "https://square.link")


def payment_hosts(settings: Settings) -> tuple[str, ...]:
    """The origins that paying may lead to: the providers', or the sandbox's while it stands in for Stripe."""
    parts = urlsplit(settings.stripe_base_url)
    return (f"{parts.scheme}://{parts.netloc}", *_PROVIDERS)


class SecurityHeadersMiddleware:
    """Adds the headers to every answer that did not set them itself.

    payment_hosts: where a form may lead besides ourselves: paying redirects a posted form to the provider's page.
    """

    def __init__(self, app: ASGIApp, *, payment_hosts: tuple[str, ...] = ()) -> None:
        self._app = app
        self._forms = " ".join(("'self'", *payment_hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._guard(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _guard(self, headers: MutableHeaders, path: str) -> None:
        # Forms and schedulers are made to be embedded in the studio's own site; nothing else is.
        frames = "*" if path.startswith("/f/") and path.endswith("/embed") else "'none'"
        headers.setdefault("Content-Security-Policy", _POLICY.format(forms=self._forms, frames=frames))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
