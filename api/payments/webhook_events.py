"""What providers tell us. Verify, store, answer; what a message means is worked out in a transaction of its own."""

from collections.abc import Mapping

import structlog
from fastapi.responses import JSONResponse, Response
from sqlmodel import select

from api.deps import Call
from api.gateways.payments import BadWebhook, GatewayUnavailable
from api.payments.gateways import ACCOUNT, opened_gateway
from api.payments.settling import settle_payment
from api.payments.tills import Till
from models.commands.notifications import notify_responsible
from models.commands.webhook_events import apply_webhook_event, find_payment_of, mark_applied, store_event, store_unreadable
from models.tables.workspaces import Workspace
from models.types.errors import DomainError, NotFound
from models.types.payments import EventKind, ProviderEvent

log = structlog.get_logger("webhooks")


def receive_event(call: Call, provider: str, raw: bytes, headers: Mapping[str, str], *, slug: str | None = None) -> Response:
    """Take a provider's message: 200 once it is stored, 400 when it is not genuine, 503 when that cannot be told now.

    slug: the workspace named by the address; without one the message finds its workspace by the payment it is about.
    A message that cannot be applied yet stays stored: it is tried again with the next news and when reconciling.
    """
    workspace_id = _workspace_id(call, slug)
    try:
        with opened_gateway(call.settings, provider) as gateway:
            event = gateway.parse_webhook(raw, headers)
    except GatewayUnavailable:
        return _answer("unverified", 503)
    except BadWebhook as bad:
        return _take_bad(call, provider, raw, bad, workspace_id)
    with call.open(writes=True):
        row_id = store_event(call.session, event, raw, workspace_id=workspace_id)
    return _answer(_apply(call, row_id, event, workspace_id), 200)


def _apply(call: Call, row_id: str, event: ProviderEvent, workspace_id: str | None) -> str:
    try:
        if event.kind is EventKind.CHECKOUT_APPROVED:
            return _complete(call, row_id, event, workspace_id)
        with call.open(writes=True):
            return apply_webhook_event(call.session, row_id, now=call.now)
    except DomainError as error:  # it is stored: reconciliation comes back to it
        log.warning("stored, not applied", event_id=event.event_id, reason=error.detail)
        return "stored"


def _complete(call: Call, row_id: str, event: ProviderEvent, workspace_id: str | None) -> str:
    """The payer agreed at the provider; the money moves when we ask for it."""
    with call.open(writes=False):
        payment = find_payment_of(call.session, event, workspace_id=workspace_id)
    if payment is None:
        return "stored"
    owner = payment.workspace_id
    settle_payment(Till(call, lambda: call.enter(owner)), payment.id)
    with call.open(writes=True):
        return mark_applied(call.session, row_id, now=call.now)


def _take_bad(call: Call, provider: str, raw: bytes, bad: BadWebhook, workspace_id: str | None) -> Response:
    log.warning("webhook refused", provider=provider, code=bad.code, reason=bad.message)
    if bad.code != "unreadable":
        return _answer(bad.code, 400)
    with call.open(writes=True):
        row_id = store_unreadable(call.session, provider, ACCOUNT, raw, bad.message, workspace_id=workspace_id)
        for one in [workspace_id] if workspace_id else call.session.exec(select(Workspace.id)).all():
            call.enter(one)
            text = f"A message of {provider.capitalize()} could not be read and was kept. Payments are still checked by asking."
            notify_responsible(call.session, None, text, href="/payments", key=f"webhook:{row_id}")
    return _answer("dead", 200)


def _workspace_id(call: Call, slug: str | None) -> str | None:
    if slug is None:
        return None
    with call.open(writes=False):
        workspace_id = call.session.exec(select(Workspace.id).where(Workspace.slug == slug)).one_or_none()
    if workspace_id is None:
        raise NotFound("There is no such workspace.")
    return workspace_id


def _answer(status: str, code: int) -> Response:
    return JSONResponse({"status": status}, status_code=code)
