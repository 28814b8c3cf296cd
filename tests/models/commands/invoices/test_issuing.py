"""Issuing: numbers without gap or twin, frozen figures, the first entries of the ledger."""

import random
import threading
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.invoices import issue_invoice
from models.db import Database
from models.queries.invoices import get_invoice, list_lines, list_sides, totals_of
from models.rules.ledger import unbalanced
from models.tables.contacts import Contact
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.types.errors import Refused
from tests.builders.invoices import fixed_line, make_draft, make_invoice
from tests.builders.workspaces import Studio


def test_issuing_gives_a_number_days_and_figures(session: Session, studio: Studio):
    # Half past eleven in the evening, UTC, is the next day in Berlin.
    invoice = make_invoice(session, studio, now=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))

    assert (invoice.status, invoice.number, invoice.counter) == ("open", "INV-0001", 1)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 23), date(2026, 12, 7))
    assert totals_of(invoice, []).total_minor == invoice.total_minor == 119000
    told = session.exec(select(Event.type).where(Event.subject_id == invoice.id).order_by(col(Event.id))).all()
    assert list(told) == ["invoice.drafted", "invoice.issued"]


def test_the_ledger_balances(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    sides = list_sides(session, invoice.id)

    assert {side.account: side.amount_minor for side in sides} == {"receivable": 119000, "revenue": -100000, "tax": -19000}
    assert unbalanced(sides) == []


def test_what_is_frozen_survives_a_change_of_names(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    session.get_one(Contact, studio.contact_id).name = "Ada Lovelace"
    session.flush()
    session.expire_all()

    assert "Ada Byron" in get_invoice(session, invoice.id).parties["to"]
    assert totals_of(invoice, list_lines(session, invoice)).lines[0].gross_minor == 119000


def test_an_invoice_over_nothing_is_paid_at_once(session: Session, studio: Studio):
    invoice = make_invoice(session, studio, fixed_line(0))
    assert invoice.status == "paid"


def test_it_is_issued_once(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    with pytest.raises(Refused):
        issue_invoice(session, invoice, now=clock.now())
    with pytest.raises(Refused):
        issue_invoice(session, make_draft(session, studio, fixed_line(-100)), now=clock.now())


def test_two_hundred_at_once_leave_no_gap_and_no_twin(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        ids = [make_draft(session, studio).id for _ in range(200)]
    undone = set(random.Random(7).sample(ids, 40))
    queue = list(ids)

    def issue() -> None:
        while queue:
            try:
                invoice_id = queue.pop()
            except IndexError:
                return
            try:
                with database.write(studio.scope) as session:
                    issue_invoice(session, get_invoice(session, invoice_id), now=clock.now())
                    if invoice_id in undone:
                        raise RuntimeError("undone")
            except RuntimeError:
                pass

    threads = [threading.Thread(target=issue) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        counters = session.exec(select(Invoice.counter).where(col(Invoice.counter).is_not(None))).all()
    assert sorted(counter or 0 for counter in counters) == list(range(1, 161))
