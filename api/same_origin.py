"""Refuses unsafe requests that another site made a browser send: `Sec-Fetch-Site` first, then `Origin` against `Host`.

No tokens, so none can leak into a fragment. Programs send neither header and are let through: they carry their own
credential, which no other site can make a browser attach.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_TO_ALL = ("/webhooks/", "/f/", "/api/v1/submissions")
"""Webhooks prove themselves; an embedded public form is posted from the studio's own site."""


class SameOriginMiddleware:
    """Pure ASGI: costs nothing on safe requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_foreign(scope):
            refusal = PlainTextResponse("This request came from another site and was refused.", status_code=403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    if scope["method"] in _SAFE or scope["path"].startswith(_OPEN_TO_ALL):
        return False
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
