"""Payments: attempts at a provider and money that came another way.

What a provider says is applied monotonically: succeeded is never undone by an older or a later failure, and the same
news twice changes nothing. Every function holds the invoice's row, so that one at a time counts its money.
"""

from datetime import datetime

from sqlmodel import Session, select

from models.commands.events import record
from models.commands.ledger import Posting, lock_invoice, post, settle_invoice, take_back_write_off
from models.commands.notifications import notify_responsible
from models.commands.retainer_payments import note_period_unpaid
from models.commands.saved_methods import keep_method
from models.ids import new_id
from models.queries.invoices import get_invoice, list_sides, stored_sums
from models.queries.payments import find_last_attempt, find_live_payment
from models.rules.invoices import amount_due, can_pay
from models.rules.ledger import balance, fee_sides, payment_sides
from models.rules.money import plain_amount
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.payments import Payment
from models.types.errors import Invalid, Refused
from models.types.invoices import InvoiceStatus
from models.types.ledger import Account
from models.types.money import Money
from models.types.payments import Charge, PaymentStatus

_OVER = {PaymentStatus.FAILED, PaymentStatus.CANCELED}


class ChargeMismatch(Refused):
    """What the provider charged is not what we asked for: another amount, currency or invoice."""


def start_payment(
    session: Session, invoice: Invoice, *, provider: str, saves_card: bool = False, payer_id: str | None = None
) -> Payment:
    """The attempt to go on with: the one whose outcome is not certain, or a new one over all that is due.

    Raises Refused when nothing is due. A double click meets the first click's attempt.
    """
    invoice = lock_invoice(session, invoice)
    if not can_pay(InvoiceStatus(invoice.status), stored_sums(invoice)):
        raise Refused("There is nothing to pay on this invoice.")
    live = find_live_payment(session, invoice.id)
    if live is not None:
        return live
    payment = Payment(
        id=new_id("pay"),
        invoice_id=invoice.id,
        attempt=find_last_attempt(session, invoice.id) + 1,
        provider=provider,
        amount_minor=amount_due(stored_sums(invoice)),
        currency=invoice.currency,
        saves_card=saves_card,
        payer_id=payer_id,
    )
    session.add(payment)
    session.flush()
    # From here on the provider is asked, should its messages never come.
    _say(session, "payment.started", payment, invoice)
    return payment


def attempt_key(payment: Payment) -> str:
    """The provider's idempotency key: the same attempt never charges twice, however often it is sent."""
    return f"invoice:{payment.invoice_id}:attempt:{payment.attempt}"


def place_checkout(session: Session, payment: Payment, *, checkout_ref: str, url: str) -> None:
    """The provider has a page for this attempt."""
    payment = _locked(session, payment)
    if payment.status == PaymentStatus.UNKNOWN:
        payment.status = PaymentStatus.PENDING.value
    payment.checkout_ref, payment.checkout_url = checkout_ref, url
    session.add(payment)
    session.flush()


def mark_unknown(session: Session, payment: Payment) -> None:
    """No clear answer came: it may have happened. Nothing new is tried until the provider has been asked."""
    payment = _locked(session, payment)
    if payment.status == PaymentStatus.PENDING:
        payment.status = PaymentStatus.UNKNOWN.value
        session.add(payment)
        session.flush()


def fail_payment(session: Session, payment: Payment, failure: str) -> None:
    """The provider confirmed that this attempt is over and moved nothing. A payment that succeeded stays so."""
    invoice = lock_invoice(session, get_invoice(session, payment.invoice_id))
    payment = _locked(session, payment)
    if payment.status not in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN):
        return
    payment.status, payment.failure = PaymentStatus.FAILED.value, failure
    session.add(payment)
    session.flush()
    _say(session, "payment.failed", payment, invoice)
    note_period_unpaid(session, invoice)


def close_checkout(session: Session, payment: Payment) -> None:
    """The provider's page is closed without money: the attempt is over, and the next may begin."""
    payment = _locked(session, payment)
    if payment.status not in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN):
        return
    if payment.failure:
        fail_payment(session, payment, payment.failure)
        return
    payment.status = PaymentStatus.CANCELED.value
    session.add(payment)
    session.flush()


def apply_charge(session: Session, payment: Payment, charge: Charge, *, now: datetime) -> None:
    """Take over what the provider says of a charge. A decline leaves an open page open: the payer may try another card.

    Raises ChargeMismatch when it is not the charge we asked for; nothing is changed then.
    """
    invoice = lock_invoice(session, get_invoice(session, payment.invoice_id))
    payment = _locked(session, payment)
    _check(payment, charge)
    if payment.status == PaymentStatus.SUCCEEDED:
        if charge.status == PaymentStatus.SUCCEEDED:
            _learn(session, payment, invoice, charge, now=now)
        return
    payment.provider_ref = charge.provider_ref
    if charge.status == PaymentStatus.SUCCEEDED:
        _succeed(session, payment, invoice, charge, now=now)
    elif charge.status in _OVER and payment.checkout_ref is None:
        fail_payment(session, payment, charge.failure_code or charge.status.value)
    elif charge.status in _OVER and charge.failure_code:
        payment.failure = charge.failure_code
        if payment.status == PaymentStatus.CANCELED:  # the page was closed before we heard of the decline
            payment.status = PaymentStatus.FAILED.value
    elif payment.status == PaymentStatus.UNKNOWN:
        payment.status = PaymentStatus.PENDING.value
    session.add(payment)
    session.flush()


