"""Receipts: one for each payment that arrived, numbered."""

from sqlmodel import Session

from models.commands.events import record
from models.commands.ledger import lock_invoice
from models.commands.number_series import next_number
from models.ids import new_id
from models.queries.payments import list_unreceipted
from models.tables.invoices import Invoice
from models.tables.payments import Payment, Receipt


def issue_receipts(session: Session, invoice: Invoice) -> list[tuple[Receipt, Payment]]:
    """New receipts for the payments that have none yet, each with its payment. A second call makes none."""
    invoice = lock_invoice(session, invoice)
    return [(_issue(session, invoice, payment), payment) for payment in list_unreceipted(session, invoice.id)]


def _issue(session: Session, invoice: Invoice, payment: Payment) -> Receipt:
    receipt = Receipt(
        id=new_id("rcp"), payment_id=payment.id, invoice_id=invoice.id, number=f"RCP-{next_number(session, 'receipts'):04}"
    )
    session.add(receipt)
    session.flush()
    record(
        session,
        "receipt.issued",
        receipt.id,
        engagement_id=invoice.engagement_id,
        contact_id=invoice.contact_id,
        invoice_id=invoice.id,
        payment_id=payment.id,
    )
    return receipt
