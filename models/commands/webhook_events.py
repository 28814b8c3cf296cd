"""What providers tell us: stored before it is understood, applied once, in whatever order it came."""

import hashlib
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select

from models import clock
from models.commands.notifications import notify_responsible
from models.commands.payments import ChargeMismatch, apply_charge, close_checkout
from models.commands.refunds import apply_refund
from models.db import enter
from models.ids import new_id
from models.queries.payments import list_unapplied_events
from models.tables.payments import Payment, WebhookEvent
from models.types.payments import EventKind, ProviderEvent
from models.types.scope import Scope

_EVENT = TypeAdapter(ProviderEvent)
_CHARGED = {
    EventKind.CHECKOUT_COMPLETED,
    EventKind.PAYMENT_PENDING,
    EventKind.PAYMENT_SUCCEEDED,
    EventKind.PAYMENT_FAILED,
    EventKind.PAYMENT_CANCELED,
}


def store_event(session: Session, event: ProviderEvent, body: bytes, *, workspace_id: str | None = None) -> str:
    """Keep a genuine message; the id of its row, the same one for a repeat. Works in the system scope."""
    row: dict[str, Any] = {
        "provider": event.provider.value,
        "account": event.account,
        "event_id": event.event_id,
        "workspace_id": workspace_id,
        "kind": event.kind.value,
        "object_ref": event.object_ref,
        "body": body,
        "parsed": _EVENT.dump_python(event, mode="json"),
        "status": "ignored" if event.kind is EventKind.OTHER else "stored",
    }
    return _insert(session, row)


def store_unreadable(
    session: Session, provider: str, account: str, body: bytes, reason: str, *, workspace_id: str | None = None
) -> str:
    """Keep a genuine message of a shape that this version does not know, for somebody to look at."""
    row: dict[str, Any] = {
        "provider": provider,
        "account": account,
        "event_id": hashlib.sha256(body).hexdigest(),
        "workspace_id": workspace_id,
        "kind": "unreadable",
        "object_ref": "",
        "body": body,
        "parsed": {},
        "status": "dead",
        "error": reason,
    }
    return _insert(session, row)


def apply_webhook_event(session: Session, event_row_id: str, *, now: datetime) -> str:
    """Let a stored message take effect, and then those that waited for it. The status it has afterwards.

    Begins in the system scope and goes on in the workspace of the payment. A message about something that is not known
    yet stays `stored`; one that contradicts our own record becomes `dead`, and the studio is told. Twice is once.
    """
    row = _held(session, event_row_id)
    if row.status != "stored":
        return row.status
    event = _EVENT.validate_python(row.parsed)
    payment = find_payment_of(session, event, workspace_id=row.workspace_id)
    if payment is None or event.kind is EventKind.CHECKOUT_APPROVED:
        return row.status
    enter(session, Scope(payment.workspace_id, f"provider:{row.provider}"))
    _settle(session, row, event, payment, now=now)
    apply_waiting(session, payment, now=now)
    return row.status


def mark_applied(session: Session, event_row_id: str, *, now: datetime) -> str:
    """The message took effect another way: by asking the provider. Its status."""
    row = _held(session, event_row_id)
    row.status, row.applied_at = "applied", row.applied_at or now
    session.add(row)
    return row.status


def apply_waiting(session: Session, payment: Payment, *, now: datetime) -> int:
    """Apply the stored messages about a payment that came before their time; how many took effect."""
    refs = [ref for ref in (payment.provider_ref, payment.checkout_ref) if ref]
    applied = 0
    for row in list_unapplied_events(session, payment.provider, refs):
        event = _EVENT.validate_python(row.parsed)
        if event.kind is not EventKind.CHECKOUT_APPROVED:
            applied += _settle(session, row, event, payment, now=now)
    return applied


def find_payment_of(session: Session, event: ProviderEvent, *, workspace_id: str | None) -> Payment | None:
    """The payment that a message is about: by our id in its metadata, else by the provider's reference."""
    by_id = session.get(Payment, event.metadata.get("payment_id", ""))
    charge_ref = event.charge.provider_ref if event.charge else event.object_ref
    statement = select(Payment).where(
        Payment.provider == event.provider.value,
        or_(col(Payment.provider_ref).in_([event.object_ref, charge_ref]), col(Payment.checkout_ref) == event.object_ref),
    )
    payment = by_id if by_id and by_id.provider == event.provider else session.exec(statement).first()
    if payment is None or (workspace_id and payment.workspace_id != workspace_id):
        return None
    return payment


def _settle(session: Session, row: WebhookEvent, event: ProviderEvent, payment: Payment, *, now: datetime) -> bool:
    if _waits(event, payment):
        return False
    try:
        with session.begin_nested():
            _apply(session, event, payment, now=now)
    except ChargeMismatch as mismatch:
        row.status, row.error = "dead", mismatch.detail
        _alert(session, row, payment)
    else:
        row.status = "applied"
    row.applied_at = now
    session.add(row)
    session.flush()
    return row.status == "applied"


def _waits(event: ProviderEvent, payment: Payment) -> bool:
    """A refund that is told before its payment waits for it."""
    return event.refund is not None and payment.status != "succeeded"


def _apply(session: Session, event: ProviderEvent, payment: Payment, *, now: datetime) -> None:
    if event.kind in _CHARGED and event.charge is not None:
        apply_charge(session, payment, event.charge, now=now)
    elif event.kind is EventKind.CHECKOUT_EXPIRED:
        close_checkout(session, payment)
    elif event.refund is not None:
        apply_refund(session, payment, event.refund, now=now, refund_id=event.metadata.get("refund_id"))
    elif event.kind is EventKind.PAYMENT_DISPUTED:
        notify_responsible(
            session,
            None,
            "A client disputes a payment. Answer it at the payment provider before its deadline.",
            href=f"/invoices/{payment.invoice_id}",
            key=f"dispute:{event.event_id}",
        )


def _alert(session: Session, row: WebhookEvent, payment: Payment) -> None:
    notify_responsible(
        session,
        None,
        f"A message of the payment provider does not fit our record and was not applied: {row.error}",
        href=f"/invoices/{payment.invoice_id}",
        key=f"webhook:{row.id}",
    )


def _held(session: Session, event_row_id: str) -> WebhookEvent:
    statement = select(WebhookEvent).where(WebhookEvent.id == event_row_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _insert(session: Session, row: dict[str, Any]) -> str:
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"id": new_id("whe"), "created_at": clock.now(), "error": "", **row}
    session.exec(dialect.insert(WebhookEvent).values(**values).on_conflict_do_nothing())
    known = select(WebhookEvent.id).where(
        WebhookEvent.provider == row["provider"],
        WebhookEvent.account == row["account"],
        WebhookEvent.event_id == row["event_id"],
    )
    return session.exec(known).one()
