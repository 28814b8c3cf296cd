"""What a person skips is not asked for again: every duty of every schedule, over the real record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models import clock
from models.commands.bookings import make_booking
from models.commands.invoices import change_reminders, mark_sent
from models.commands.payments import record_payment
from models.commands.retainers import bill_period
from models.db import Database
from models.queries.bookings import get_scheduler
from models.tables.automations import AutomationRun
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.payments import Payment, Receipt
from models.tables.retainers import RetainerPeriod
from models.tables.waits import SkippedDuty
from models.types.waits import Duty, WaitInput
from tests.builders.bookings import make_scheduler
from tests.builders.invoices import make_invoice
from tests.builders.proposals import make_sent
from tests.builders.retainers import care_terms, make_card, make_retainer
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio
from workflows.scheduled import Scheduled
from workflows.worker import WORKFLOWS

Setting = Callable[[Session, Studio], str]
Asked = tuple[str, int]


def a_proposal(session: Session, studio: Studio) -> str:
    return make_sent(session, studio, reminder_days=[2, 5]).id


def a_call(session: Session, studio: Studio) -> str:
    scheduler = get_scheduler(session, make_scheduler(session, studio).id)
    client = session.get_one(Contact, studio.contact_id)
    day = clock.now() + timedelta(days=7 - clock.now().weekday())
    starts_at = day.replace(hour=10, minute=0, second=0, microsecond=0)
    return make_booking(session, scheduler, client, starts_at=starts_at, zone="Europe/London", now=clock.now()).id


def an_invoice(session: Session, studio: Studio) -> str:
    return make_invoice(session, studio).id


def a_payment_on_account(session: Session, studio: Studio) -> str:
    invoice = make_invoice(session, studio)
    mark_sent(session, invoice, now=clock.now())
    record_payment(session, invoice, amount_minor=119000, method="Bank transfer", received_at=clock.now())
    return invoice.id


def a_payment_under_way(session: Session, studio: Studio) -> str:
    invoice = make_invoice(session, studio)
    mark_sent(session, invoice, now=clock.now())
    change_reminders(session, invoice, [])
    paying: dict[str, Any] = {"invoice_id": invoice.id, "provider": "stripe", "amount_minor": 119000, "currency": "EUR"}
    session.add(Payment(id="pay_1", attempt=1, **paying))
    return invoice.id


def months(session: Session, studio: Studio) -> str:
    return make_retainer(session, studio, terms=care_terms(date(2027, 1, 31), ends_on=date(2027, 3, 31))).id


def a_draft_under_review(session: Session, studio: Studio) -> str:
    return _first_month_billed(session, studio, review_days=2)


def a_card_to_charge(session: Session, studio: Studio) -> str:
    make_card(session, studio)
    return _first_month_billed(session, studio, collect="charge")


def mornings(session: Session, studio: Studio) -> str:
    return make_automation(session, post(), kind="schedule", cron="0 9 * * *").id


CASES: list[tuple[str, Setting, Sequence[Asked]]] = [
    ("proposals", a_proposal, [("deliver", 0), ("remind", 1), ("remind", 2), ("expire", 0)]),
    ("bookings", a_call, [("confirm", 0), ("remind", 1), ("remind", 2), ("hold", 0)]),
    ("invoices", an_invoice, [("deliver", 1), ("remind", 1), ("remind", 2), ("remind", 3)]),
    ("invoices", a_payment_on_account, [("receipt", 1)]),
    ("invoices", a_payment_under_way, [("reconcile", 1), ("reconcile", 2), ("reconcile", 3)]),
    ("retainers", months, [("bill", 0), ("bill", 1), ("bill", 2)]),
    ("retainers", a_draft_under_review, [("issue", 0), ("bill", 1)]),
    ("retainers", a_card_to_charge, [("charge", 1), ("bill", 1)]),
    ("automations", mornings, [("fire", 1), ("fire", 2), ("fire", 3)]),
]
UNDONE = (Email, Receipt, AutomationRun)


@pytest.mark.parametrize(("noun", "setting", "expected"), CASES, ids=[case[1].__name__ for case in CASES])
def test_what_is_skipped_is_not_due_again(
    noun: str,
    setting: Setting,
    expected: Sequence[Asked],
    worker: TestClient,
    program: TestClient,
    database: Database,
    studio: Studio,
):
    with database.write(studio.scope) as session:
        subject_id = setting(session, studio)
        before = [_rows(session, table) for table in UNDONE]

    asked = []
    for _ in expected:
        due = worker.get(f"/api/v1/{noun}/{subject_id}/schedule").json()
        asked.append((due["action"], due["index"]))
        _come_to(due["wake_at"])
        skip(worker, program, f"{noun.removesuffix('s')}/{subject_id}", Duty(due["action"], subject_id, due["index"]))

    then = worker.get(f"/api/v1/{noun}/{subject_id}/schedule").json()
    assert asked == list(expected)
    assert (then["action"], then["index"]) not in asked
    with database.read(studio.scope) as session:
        assert [_rows(session, table) for table in UNDONE] == before
        assert {(one.action, one.index) for one in session.exec(select(SkippedDuty))} == set(expected)


def test_every_duty_of_every_schedule_is_skipped_once():
    skipped = {noun: {action for one, _, asked in CASES if one == noun for action, _ in asked} for noun, _, _ in CASES}
    known = {_noun_of(one): set(one.actions) for one in Scheduled.__subclasses__() if one in WORKFLOWS}
    assert skipped == known


def test_a_skip_is_on_record_with_who_and_when(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        proposal_id = a_proposal(session, studio)

    skip(worker, program, f"proposal/{proposal_id}", Duty("deliver", proposal_id))

    with database.read(studio.scope) as session:
        skipped = session.exec(select(SkippedDuty)).one()
    assert skipped.skipped_by.startswith("token:")
    assert abs(skipped.created_at - clock.now()) < timedelta(minutes=5)
    closed = worker.get("/api/v1/waits", params={"is_open": False}).json()["items"]
    assert [wait["detail"]["decided"] for wait in closed if wait["kind"] == "repair"] == ["skip"]


def test_a_later_payment_still_gets_its_receipt(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        invoice = make_invoice(session, studio)
        mark_sent(session, invoice, now=clock.now())
        record_payment(session, invoice, amount_minor=1000, method="Cash", received_at=clock.now())
    skip(worker, program, f"invoice/{invoice.id}", Duty("receipt", invoice.id, 1))
    clock.move(timedelta(hours=1))
    with database.write(studio.scope) as session:
        payment = record_payment(session, invoice, amount_minor=2000, method="Cash", received_at=clock.now())

    due = worker.get(f"/api/v1/invoices/{invoice.id}/schedule").json()
    worker.post(f"/api/v1/invoices/{invoice.id}/receipts", json={"index": due["index"]})

    assert (due["action"], due["index"]) == ("receipt", 2)
    with database.read(studio.scope) as session:
        assert [one.payment_id for one in session.exec(select(Receipt))] == [payment.id]


def test_a_skipped_reminder_makes_room_for_the_next(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        invoice = make_invoice(session, studio)
        mark_sent(session, invoice, now=clock.now())
    for index in (1, 2):
        due = worker.get(f"/api/v1/invoices/{invoice.id}/schedule").json()
        assert (due["action"], due["index"]) == ("remind", index)
        _come_to(due["wake_at"])
        if index == 1:
            skip(worker, program, f"invoice/{invoice.id}", Duty("remind", invoice.id, 1))
    worker.post(f"/api/v1/invoices/{invoice.id}/reminders", json={"index": 2})

    with database.read(studio.scope) as session:
        assert [one.key for one in session.exec(select(Email))] == [f"invoice:{invoice.id}:reminder:2"]
    assert worker.get(f"/api/v1/invoices/{invoice.id}/schedule").json()["index"] == 3


def test_periods_that_were_skipped_are_in_the_books(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        retainer_id = months(session, studio)
    _come_to("2027-03-31T12:00:00+00:00")
    for index in range(3):
        skip(worker, program, f"retainer/{retainer_id}", Duty("bill", retainer_id, index))

    with database.read(studio.scope) as session:
        periods = session.exec(select(RetainerPeriod).order_by(col(RetainerPeriod.index))).all()
    assert [(one.index, one.status) for one in periods] == [(0, "skipped"), (1, "skipped")]
    assert worker.get(f"/api/v1/retainers/{retainer_id}/schedule").json()["is_over"]


def test_a_step_without_which_nothing_goes_on_cannot_be_skipped(worker: TestClient, owner: TestClient):
    wait = WaitInput("", "proposal/pro_1", "repair:due", "Find out what is due next", "us", kind="repair", can_skip=False)
    wait_id = worker.post("/api/v1/waits", json=asdict(wait)).json()["id"]

    answer = owner.post(f"/ops/waits/{wait_id}/repair", data={"action": "skip"})

    assert answer.status_code == 409
    assert "cannot be skipped" in answer.text
    page = owner.get("/ops").text
    assert 'value="retry"' in page
    assert 'value="skip"' not in page


def skip(worker: TestClient, program: TestClient, workflow_id: str, duty: Duty) -> None:
    """The workflow shows that it is stuck, and the studio skips the step."""
    wait = WaitInput("", workflow_id, f"repair:{duty.action}", "A step", "us", kind="repair", duty=duty)
    wait_id = worker.post("/api/v1/waits", json=asdict(wait)).json()["id"]
    answer = program.post(f"/api/v1/waits/{wait_id}/repair", json={"action": "skip"})
    assert answer.status_code == 204, answer.text


def _first_month_billed(session: Session, studio: Studio, **values: Any) -> str:
    began = clock.today("Europe/Berlin") - timedelta(days=3)
    retainer = make_retainer(session, studio, terms=care_terms(began), **values)
    bill_period(session, retainer, 0, now=clock.now())
    return retainer.id


def _come_to(moment: str) -> None:
    ahead = datetime.fromisoformat(moment) - clock.now() + timedelta(seconds=1)
    if ahead > timedelta():
        clock.move(ahead)


def _noun_of(workflow_class: type) -> str:
    return f"{workflow_class.__name__.removesuffix('Workflow').lower()}s"


def _rows(session: Session, table: Any) -> int:
    return len(session.exec(select(table)).all())
