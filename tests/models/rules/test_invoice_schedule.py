"""What is due next for an invoice, and that every action moves the schedule on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.rules.invoices import invoice_schedule
from models.types.calls import Schedule
from models.types.invoices import InvoiceFacts, ProviderAsk

ISSUED = datetime(2026, 3, 2, 10, tzinfo=UTC)
OPEN = InvoiceFacts(
    status="open",
    kind="standard",
    label="invoice INV-0007",
    client="Ada",
    zone="Europe/Berlin",
    issued_at=ISSUED,
    due_on=date(2026, 3, 26),
    reminder_days=(3, 7),
    is_sent=True,
)
ASK = ProviderAsk(since=ISSUED, count=0)
PAID = replace(OPEN, status="paid", payments_count=1, receipts_count=1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(OPEN, is_sent=False), ("deliver", ISSUED, 1)),
        (replace(PAID, is_sent=False), ("deliver", ISSUED, 1)),
        # Clocks go forward on 29 March: 09:00 in Berlin is 07:00 UTC from then on.
        (OPEN, ("remind", datetime(2026, 3, 29, 7, tzinfo=UTC), 1)),
        (
            replace(OPEN, reminded_at=datetime(2026, 3, 29, 7, tzinfo=UTC), reminded_count=1),
            ("remind", datetime(2026, 4, 2, 7, tzinfo=UTC), 2),
        ),
        (replace(OPEN, asks=(ASK,)), ("reconcile", ISSUED + timedelta(minutes=2), 1)),
        (replace(OPEN, asks=(replace(ASK, count=4),), asked_count=9), ("reconcile", ISSUED + timedelta(minutes=20), 10)),
        (replace(OPEN, payments_count=2, receipts_count=1), ("receipt", ISSUED, 2)),
        (replace(PAID, receipts_count=0), ("receipt", ISSUED, 1)),
        (replace(PAID, asks=(replace(ASK, is_open=False),)), ("reconcile", ISSUED + timedelta(minutes=2), 1)),
    ],
    ids=["send", "send paid", "remind", "remind again", "ask", "ask later", "part", "paid", "fee"],
)
def test_the_next_step(facts: InvoiceFacts, expected: tuple[str, datetime, int]):
    due = invoice_schedule(facts, ISSUED)
    action, at, index = expected
    assert (due.action, due.wake_at, due.index, due.is_over) == (action, at.isoformat(), index, False)


@pytest.mark.parametrize(
    "facts",
    [
        PAID,
        replace(OPEN, status="void"),
        replace(OPEN, status="void", is_sent=False),
        replace(OPEN, status="uncollectible"),
        replace(PAID, kind="credit_note", payments_count=0, receipts_count=0),
    ],
    ids=["paid", "void", "void unsent", "written off", "credit note"],
)
def test_it_is_over(facts: InvoiceFacts):
    assert invoice_schedule(facts, ISSUED) == Schedule(is_over=True)


def test_the_wait_reads_well():
    due = invoice_schedule(OPEN, ISSUED)
    assert (due.what, due.whom, due.client_what) == ("Ada to pay invoice INV-0007", "client", "Pay invoice INV-0007")
    assert due.then_what == "a reminder goes out"


def test_without_an_address_it_waits_for_us():
    due = invoice_schedule(replace(OPEN, is_sent=False, has_address=False), ISSUED)
    assert (due.action, due.wake_at, due.whom) == ("", None, "us")


def test_reminders_that_were_missed_become_one():
    late = datetime(2026, 4, 20, tzinfo=UTC)
    due = invoice_schedule(OPEN, late)
    assert due.wake_at == datetime(2026, 4, 2, 7, tzinfo=UTC).isoformat()
    after = invoice_schedule(replace(OPEN, reminded_at=late, reminded_count=1), late)
    assert (after.action, after.wake_at, after.is_over) == ("", None, False)


def test_a_client_without_a_card_problem_is_asked_to_the_end():
    """Doing what the schedule says always leads on: nothing is asked for twice with one index."""
    facts, now, seen = replace(OPEN, is_sent=False, asks=(ASK,)), ISSUED, set()
    for _ in range(100):
        due = invoice_schedule(facts, now)
        assert (due.action, due.index) not in seen
        seen.add((due.action, due.index))
        if due.wake_at is None:
            break
        now = max(now, datetime.fromisoformat(due.wake_at))
        facts = _done(facts, due, now)
    assert {action for action, _ in seen} == {"deliver", "reconcile", "remind"}
    assert max(index for action, index in seen if action == "remind") == 2


def _done(facts: InvoiceFacts, due: Schedule, now: datetime) -> InvoiceFacts:
    if due.action == "deliver":
        return replace(facts, is_sent=True)
    if due.action == "remind":
        return replace(facts, reminded_at=now, reminded_count=facts.reminded_count + 1)
    asked = tuple(replace(ask, since=now, count=ask.count + 1) for ask in facts.asks)
    return replace(facts, asks=asked, asked_count=facts.asked_count + 1)
