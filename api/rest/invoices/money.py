"""Paying an invoice: by hand, or at the provider's page."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from api.deps import Read, Slow
from api.idempotency import Confidential
from api.links import link_url
from api.payments import Till, begin_checkout, close_live_checkout
from api.rest.invoices.shapes import In
from api.rest.payments import PaymentOut
from api.routing import Router
from models.commands.payments import record_payment
from models.queries.invoices import get_invoice
from models.queries.payments import list_payments_of

router = Router("invoices")


class ManualPaymentIn(In):
    """Money that came another way."""

    amount_minor: int = Field(gt=0, le=10**12, examples=[119000])
    method: str = Field(default="Bank transfer", min_length=1, max_length=100, examples=["Bank transfer"])
    received_at: AwareDatetime | None = Field(default=None, examples=["2026-11-20T00:00:00+01:00"])
    """Left out: now."""
    note: str = Field(default="", max_length=500)


class CheckoutIn(In):
    """How the client pays."""

    saves_card: bool = False
    """Only when the client agreed that the card is kept for later invoices."""


class CheckoutOut(Confidential):
    """The provider's page."""

    url: str


@router.get("/invoices/{invoice_id}/payments")
def list_payments(invoice_id: str, call: Read) -> list[PaymentOut]:
    """All attempts to pay the invoice, in order."""
    invoice = get_invoice(call.session, invoice_id)
    return [PaymentOut.model_validate(payment) for payment in list_payments_of(call.session, invoice.id)]


@router.post("/invoices/{invoice_id}/payments", status_code=201)
def create_payment(invoice_id: str, body: ManualPaymentIn, call: Slow) -> PaymentOut:
    """Record money that came another way. The provider's open page is closed first, so that nobody pays twice."""
    till = Till(call)
    close_live_checkout(till, invoice_id)
    with till.open(writes=True) as session:
        payment = record_payment(
            session,
            get_invoice(session, invoice_id),
            amount_minor=body.amount_minor,
            method=body.method,
            received_at=_received(body.received_at, call.now),
            note=body.note,
        )
        return PaymentOut.model_validate(payment)


@router.post("/invoices/{invoice_id}/checkouts", status_code=201)
def create_checkout(invoice_id: str, body: CheckoutIn, call: Slow) -> CheckoutOut:
    """The address at the payment provider on which the client pays what is due."""
    till = Till(call)
    with till.open(writes=True) as session:
        invoice = get_invoice(session, invoice_id)
        back = f"{link_url(call, 'invoice', invoice.id, invoice.contact_id)}/return"
    return CheckoutOut(url=begin_checkout(till, invoice_id, back_url=back, saves_card=body.saves_card))


def _received(said: datetime | None, now: datetime) -> datetime:
    return min(said, now) if said else now
