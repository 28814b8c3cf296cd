"""PayPal's messages. Verify on the raw bytes, store, answer."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from api.deps import Slow
from api.payments import receive_event
from api.routing import Router
from api.webhooks.bodies import raw_body
from models.types.principals import Door

router = Router("paypal", Door.PUBLIC)
Raw = Annotated[bytes, Depends(raw_body)]


@router.post("/webhooks/paypal")
def create(request: Request, raw: Raw, call: Slow) -> Response:
    """A message of the installation's account; it finds its workspace by the payment it is about."""
    return receive_event(call, "paypal", raw, request.headers)


@router.post("/webhooks/paypal/{slug}")
def create_for_workspace(slug: str, request: Request, raw: Raw, call: Slow) -> Response:
    """A message that concerns one workspace alone."""
    return receive_event(call, "paypal", raw, request.headers, slug=slug)
