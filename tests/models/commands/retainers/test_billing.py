import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models.commands.invoices import delete_draft, issue_invoice
from models.commands.retainers import decide_period, issue_period_invoice
from models.db import Database
from models.queries.invoices import list_lines
from models.queries.retainers import find_period, get_retainer, list_period_invoices, list_periods, retainer_state
from models.rules.retainer_schedules import retainer_schedule
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.tables.retainers import RetainerPeriod
from models.types.errors import Refused, Unavailable
from models.types.retainers import BillingTime, MissedPolicy
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio
from tests.models.commands.retainers.story import at, bill, run, table


def test_a_period_is_billed_once_with_its_own_dates(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)

    row = bill(session, retainer, 0, at(2, 3))
    again = bill(session, retainer, 0, at(2, 20))

    assert again.id == row.id
    [invoice] = session.exec(select(Invoice)).all()
    assert (invoice.id, invoice.kind, invoice.status) == (row.invoice_id, "retainer", "open")
    assert (invoice.retainer_id, invoice.period_index, invoice.total_minor) == (retainer.id, 0, 142_800)
    assert [line.description for line in list_lines(session, invoice)] == ["Care plan, 31 Jan – 27 Feb 2027"]
    assert (row.starts_on, row.ends_on) == (date(2027, 1, 31), date(2027, 2, 28))


