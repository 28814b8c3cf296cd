"""What was mailed about an invoice, written down in the transaction that queues the mail."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.events import record
from models.commands.ledger import lock_invoice
from models.queries.invoices import stored_sums
from models.rules.dates import local_date
from models.rules.invoices import is_overdue
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.types.errors import Refused
from models.types.invoices import InvoiceStatus


def mark_sent(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """The mail with the document is queued. `sent_at` is the first time."""
    invoice.sent_at = invoice.sent_at or now
    invoice.sent_count += 1
    session.add(invoice)
    session.flush()
    _say(session, "invoice.sent", invoice)


def mark_reminded(session: Session, invoice: Invoice, *, zone: str, now: datetime) -> None:
    """A reminder is queued. The first one after the last day to pay also says that the invoice is overdue."""
    invoice.reminded_at, invoice.reminded_count = now, invoice.reminded_count + 1
    session.add(invoice)
    session.flush()
    _say(session, "invoice.reminded", invoice)
    today = local_date(now, zone)
    if is_overdue(InvoiceStatus(invoice.status), stored_sums(invoice), due_on=invoice.due_on, today=today):
        known = select(Event.id).where(col(Event.subject_id) == invoice.id, col(Event.type) == "invoice.overdue")
        if session.exec(known).first() is None:
            _say(session, "invoice.overdue", invoice)


def change_reminders(session: Session, invoice: Invoice, days: Sequence[int]) -> None:
    """Say on which days after the due date the client is reminded; none stops it. Those that were sent stay sent.

    Reminders are no part of the document, so they may change after issue. Raises Refused when nothing is expected any more.
    """
    invoice = lock_invoice(session, invoice)
    if invoice.status not in (InvoiceStatus.DRAFT, InvoiceStatus.OPEN):
        raise Refused("Nobody is reminded of this invoice any more.", field="status")
    invoice.reminder_days = sorted(set(days))
    session.add(invoice)
    session.flush()
    _say(session, "invoice.changed", invoice)


def keep_document(session: Session, invoice: Invoice, file_id: str) -> None:
    """The PDF of an issued invoice: kept once, and the same for ever."""
    if invoice.pdf_file_id is None:
        invoice.pdf_file_id = file_id
        session.add(invoice)
        session.flush()


def _say(session: Session, event_type: str, invoice: Invoice) -> None:
    record(session, event_type, invoice.id, engagement_id=invoice.engagement_id, contact_id=invoice.contact_id)
