"""What the schedule of an invoice depends on, gathered for the rule."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.queries.engagements import is_archived
from models.queries.payments import is_live, lacks_fee, list_payments_of, list_unreceipted
from models.queries.waits import is_skipped, list_skipped
from models.tables.contacts import Contact
from models.tables.invoices import Invoice
from models.tables.waits import SkippedDuty
from models.tables.workspaces import Workspace
from models.types.invoices import InvoiceFacts, InvoiceKind, ProviderAsk


def get_invoice_facts(session: Session, invoice: Invoice, workspace: Workspace) -> InvoiceFacts:
    """The facts of one invoice."""
    contact = session.get_one(Contact, invoice.contact_id)
    payments = list_payments_of(session, invoice.id)
    asks = [payment for payment in payments if is_live(payment) or lacks_fee(payment)]
    unasked = list_skipped(session, invoice.id, "reconcile")
    unsent = list_skipped(session, invoice.id, "remind")
    paid_count = sum(payment.status == "succeeded" for payment in payments)
    return InvoiceFacts(
        status=invoice.status,
        kind=invoice.kind,
        label=invoice_label(invoice),
        client=contact.name.split()[0] if contact.name.strip() else "the client",
        zone=workspace.timezone,
        issued_at=invoice.issued_at or invoice.created_at,
        due_on=invoice.due_on,
        reminder_days=() if _is_put_away(session, invoice, contact) else tuple(invoice.reminder_days),
        reminded_at=_latest(invoice.reminded_at, unsent),
        reminded_count=invoice.reminded_count + len(unsent),
        is_sent=invoice.sent_at is not None or is_skipped(session, invoice.id, "deliver"),
        has_address=bool(contact.email),
        payments_count=paid_count,
        receipts_count=paid_count - len(list_unreceipted(session, invoice.id)),
        asks=tuple(
            ProviderAsk(_latest(payment.reconciled_at, unasked) or payment.created_at, payment.reconciled_count, is_live(payment))
            for payment in asks
        ),
        asked_count=sum(payment.reconciled_count for payment in payments) + len(unasked),
    )


def next_reminder_index(session: Session, invoice: Invoice) -> int:
    """The number of the next payment reminder; those that will not be sent have had theirs."""
    return invoice.reminded_count + len(list_skipped(session, invoice.id, "remind")) + 1


def _is_put_away(session: Session, invoice: Invoice, contact: Contact) -> bool:
    """Whether its engagement is archived or, where it has none, its client."""
    if invoice.engagement_id is None:
        return contact.archived_at is not None
    return is_archived(session, invoice.engagement_id)


def invoice_label(invoice: Invoice) -> str:
    """What an invoice is called in a sentence: "invoice INV-0007"."""
    noun = "credit note" if invoice.kind == InvoiceKind.CREDIT_NOTE else "invoice"
    return f"{noun} {invoice.number}" if invoice.number else f"the draft of an {noun}"


def _latest(at: datetime | None, skipped: Sequence[SkippedDuty]) -> datetime | None:
    """When it was last done, or skipped."""
    return max([*([at] if at else []), *(one.created_at for one in skipped)], default=None)
