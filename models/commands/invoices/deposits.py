"""Deposits: a real invoice at acceptance, set off on the final one."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.invoices.drafts import draft_invoice, new_line, open_draft, refresh_figures
from models.commands.invoices.issuing import issue_invoice
from models.queries.invoices import find_invoice_of, frozen_totals, list_lines
from models.queries.proposals import list_line_items, totals_of
from models.rules.money import allocate
from models.rules.proposals import deposit_of
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.proposals import Proposal, ProposalLineItem
from models.types.errors import Refused
from models.types.invoices import InvoiceKind, InvoiceOrigin, InvoiceTerms
from models.types.line_items import DocumentTotals, LineItem, LineItemKind

DEPOSIT_PART = 0


def issue_deposit(session: Session, proposal: Proposal, *, now: datetime) -> Invoice | None:
    """The issued deposit invoice of an accepted proposal; None when it asks for no deposit. Twice is once.

    Raises Refused when the proposal is not accepted.
    """
    known = find_invoice_of(session, proposal_id=proposal.id, schedule_part=DEPOSIT_PART)
    if known is not None:
        return known
    if proposal.status != "accepted":
        raise Refused("A deposit is asked for once the proposal is accepted.", field="status")
    rows = list_line_items(session, proposal.id)
    totals = totals_of(proposal, rows)
    gross_by_rates = _gross_by_rates(rows, totals)
    deposit = deposit_of(totals, proposal.deposit_bps) if gross_by_rates else 0
    if not deposit:
        return None
    draft = draft_invoice(
        session,
        contact_id=proposal.contact_id,
        lines=_lines(proposal, deposit, gross_by_rates),
        kind=InvoiceKind.DEPOSIT,
        engagement_id=proposal.engagement_id,
        currency=proposal.currency,
        terms=InvoiceTerms(prices_include_tax=True, tax_rounding=proposal.tax_rounding),
        origin=InvoiceOrigin(proposal_id=proposal.id, schedule_part=DEPOSIT_PART),
    )
    return issue_invoice(session, draft, now=now)


def set_off_deposits(session: Session, invoice: Invoice) -> list[InvoiceLineItem]:
    """Take the engagement's paid deposits off a draft, as lines of their own; those set off elsewhere are left alone.

    Never more than the draft comes to. The new lines, in order of the deposits; none when there is nothing to set off.
    """
    invoice = open_draft(session, invoice)
    added: list[InvoiceLineItem] = []
    for deposit in _open_deposits(session, invoice):
        left = min(deposit.paid_minor, max(0, invoice.total_minor))
        position = max((line.position for line in list_lines(session, invoice)), default=-1)
        for item in _set_off_lines(session, deposit, left):
            position += 1
            line = new_line(invoice, item, position)
            line.source_id = deposit.id
            session.add(line)
            added.append(line)
        refresh_figures(session, invoice)
    return added


def _gross_by_rates(rows: Sequence[ProposalLineItem], totals: DocumentTotals) -> dict[tuple[int, ...], int]:
    """What is paid once, shared out by the tax rates of its lines; recurring lines are billed by their own rhythm."""
    shares: dict[tuple[int, ...], int] = {}
    for row, line in zip(rows, totals.lines, strict=True):
        if line.gross_minor and row.kind != LineItemKind.RECURRING:
            rates = tuple(row.tax_rates_mpct)
            shares[rates] = shares.get(rates, 0) + line.gross_minor
    return shares


def _lines(proposal: Proposal, deposit: int, gross_by_rates: dict[tuple[int, ...], int]) -> list[LineItem]:
    text = f"Deposit of {proposal.deposit_bps / 100:g} % for “{proposal.title}”"
    parts = allocate(deposit, list(gross_by_rates.values()))
    return [
        LineItem(LineItemKind.DEPOSIT, text, part, tax_rates_mpct=rates, tax_included=True)
        for rates, part in zip(gross_by_rates, parts, strict=True)
        if part
    ]


def _open_deposits(session: Session, invoice: Invoice) -> list[Invoice]:
    """Paid deposits of the same engagement that stand on no live invoice, held until the transaction ends."""
    if invoice.engagement_id is None:
        return []
    used = (
        select(InvoiceLineItem.source_id)
        .join(Invoice, col(Invoice.id) == InvoiceLineItem.invoice_id)
        .where(col(InvoiceLineItem.source_id).is_not(None), Invoice.status != "void", Invoice.kind != InvoiceKind.CREDIT_NOTE)
    )
    deposits = select(Invoice).where(
        Invoice.engagement_id == invoice.engagement_id,
        Invoice.kind == InvoiceKind.DEPOSIT,
        Invoice.currency == invoice.currency,
        Invoice.status == "paid",
    )
    held = list(session.exec(deposits.order_by(col(Invoice.id)).with_for_update()).all())
    taken = set(session.exec(used).all())
    return [deposit for deposit in held if deposit.id not in taken]


def _set_off_lines(session: Session, deposit: Invoice, amount_minor: int) -> list[LineItem]:
    """The deposit with its own taxes, turned round."""
    lines = list_lines(session, deposit)
    grosses = [line.gross_minor for line in frozen_totals(deposit.totals).lines]
    if amount_minor <= 0 or not any(grosses):
        return []
    return [
        LineItem(
            LineItemKind.DEPOSIT,
            f"Deposit paid with {deposit.number}",
            -part,
            tax_rates_mpct=tuple(line.tax_rates_mpct),
            tax_included=True,
        )
        for line, part in zip(lines, allocate(amount_minor, grosses), strict=True)
        if part
    ]
