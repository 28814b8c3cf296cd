"""Money that comes in and goes back: each once, whatever is told how often and in which order."""

import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from models import clock
from models.commands.invoices import void_invoice
from models.commands.payments import (
    ChargeMismatch,
    apply_charge,
    close_checkout,
    fail_payment,
    place_checkout,
    record_payment,
    start_payment,
)
from models.commands.receipts import issue_receipts
from models.commands.refunds import apply_refund, start_refund
from models.commands.webhook_events import apply_webhook_event, store_event
from models.db import Database
from models.queries.invoices import get_invoice, list_sides
from models.queries.ledger import list_ledger_differences
from models.queries.payments import get_payment, list_payments_of
from models.rules.ledger import balance, unbalanced
from models.tables.conversations import Notification
from models.tables.events import Event
from models.tables.payments import LedgerEntry, Payment, Receipt, Refund, SavedMethod, WebhookEvent
from models.types.errors import Invalid, Refused
from models.types.ledger import Account
from models.types.money import Money
from models.types.payments import Charge, EventKind, PaymentStatus, Provider, ProviderEvent, RefundStatus
from models.types.payments import Refund as ProviderRefund
from models.types.scope import Scope
from tests.builders.invoices import make_invoice
from tests.builders.workspaces import Studio

DUE = Money(119000, "EUR")


def charged(status: PaymentStatus = PaymentStatus.SUCCEEDED, **values: Any) -> Charge:
    return Charge(**{"provider_ref": "pi_1", "status": status, "amount": DUE, **values})


def attempt(session: Session, studio: Studio) -> Payment:
    payment = start_payment(session, make_invoice(session, studio), provider="stripe")
    place_checkout(session, payment, checkout_ref="cs_1", url="https://pay.example/cs_1")
    return payment


def book(session: Session, invoice_id: str) -> dict[str, int]:
    sides = list_sides(session, invoice_id)
    assert unbalanced(sides) == []
    assert list_ledger_differences(session) == []
    return {account.value: amount for account in Account if (amount := balance(sides, account))}


def told(session: Session, name: str) -> int:
    return session.exec(select(func.count()).select_from(Event).where(col(Event.type) == name)).one()


AFTER_REFUND = {"cash": 118000, "receivable": 1000, "revenue": -100000, "tax": -19000}
PAID = {"cash": 119000, "revenue": -100000, "tax": -19000}


def test_a_charge_pays_the_invoice_once(session: Session, studio: Studio):
    payment = attempt(session, studio)
    for _ in range(3):
        apply_charge(session, payment, charged(fee=Money(1800, "EUR"), card_label="Visa •••• 4242"), now=clock.now())
    apply_charge(session, payment, charged(PaymentStatus.FAILED, failure_code="card_declined"), now=clock.now())

    invoice = get_invoice(session, payment.invoice_id)
    assert (invoice.status, invoice.paid_minor, payment.status) == ("paid", 119000, "succeeded")
    assert (payment.fee_minor, payment.method, payment.failure) == (1800, "Visa •••• 4242", "")
    assert book(session, invoice.id) == {**PAID, "cash": 117200, "fees": 1800}
    assert (told(session, "payment.succeeded"), told(session, "invoice.paid")) == (1, 1)


def test_an_uncertain_attempt_blocks_the_next_one(session: Session, studio: Studio):
    payment = attempt(session, studio)
    invoice = get_invoice(session, payment.invoice_id)
    assert start_payment(session, invoice, provider="stripe").id == payment.id

    apply_charge(session, payment, charged(PaymentStatus.FAILED, failure_code="card_declined"), now=clock.now())
    assert (payment.status, payment.failure) == ("pending", "card_declined")
    assert start_payment(session, invoice, provider="stripe").id == payment.id

    close_checkout(session, payment)
    assert payment.status == "failed"
    assert start_payment(session, invoice, provider="stripe").attempt == 2


def test_a_declined_saved_card_is_over_at_once(session: Session, studio: Studio):
    payment = start_payment(session, make_invoice(session, studio), provider="stripe")
    for _ in range(2):
        fail_payment(session, payment, "card_declined")
    assert (payment.status, told(session, "payment.failed")) == ("failed", 1)


@pytest.mark.parametrize(
    "wrong",
    [{"amount": Money(100, "EUR")}, {"amount": Money(119000, "USD")}, {"metadata": {"invoice_id": "inv_other"}}],
    ids=["less", "currency", "invoice"],
)
def test_a_charge_we_did_not_ask_for_changes_nothing(session: Session, studio: Studio, wrong: dict[str, Any]):
    payment = attempt(session, studio)
    with pytest.raises(ChargeMismatch):
        apply_charge(session, payment, charged(**wrong), now=clock.now())
    assert (payment.status, get_invoice(session, payment.invoice_id).status) == ("pending", "open")


