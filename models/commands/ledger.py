"""Writing to the double-entry book, and keeping the invoice's own figures in step with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.events import record
from models.commands.retainer_payments import note_period_settled
from models.ids import new_id
from models.queries.invoices import list_sides
from models.rules.invoices import invoice_status
from models.rules.ledger import balance, excess_sides, ledger_sums, write_off_sides
from models.tables.invoices import Invoice
from models.tables.payments import LedgerEntry
from models.types.invoices import InvoiceKind, InvoiceStatus
from models.types.ledger import Account


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a posting belongs. name: unique for what caused it, so that posting twice is an error and never a doubling."""

    name: str
    invoice_id: str | None
    currency: str
    at: datetime
    payment_id: str | None = None


def lock_invoice(session: Session, invoice: Invoice) -> Invoice:
    """The invoice as it is now, held until the transaction ends: money on one invoice is counted by one at a time."""
    session.flush()
    statement = select(Invoice).where(Invoice.id == invoice.id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def post(session: Session, posting: Posting, sides: Mapping[str, int]) -> None:
    """Write one double entry. sides: account to amount, debit positive. Raises ValueError when they do not sum to zero."""
    if sum(sides.values()):
        raise ValueError(f"{posting.name} does not balance: {dict(sides)}")
    for account, amount_minor in sides.items():
        session.add(
            LedgerEntry(
                id=new_id("led"),
                posting=posting.name,
                account=str(account),
                amount_minor=amount_minor,
                currency=posting.currency,
                invoice_id=posting.invoice_id,
                payment_id=posting.payment_id,
                at=posting.at,
            )
        )
    session.flush()


def is_posted(session: Session, name: str) -> bool:
    """Whether a posting of this name exists."""
    return session.exec(select(LedgerEntry.id).where(LedgerEntry.posting == name).limit(1)).first() is not None


def release_excess(session: Session, invoice: Invoice, *, cause: str, now: datetime) -> None:
    """Move what was paid beyond what is owed to the client's credit. cause: the document that lowered what is owed."""
    left = balance(list_sides(session, invoice.id), Account.RECEIVABLE)
    if left < 0:
        post(session, Posting(f"excess:{cause}", invoice.id, invoice.currency, now), excess_sides(left))


def settle_invoice(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Bring the invoice's figures and status in line with the ledger, and say so when it is paid by that.

    Call it after every posting about the invoice, in the same transaction.
    """
    sums = ledger_sums(invoice.total_minor, list_sides(session, invoice.id))
    invoice.paid_minor, invoice.credited_minor = sums.paid_minor, sums.credited_minor
    before = invoice.status
    if invoice.kind != InvoiceKind.CREDIT_NOTE:
        invoice.status = invoice_status(InvoiceStatus(before), sums).value
    session.add(invoice)
    if before != "paid" and invoice.status == "paid":
        invoice.paid_at = now
        session.flush()
        record(
            session,
            "invoice.paid",
            invoice.id,
            engagement_id=invoice.engagement_id,
            contact_id=invoice.contact_id,
        )
        note_period_settled(session, invoice)
    elif before == "paid" and invoice.status != "paid":
        invoice.paid_at = None
    session.flush()


def take_back_write_off(session: Session, invoice: Invoice, amount_minor: int, *, now: datetime) -> None:
    """Expect up to this amount again, where the invoice was written off: money or a credit note came for it after all."""
    written_off = balance(list_sides(session, invoice.id), Account.BAD_DEBT)
    back = min(written_off, amount_minor)
    if back > 0:
        post(
            session,
            Posting(new_posting(session, invoice, "taken_back"), invoice.id, invoice.currency, now),
            write_off_sides(-back),
        )


def new_posting(session: Session, invoice: Invoice, word: str) -> str:
    """A fresh name for something that may happen to an invoice more than once."""
    first = f"invoice:{invoice.id}:{word}"
    known = session.exec(select(LedgerEntry.posting).where(col(LedgerEntry.posting).startswith(first, autoescape=True))).all()
    return f"{first}:{len(set(known)) + 1}"
