"""Reading the double-entry book, and proving that what stands on the invoices is what the book says."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from models.queries.invoices import stored_sums
from models.rules.invoices import invoice_status
from models.rules.ledger import ledger_sums
from models.tables.invoices import Invoice
from models.tables.payments import LedgerEntry
from models.types.invoices import InvoiceKind, InvoiceStatus, InvoiceSums
from models.types.ledger import Side


@dataclass(frozen=True, slots=True)
class Difference:
    """An invoice whose row does not say what the ledger says."""

    invoice_id: str
    stored: InvoiceSums
    derived: InvoiceSums
    stored_status: str
    derived_status: str


def list_postings(session: Session, *, limit: int, before: datetime | None = None) -> list[list[LedgerEntry]]:
    """Double entries, newest first, each with its sides."""
    names = select(LedgerEntry.posting, func.max(LedgerEntry.at).label("at")).group_by(col(LedgerEntry.posting))
    if before is not None:
        names = names.having(func.max(LedgerEntry.at) < before)
    wanted = [name for name, _ in session.exec(names.order_by(func.max(LedgerEntry.at).desc(), LedgerEntry.posting).limit(limit))]
    sides: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in session.exec(select(LedgerEntry).where(col(LedgerEntry.posting).in_(wanted)).order_by(col(LedgerEntry.id))):
        sides[entry.posting].append(entry)
    return [sides[name] for name in wanted]


def sum_accounts(session: Session) -> dict[str, dict[str, int]]:
    """The balance of every account: currency to account to minor units."""
    rows = session.exec(
        select(LedgerEntry.currency, LedgerEntry.account, func.sum(LedgerEntry.amount_minor)).group_by(
            col(LedgerEntry.currency), col(LedgerEntry.account)
        )
    ).all()
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for currency, account, minor in rows:
        sums[currency][account] = int(minor)
    return dict(sums)


def list_ledger_differences(session: Session) -> list[Difference]:
    """Every issued invoice rebuilt from the ledger alone and compared with its row; empty when all is well."""
    entries: dict[str | None, list[Side]] = defaultdict(list)
    for row in session.exec(select(LedgerEntry)):
        entries[row.invoice_id].append(Side(row.posting, row.account, row.amount_minor))
    issued: Any = select(Invoice).where(col(Invoice.number).is_not(None), Invoice.kind != InvoiceKind.CREDIT_NOTE)
    compared = (_compared(invoice, entries[invoice.id]) for invoice in session.exec(issued))
    return [one for one in compared if (one.stored, one.stored_status) != (one.derived, one.derived_status)]


def _compared(invoice: Invoice, sides: list[Side]) -> Difference:
    derived = ledger_sums(invoice.total_minor, sides)
    status = invoice_status(InvoiceStatus(invoice.status), derived).value
    return Difference(invoice.id, stored_sums(invoice), derived, invoice.status, status)
