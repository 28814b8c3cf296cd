"""Voiding, writing off, crediting, deposits: the documents and entries that stand against an invoice."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.invoices import (
    credit_invoice,
    draft_invoice_from_time,
    issue_deposit,
    issue_invoice,
    set_off_deposits,
    void_invoice,
    write_off,
)
from models.commands.payments import record_payment, start_payment
from models.ids import new_id
from models.queries.invoices import list_lines, list_sides, totals_of
from models.queries.ledger import list_ledger_differences
from models.queries.time_entries import list_unbilled
from models.rules.ledger import balance, unbalanced
from models.tables.invoices import Invoice
from models.tables.proposals import Proposal, ProposalLineItem
from models.types.errors import Refused
from models.types.invoices import TimeSelection
from models.types.ledger import Account
from tests.builders.invoices import fixed_line, make_draft, make_invoice
from tests.builders.projects import make_time_entry
from tests.builders.workspaces import Studio


def pay(session: Session, invoice: Invoice, amount_minor: int) -> None:
    record_payment(session, invoice, amount_minor=amount_minor, method="Bank transfer", received_at=clock.now())


def book(session: Session, invoice: Invoice) -> dict[str, int]:
    sides = list_sides(session, invoice.id)
    assert unbalanced(sides) == []
    assert list_ledger_differences(session) == []
    return {account.value: amount for account in Account if (amount := balance(sides, account))}


def make_proposal(session: Session, studio: Studio, *lines: tuple[int, list[int]], **values: Any) -> Proposal:
    proposal_id = new_id("pro")
    made = {"title": "Website", "status": "accepted", "deposit_bps": 3000, "root_id": proposal_id, **values}
    proposal = Proposal(id=proposal_id, engagement_id=studio.engagement_id, contact_id=studio.contact_id, **made)
    session.add(proposal)
    session.flush()
    for position, (price, rates) in enumerate(lines):
        session.add(
            ProposalLineItem(
                id=new_id("pli"),
                proposal_id=proposal_id,
                position=position,
                description="Work",
                unit_price_minor=price,
                tax_rates_mpct=rates,
            )
        )
    session.flush()
    return proposal


def test_voiding_frees_the_time_and_keeps_the_number(session: Session, studio: Studio):
    entry = make_time_entry(session, studio)
    selection = TimeSelection(engagement_id=studio.engagement_id)
    draft = draft_invoice_from_time(session, contact_id=studio.contact_id, selection=selection)
    invoice = issue_invoice(session, draft, now=clock.now())
    void_invoice(session, invoice, now=clock.now())

    assert (invoice.status, invoice.number) == ("void", "INV-0001")
    assert book(session, invoice) == {}
    assert [one.id for one in list_unbilled(session, engagement_id=studio.engagement_id)] == [entry.id]
    again = draft_invoice_from_time(session, contact_id=studio.contact_id, selection=selection)
    assert issue_invoice(session, again, now=clock.now()).number == "INV-0002"


def test_what_holds_money_or_waits_for_it_is_not_voided(session: Session, studio: Studio):
    paid, waiting = make_invoice(session, studio), make_invoice(session, studio)
    pay(session, paid, 100)
    start_payment(session, waiting, provider="stripe")
    for invoice in (paid, waiting, make_draft(session, studio)):
        with pytest.raises(Refused):
            void_invoice(session, invoice, now=clock.now())


def test_money_after_a_write_off_is_taken(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    write_off(session, invoice, now=clock.now())
    assert book(session, invoice) == {"bad_debt": 119000, "revenue": -100000, "tax": -19000}

    pay(session, invoice, 19000)
    assert (invoice.status, invoice.paid_minor) == ("uncollectible", 19000)
    pay(session, invoice, 100000)
    assert (invoice.status, invoice.paid_minor) == ("paid", 119000)
    assert book(session, invoice) == {"cash": 119000, "revenue": -100000, "tax": -19000}


def test_a_credit_note_over_everything_is_the_invoice_turned_round(session: Session, studio: Studio):
    invoice = make_invoice(session, studio, fixed_line(3333), fixed_line(3333), fixed_line(3333))
    note = credit_invoice(session, invoice, now=clock.now(), reason="Ordered by mistake")
    original, credited = totals_of(invoice, []), totals_of(note, [])

    assert (note.number, note.status, invoice.status) == ("CN-0001", "paid", "paid")
    assert credited.total_minor == -original.total_minor
    assert [tax.tax_minor for tax in credited.tax_by_rate] == [-tax.tax_minor for tax in original.tax_by_rate]
    assert book(session, invoice) == {}
    with pytest.raises(Refused):
        credit_invoice(session, invoice, now=clock.now())


def test_credits_never_exceed_what_was_invoiced_and_leave_no_cent_of_tax(session: Session, studio: Studio):
    invoice = make_invoice(session, studio, fixed_line(1001), fixed_line(999))
    for _ in range(3):
        credit_invoice(session, invoice, now=clock.now(), amount_minor=793)
    assert invoice.credited_minor == 2379
    with pytest.raises(Refused):
        credit_invoice(session, invoice, now=clock.now(), amount_minor=2)
    credit_invoice(session, invoice, now=clock.now())

    assert (invoice.credited_minor, invoice.status) == (2380, "paid")
    assert book(session, invoice) == {}


def test_a_credit_on_a_paid_invoice_becomes_the_clients_credit(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    pay(session, invoice, 119000)
    line = list_lines(session, invoice)[0]
    credit_invoice(session, invoice, now=clock.now(), gross_by_line={line.id: 11900})

    assert (invoice.status, invoice.paid_minor, invoice.credited_minor) == ("paid", 107100, 11900)
    assert book(session, invoice)["client_credit"] == -11900


def test_a_deposit_is_issued_once_and_set_off_on_the_final_invoice(session: Session, studio: Studio):
    proposal = make_proposal(session, studio, (100000, [19000]), (50000, [7000]), (20001, []))
    deposit, again = (issue_deposit(session, proposal, now=clock.now()) for _ in range(2))
    assert deposit is not None
    assert again is deposit
    assert (deposit.kind, deposit.status, deposit.total_minor) == ("deposit", "open", 57750)
    pay(session, deposit, 57750)

    final = make_draft(
        session, studio, fixed_line(100000), fixed_line(50000, tax_rates_mpct=(7000,)), fixed_line(20001, tax_rates_mpct=())
    )
    assert len(set_off_deposits(session, final)) == 3
    assert set_off_deposits(session, final) == []
    issue_invoice(session, final, now=clock.now())

    assert final.total_minor == 192501 - 57750
    assert sum(line.gross_minor for line in totals_of(final, []).lines) == final.total_minor
    revenue_and_tax = [side.amount_minor for side in list_sides(session, final.id) if side.account != "receivable"]
    assert sum(revenue_and_tax) == -final.total_minor


@pytest.mark.parametrize(("status", "deposit_bps"), [("accepted", 0), ("sent", 3000)])
def test_no_deposit_without_acceptance_or_share(session: Session, studio: Studio, status: str, deposit_bps: int):
    proposal = make_proposal(session, studio, (100000, [19000]), status=status, deposit_bps=deposit_bps)
    if status == "sent":
        with pytest.raises(Refused):
            issue_deposit(session, proposal, now=clock.now())
    else:
        assert issue_deposit(session, proposal, now=clock.now()) is None
    assert session.exec(select(Invoice.id).where(col(Invoice.kind) == "deposit")).all() == []
