"""What a retainer hears of its invoices' money; called by the ledger, in the transaction of the posting."""

from sqlmodel import Session, select

from models.commands.events import record
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer


def note_period_paid(session: Session, invoice: Invoice) -> None:
    """Tell a retainer that one of its periods is paid; past due ends when nothing older is owed. Nothing for other invoices."""
    retainer = session.get(Retainer, invoice.retainer_id) if invoice.retainer_id else None
    if retainer is None:
        return
    owed = select(Invoice.id).where(Invoice.retainer_id == retainer.id, Invoice.status == "open", Invoice.id != invoice.id)
    if retainer.status == "past_due" and session.exec(owed).first() is None:
        retainer.status = "active"
        session.add(retainer)
    record(
        session,
        "retainer.period_paid",
        retainer.id,
        engagement_id=retainer.engagement_id,
        contact_id=retainer.contact_id,
        index=invoice.period_index,
        invoice_id=invoice.id,
    )