def test_nothing_is_billed_before_its_time(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    with pytest.raises(Refused):
        bill(session, retainer, 0, at(1, 30, 22))
    with pytest.raises(Unavailable):  # the workflow's clock was a little ahead: its activity comes again
        bill(session, retainer, 0, datetime(2027, 1, 30, 22, 59, 30, tzinfo=UTC))
    assert bill(session, retainer, 0, at(1, 30, 23)).status == "billed"


def test_ten_billers_at_once_make_one_invoice(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        retainer_id = make_retainer(session, studio).id
    found: list[str | None] = []
    failed: list[Exception] = []
    start = threading.Barrier(10)

    def bill_once() -> None:
        start.wait()
        try:
            with database.write(studio.scope) as session:
                found.append(bill(session, get_retainer(session, retainer_id), 0, at(2, 3)).invoice_id)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=bill_once) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with database.read(studio.scope) as session:
        invoices = session.exec(select(Invoice)).all()
        assert [one.id for one in invoices] == list(dict.fromkeys(found))
        assert len(found) == 10
        assert len(session.exec(select(RetainerPeriod)).all()) == 1
        assert len(session.exec(select(Event).where(Event.type == "retainer.period_billed")).all()) == 1


MISSED: list[Any] = [
    (MissedPolicy.BILL, [(0, "billed"), (1, "billed"), (2, "billed")], {0: 120_000, 1: 120_000, 2: 120_000}),
    (MissedPolicy.MERGE, [(0, "merged"), (1, "merged"), (2, "billed")], {2: 360_000}),
    (MissedPolicy.SKIP, [(0, "skipped"), (1, "skipped"), (2, "billed")], {2: 120_000}),
    (MissedPolicy.ASK, [(0, "asked"), (1, "asked"), (2, "billed")], {2: 120_000}),
]


@pytest.mark.parametrize(("policy", "rows", "nets"), MISSED, ids=[policy.value for policy, *_ in MISSED])
def test_missed_periods_are_dealt_with_once_in_order(
    session: Session, studio: Studio, policy: MissedPolicy, rows: list[tuple[int, str]], nets: dict[int, int]
):
    """Nothing ran from January to the middle of April."""
    retainer = make_retainer(session, studio, terms=care_terms(missed=policy))

    run(session, retainer, at(4, 15))
    run(session, retainer, at(4, 16))

    assert table(session, retainer) == rows
    invoices = list_period_invoices(session, retainer.id)
    assert {index: one.subtotal_minor for index, one in invoices.items()} == nets
    assert [one.number for one in invoices.values()] == sorted(one.number or "" for one in invoices.values())
    run(session, retainer, at(4, 30))
    assert table(session, retainer)[-1] == (3, "billed")


def test_merged_periods_are_lines_of_one_invoice(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(missed=MissedPolicy.MERGE))
    run(session, retainer, at(4, 15))
    [invoice] = session.exec(select(Invoice)).all()
    words = [line.description for line in list_lines(session, invoice)]
    assert words == ["Care plan, 31 Jan – 27 Feb 2027", "Care plan, 28 Feb – 30 Mar 2027", "Care plan, 31 Mar – 29 Apr 2027"]
    assert {one.invoice_id for one in list_periods(session, retainer.id)} == {invoice.id}


def test_a_missed_period_is_billed_or_let_go_by_a_person(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(missed=MissedPolicy.ASK))
    run(session, retainer, at(4, 15))

    billed = decide_period(session, retainer, 0, is_billed=True, now=at(4, 15))
    decide_period(session, retainer, 1, is_billed=False, now=at(4, 15))
    run(session, retainer, at(4, 15))

    assert table(session, retainer) == [(0, "billed"), (1, "skipped"), (2, "billed")]
    assert session.get_one(Invoice, billed.invoice_id).status == "open"
    with pytest.raises(Refused):
        decide_period(session, retainer, 1, is_billed=True, now=at(4, 16))


def test_a_draft_waits_for_its_review_and_is_then_issued_once(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, review_days=3)
    run(session, retainer, at(2, 3))
    [draft] = session.exec(select(Invoice)).all()
    assert draft.status == "draft"

    run(session, retainer, at(2, 6, 11))
    assert draft.status == "draft"
    run(session, retainer, at(2, 6, 12))
    run(session, retainer, at(2, 6, 13))

    assert (draft.status, draft.number) == ("open", "INV-0001")


def test_a_draft_that_was_thrown_away_does_not_come_back(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, review_days=3)
    run(session, retainer, at(2, 3))
    delete_draft(session, session.exec(select(Invoice)).one())

    run(session, retainer, at(2, 27, 12))

    assert session.exec(select(Invoice)).all() == []
    assert issue_period_invoice(session, retainer, 0, now=at(2, 27)) is None


def test_an_invoice_that_survived_a_lost_period_row_is_not_made_twice(session: Session, studio: Studio):
    """A backup was put back: the invoice is there, the period's row is not."""
    retainer = make_retainer(session, studio)
    bill(session, retainer, 0, at(2, 3))
    row = find_period(session, retainer.id, 0)
    session.delete(row)
    retainer.next_index = 0
    session.flush()

    bill(session, retainer, 0, at(2, 4))

    assert len(session.exec(select(Invoice)).all()) == 1
    assert find_period(session, retainer.id, 0) is not None


def test_in_arrears_a_period_is_billed_when_it_is_over(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(date(2027, 1, 1), billing=BillingTime.ARREARS))
    run(session, retainer, at(1, 31))
    assert table(session, retainer) == []
    run(session, retainer, at(1, 31, 23))
    [invoice] = session.exec(select(Invoice)).all()
    assert list_lines(session, invoice)[0].description == "Care plan, 1 Jan – 31 Jan 2027"


def test_the_end_of_the_terms_ends_it(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(ends_on=date(2027, 3, 31)))
    run(session, retainer, at(2, 28))
    run(session, retainer, at(3, 30, 21))
    assert retainer.status == "active"
    run(session, retainer, at(3, 30, 22))
    assert (retainer.status, len(session.exec(select(Invoice)).all())) == ("ended", 2)
    state = retainer_state(session, retainer)
    assert retainer_schedule(state, now=at(4, 1), say_money=lambda minor, currency: "").is_over


def test_a_period_with_no_fee_is_paid_at_once(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(amount_minor=0))
    bill(session, retainer, 0, at(2, 3))
    assert session.exec(select(Invoice)).one().status == "paid"


def test_a_manual_issue_in_the_review_is_respected(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, review_days=3)
    bill(session, retainer, 0, at(2, 3))
    invoice = session.exec(select(Invoice)).one()
    issue_invoice(session, invoice, now=at(2, 4))

    issue_period_invoice(session, retainer, 0, now=at(2, 4) + timedelta(days=3))

    assert invoice.issued_on == date(2027, 2, 4)
