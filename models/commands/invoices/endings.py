"""How an invoice ends without money: voided, because it was wrong, or written off, because nobody will pay."""

from datetime import datetime

from sqlmodel import Session

from models.commands.events import record
from models.commands.invoices.drafts import free_entries
from models.commands.ledger import Posting, lock_invoice, new_posting, post, settle_invoice
from models.commands.retainer_payments import note_period_settled
from models.queries.invoices import list_lines, list_sides, stored_sums
from models.queries.payments import find_live_payment
from models.rules.invoices import can_void, can_write_off
from models.rules.ledger import balance, reversed_sides, write_off_sides
from models.tables.invoices import Invoice
from models.types.errors import Refused
from models.types.invoices import InvoiceKind, InvoiceStatus
from models.types.ledger import Account

_OWN_ACCOUNTS = (Account.RECEIVABLE, Account.REVENUE, Account.TAX, Account.BAD_DEBT)
"""What an invoice itself moves; cash and fees belong to its payments."""


def void_invoice(session: Session, invoice: Invoice, *, now: datetime) -> Invoice:
    """Take an issued invoice back: its number stays, nobody owes it, its time may be billed again.

    The provider's open page must be closed before. Raises Refused for a draft, a credit note, while a payment is under way,
    and once there is money or a credit note on it.
    """
    invoice = lock_invoice(session, invoice)
    if invoice.status == InvoiceStatus.DRAFT:
        raise Refused("A draft has no number yet. Delete it instead.", field="status")
    if invoice.kind == InvoiceKind.CREDIT_NOTE or not can_void(InvoiceStatus(invoice.status), stored_sums(invoice)):
        raise Refused("This invoice cannot be voided any more. Correct it with a credit note.", field="status")
    _check_no_live_payment(session, invoice)
    entries = list_sides(session, invoice.id)
    standing = {str(account): amount for account in _OWN_ACCOUNTS if (amount := balance(entries, account))}
    post(session, Posting(f"invoice:{invoice.id}:voided", invoice.id, invoice.currency, now), reversed_sides(standing))
    free_entries(session, list_lines(session, invoice))
    invoice.status, invoice.voided_at = InvoiceStatus.VOID.value, now
    session.add(invoice)
    session.flush()
    record(session, "invoice.voided", invoice.id, engagement_id=invoice.engagement_id, contact_id=invoice.contact_id)
    note_period_settled(session, invoice)
    return invoice


def write_off(session: Session, invoice: Invoice, *, now: datetime) -> Invoice:
    """Stop expecting what is still owed. Money that comes after all is taken. Raises Refused when nothing is expected."""
    invoice = lock_invoice(session, invoice)
    if not can_write_off(InvoiceStatus(invoice.status)):
        raise Refused("Only an open invoice can be written off.", field="status")
    _check_no_live_payment(session, invoice)
    owed = balance(list_sides(session, invoice.id), Account.RECEIVABLE)
    name = new_posting(session, invoice, "written_off")
    post(session, Posting(name, invoice.id, invoice.currency, now), write_off_sides(owed))
    invoice.status = InvoiceStatus.UNCOLLECTIBLE.value
    session.add(invoice)
    record(session, "invoice.written_off", invoice.id, engagement_id=invoice.engagement_id, contact_id=invoice.contact_id)
    note_period_settled(session, invoice)
    settle_invoice(session, invoice, now=now)
    return invoice


def _check_no_live_payment(session: Session, invoice: Invoice) -> None:
    if find_live_payment(session, invoice.id) is not None:
        raise Refused("A payment is under way. Wait until the provider has said what became of it.")