def mark_asked(session: Session, payment: Payment, *, now: datetime) -> None:
    """The provider was asked; the next time comes after a longer pause."""
    payment = _locked(session, payment)
    payment.reconciled_at, payment.reconciled_count = now, payment.reconciled_count + 1
    session.add(payment)
    session.flush()


def record_payment(
    session: Session, invoice: Invoice, *, amount_minor: int, method: str, received_at: datetime, note: str = ""
) -> Payment:
    """Money that came another way: a bank transfer, cash. More than is due becomes the client's credit.

    Raises Invalid for an amount that is not positive, Refused when the invoice does not wait for money.
    """
    invoice = lock_invoice(session, invoice)
    if amount_minor <= 0:
        raise Invalid("The amount must be more than zero.", field="amount")
    if not can_pay(InvoiceStatus(invoice.status), stored_sums(invoice)):
        raise Refused("There is nothing to pay on this invoice.")
    payment = Payment(
        id=new_id("pay"),
        invoice_id=invoice.id,
        attempt=find_last_attempt(session, invoice.id) + 1,
        provider="manual",
        amount_minor=amount_minor,
        currency=invoice.currency,
        method=method,
        note=note,
    )
    session.add(payment)
    session.flush()
    _receive(session, payment, invoice, at=received_at)
    return payment


def _succeed(session: Session, payment: Payment, invoice: Invoice, charge: Charge, *, now: datetime) -> None:
    payment.failure = ""
    _receive(session, payment, invoice, at=now)
    _learn(session, payment, invoice, charge, now=now)
    if invoice.status == InvoiceStatus.VOID:
        _alert(session, invoice, payment)


def _receive(session: Session, payment: Payment, invoice: Invoice, *, at: datetime) -> None:
    """Post the money, say so, and let the invoice follow."""
    payment.status, payment.succeeded_at = PaymentStatus.SUCCEEDED.value, at
    session.add(payment)
    take_back_write_off(session, invoice, payment.amount_minor, now=at)
    owed = balance(list_sides(session, invoice.id), Account.RECEIVABLE)
    posting = Posting(f"payment:{payment.id}:succeeded", invoice.id, payment.currency, at, payment_id=payment.id)
    post(session, posting, payment_sides(payment.amount_minor, owed_minor=owed))
    _say(session, "payment.succeeded", payment, invoice)
    settle_invoice(session, invoice, now=at)


def _learn(session: Session, payment: Payment, invoice: Invoice, charge: Charge, *, now: datetime) -> None:
    """What later news add to a payment that succeeded: the fee, the card's name, the saved method."""
    payment.method = charge.card_label or payment.method
    if not payment.fee_minor and charge.fee_minor:
        payment.fee_minor = charge.fee_minor
        posting = Posting(f"payment:{payment.id}:fee", invoice.id, payment.currency, now, payment_id=payment.id)
        post(session, posting, fee_sides(charge.fee_minor))
    if payment.saves_card:
        keep_method(session, payment, payment.payer_id or invoice.contact_id, charge, now=now)
    session.add(payment)
    session.flush()


def _check(payment: Payment, charge: Charge) -> None:
    asked = Money(payment.amount_minor, payment.currency)
    if charge.amount != asked:
        said, wanted = plain_amount(charge.amount), plain_amount(asked)
        raise ChargeMismatch(f"The provider speaks of {said}, we asked for {wanted}.")
    if charge.metadata.get("invoice_id", payment.invoice_id) != payment.invoice_id:
        raise ChargeMismatch("The provider speaks of another invoice.")
    is_other = payment.provider_ref not in (None, charge.provider_ref)
    if payment.status == PaymentStatus.SUCCEEDED and charge.status == PaymentStatus.SUCCEEDED and is_other:
        raise ChargeMismatch("The provider speaks of a second charge for one attempt.")


def _say(session: Session, event_type: str, payment: Payment, invoice: Invoice) -> None:
    about = {"engagement_id": invoice.engagement_id, "contact_id": invoice.contact_id}
    record(session, event_type, payment.id, **about, invoice_id=invoice.id)


def _alert(session: Session, invoice: Invoice, payment: Payment) -> None:
    engagement = session.get(Engagement, invoice.engagement_id) if invoice.engagement_id else None
    amount = plain_amount(Money(payment.amount_minor, payment.currency))
    notify_responsible(
        session,
        engagement.owner_id if engagement else None,
        f"{amount} came in for {invoice.number}, which is void. It is held as the client's credit.",
        href=f"/invoices/{invoice.id}",
        key=f"payment:{payment.id}:late",
        engagement_id=invoice.engagement_id,
    )


def _locked(session: Session, payment: Payment) -> Payment:
    session.flush()
    statement = select(Payment).where(Payment.id == payment.id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()