def test_parts_make_the_whole_and_more_is_credit(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    for amount, paid, status in ((50000, 50000, "open"), (70000, 119000, "paid")):
        record_payment(session, invoice, amount_minor=amount, method="Bank transfer", received_at=clock.now())
        assert (invoice.paid_minor, invoice.status) == (paid, status)
    assert book(session, invoice.id) == {**PAID, "cash": 120000, "client_credit": -1000}
    with pytest.raises(Refused):
        record_payment(session, invoice, amount_minor=1, method="Cash", received_at=clock.now())


def test_late_money_on_a_void_invoice_is_held_and_somebody_is_told(session: Session, studio: Studio):
    payment = attempt(session, studio)
    close_checkout(session, payment)
    invoice = void_invoice(session, get_invoice(session, payment.invoice_id), now=clock.now())
    apply_charge(session, payment, charged(), now=clock.now())

    assert (invoice.status, invoice.paid_minor) == ("void", 0)
    assert book(session, invoice.id) == {"cash": 119000, "client_credit": -119000}
    assert "which is void" in session.exec(select(Notification.text)).one()


def test_a_card_is_kept_with_consent_only(session: Session, studio: Studio):
    for saves_card in (False, True):
        payment = start_payment(session, make_invoice(session, studio), provider="stripe", saves_card=saves_card)
        kept = charged(provider_ref=f"pi_{saves_card}", customer_ref="cus_1", method_ref="pm_1", card_label="Visa •••• 4242")
        for _ in range(2):
            apply_charge(session, payment, kept, now=clock.now())
    method = session.exec(select(SavedMethod)).one()
    assert (method.contact_id, method.method_ref, method.label) == (studio.contact_id, "pm_1", "Visa •••• 4242")


def test_receipts_are_numbered_once_per_payment(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    for amount in (1000, 2000):
        record_payment(session, invoice, amount_minor=amount, method="Cash", received_at=clock.now())
        issue_receipts(session, invoice)
    assert issue_receipts(session, invoice) == []
    assert list(session.exec(select(Receipt.number).order_by(col(Receipt.number)))) == ["RCP-0001", "RCP-0002"]


def test_refunds_never_exceed_the_payment_and_reopen_the_invoice(session: Session, studio: Studio):
    payment = attempt(session, studio)
    apply_charge(session, payment, charged(), now=clock.now())
    for number in (1, 2, 3):
        refund = start_refund(session, payment, amount_minor=30000)
        news = ProviderRefund(f"re_{number}", "pi_1", RefundStatus.SUCCEEDED, Money(30000, "EUR"))
        for _ in range(2):  # the answer, and the webhook
            apply_refund(session, payment, news, now=clock.now(), refund_id=refund.id)
    with pytest.raises(Refused):
        start_refund(session, payment, amount_minor=30000)
    with pytest.raises(Invalid):
        start_refund(session, payment, amount_minor=0)

    invoice = get_invoice(session, payment.invoice_id)
    assert (invoice.status, invoice.paid_minor, payment.refunded_minor) == ("open", 29000, 90000)
    assert book(session, invoice.id) == {**PAID, "cash": 29000, "receivable": 90000}


def test_a_refund_that_comes_back_is_undone(session: Session, studio: Studio):
    payment = attempt(session, studio)
    apply_charge(session, payment, charged(), now=clock.now())
    for status in (RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.SUCCEEDED):
        apply_refund(session, payment, ProviderRefund("re_1", "pi_1", status, Money(500, "EUR")), now=clock.now())
    assert book(session, payment.invoice_id) == PAID
    assert session.exec(select(Refund.status)).one() == "failed"


def news(payment: Payment, tag: str = "1") -> list[ProviderEvent]:
    """What a provider says of one payment: declined, under way, paid, paid once more, then partly given back."""
    about, pi = {"payment_id": payment.id, "invoice_id": payment.invoice_id}, f"pi_{tag}"
    refund = ProviderRefund(f"re_{tag}", pi, RefundStatus.SUCCEEDED, Money(1000, "EUR"))

    def told_as(status: PaymentStatus, **values: Any) -> Charge:
        return charged(status, provider_ref=pi, **values)

    rows: list[tuple[EventKind, str, Charge | None, ProviderRefund | None, dict[str, str]]] = [
        (EventKind.PAYMENT_FAILED, pi, told_as(PaymentStatus.FAILED, failure_code="card_declined"), None, about),
        (EventKind.PAYMENT_PENDING, pi, told_as(PaymentStatus.PENDING), None, about),
        (EventKind.PAYMENT_SUCCEEDED, pi, told_as(PaymentStatus.SUCCEEDED), None, about),
        (EventKind.CHECKOUT_COMPLETED, f"cs_{tag}", told_as(PaymentStatus.SUCCEEDED, metadata=about), None, {}),
        (EventKind.PAYMENT_REFUNDED, pi, None, refund, {}),
    ]
    return [
        ProviderEvent(Provider.STRIPE, "acct", f"evt_{tag}_{n}", kind, ref, clock.now(), charge=c, refund=back, metadata=metadata)
        for n, (kind, ref, c, back, metadata) in enumerate(rows)
    ]


def tell(database: Database, event: ProviderEvent) -> str:
    with database.write(Scope(None)) as session:
        row_id = store_event(session, event, b"{}")
    with database.write(Scope(None)) as session:
        return apply_webhook_event(session, row_id, now=clock.now())


def test_every_order_of_messages_gives_the_same_ledger(database: Database, studio: Studio):
    for tag, order in enumerate(itertools.permutations(range(5))):
        with database.write(studio.scope) as session:
            payment = start_payment(session, make_invoice(session, studio), provider="stripe")
            place_checkout(session, payment, checkout_ref=f"cs_{tag}", url="https://pay.example/")
        messages = news(payment, str(tag))
        for index in order:
            tell(database, messages[index])
            if tag % 8 == 0:  # and some of them twice over
                tell(database, messages[index])
        with database.read(studio.scope) as session:
            sides = list_sides(session, payment.invoice_id)
            after = get_payment(session, payment.id)
        assert {a.value: balance(sides, a) for a in Account if balance(sides, a)} == AFTER_REFUND, order
        assert (after.status, after.failure, after.refunded_minor) == ("succeeded", "", 1000), order
    with database.read(studio.scope) as session:
        assert list_ledger_differences(session) == []
        assert set(session.exec(select(WebhookEvent.status))) == {"applied"}


def test_ten_times_the_same_message_at_once_is_one_payment(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        payment = attempt(session, studio)
    message = news(payment)[3]
    barrier = threading.Barrier(10)
    outcomes: list[str] = []

    def receive() -> None:
        barrier.wait()
        outcomes.append(tell(database, message))

    threads = [threading.Thread(target=receive) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == ["applied"] * 10
    with database.read(studio.scope) as session:
        assert book(session, payment.invoice_id) == PAID
        assert session.exec(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.account == "cash")).one() == 1


def test_a_message_that_contradicts_us_is_kept_and_not_applied(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        payment = attempt(session, studio)
    wrong = ProviderEvent(
        Provider.STRIPE,
        "acct",
        "evt_9",
        EventKind.PAYMENT_SUCCEEDED,
        "pi_1",
        clock.now(),
        charge=charged(amount=Money(1, "EUR")),
        metadata={"payment_id": payment.id},
    )
    assert tell(database, wrong) == "dead"
    with database.read(studio.scope) as session:
        assert get_payment(session, payment.id).status == "pending"
        assert session.exec(select(func.count()).select_from(Notification)).one() == 1


def test_a_message_about_nothing_we_know_waits(database: Database, studio: Studio):
    event = ProviderEvent(
        Provider.STRIPE, "acct", "evt_7", EventKind.PAYMENT_SUCCEEDED, "pi_other", clock.now(), charge=charged()
    )
    assert tell(database, event) == "stored"


def test_two_who_click_pay_meet_one_attempt(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        invoice_id = make_invoice(session, studio).id
    barrier = threading.Barrier(8)
    attempts: list[str] = []

    def click() -> None:
        barrier.wait()
        with database.write(studio.scope) as session:
            attempts.append(start_payment(session, get_invoice(session, invoice_id), provider="stripe").id)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(attempts)) == 1
    with database.read(studio.scope) as session:
        assert len(list_payments_of(session, invoice_id)) == 1


def test_back_dated_money_keeps_its_day(session: Session, studio: Studio):
    invoice = make_invoice(session, studio)
    before = clock.now() - timedelta(days=3)
    payment = record_payment(session, invoice, amount_minor=119000, method="Bank transfer", received_at=before)
    assert (payment.succeeded_at, invoice.paid_at) == (before, before)
