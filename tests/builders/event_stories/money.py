"""Invoices, payments and retainers."""

from datetime import date, timedelta
from typing import Any

from models.commands.invoices import delete_draft, mark_reminded, mark_sent, void_invoice, write_off
from models.commands.invoices.sending import change_reminders
from models.commands.payments import apply_charge, fail_payment, start_payment
from models.commands.receipts import issue_receipts
from models.commands.refunds import apply_refund, start_refund
from models.commands.retainers import (
    bill_period,
    change_retainer,
    end_retainer,
    issue_period_invoice,
    pause_retainer,
    resume_retainer,
    skip_billing,
)
from models.commands.time_entries import log_time
from models.queries.invoices import find_invoice_of
from models.rules.retainer_schedules import RETRY_DAYS
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.types.money import Money
from models.types.payments import Charge, PaymentStatus, RefundStatus
from models.types.payments import Refund as ProviderRefund
from models.types.retainers import HoursTerms, MissedPolicy
from models.types.time_entries import WorkPlace
from tests.builders.event_stories.telling import Stories, Teller
from tests.builders.invoices import make_draft, make_invoice
from tests.builders.retainers import care_terms, make_card, make_retainer


def a_draft_that_is_thrown_away(teller: Teller) -> None:
    delete_draft(teller.session, make_draft(teller.session, teller.studio))


def an_invoice_that_is_paid(teller: Teller) -> None:
    """In time, by card; and then the money goes back."""
    invoice = make_invoice(teller.session, teller.studio)
    mark_sent(teller.session, invoice, now=teller.now)
    payment = start_payment(teller.session, invoice, provider="stripe")
    due = Money(payment.amount_minor, payment.currency)
    apply_charge(teller.session, payment, Charge("pi_1", PaymentStatus.SUCCEEDED, due), now=teller.now)
    issue_receipts(teller.session, invoice)
    refund = start_refund(teller.session, payment, amount_minor=due.minor)
    told = ProviderRefund("re_1", "pi_1", RefundStatus.SUCCEEDED, due)
    apply_refund(teller.session, payment, told, now=teller.now, refund_id=refund.id)


def an_invoice_that_is_not_paid(teller: Teller) -> None:
    """Reminded, overdue, tried once, and written off; about no engagement."""
    invoice = make_invoice(teller.session, teller.studio, engagement_id=None)
    change_reminders(teller.session, invoice, [3, 10])
    mark_reminded(teller.session, invoice, zone="Europe/Berlin", now=teller.now + timedelta(days=60))
    fail_payment(teller.session, start_payment(teller.session, invoice, provider="stripe"), "card_declined")
    write_off(teller.session, invoice, now=teller.now)


def an_invoice_that_is_voided(teller: Teller) -> None:
    void_invoice(teller.session, make_invoice(teller.session, teller.studio), now=teller.now)


def a_retainer(teller: Teller) -> None:
    retainer = _retainer(teller)
    change_retainer(teller.session, retainer, {"name": "Big care plan"})
    pause_retainer(teller.session, retainer, now=teller.now)
    resume_retainer(teller.session, retainer, now=teller.now)
    end_retainer(teller.session, retainer, ends_on=None, now=teller.now)


def a_period_that_is_paid(teller: Teller) -> None:
    invoice = _billed(teller, _retainer(teller))
    payment = start_payment(teller.session, invoice, provider="stripe")
    due = Money(payment.amount_minor, payment.currency)
    apply_charge(teller.session, payment, Charge("pi_1", PaymentStatus.SUCCEEDED, due), now=teller.now)


def a_period_that_is_not_paid(teller: Teller) -> None:
    make_card(teller.session, teller.studio)
    invoice = _billed(teller, _retainer(teller, collect="charge"))
    for _ in range(len(RETRY_DAYS) + 1):
        fail_payment(teller.session, start_payment(teller.session, invoice, provider="stripe"), "card_declined")
    write_off(teller.session, invoice, now=teller.now)


def a_period_that_is_skipped(teller: Teller) -> None:
    skip_billing(teller.session, _retainer(teller), 0, now=teller.now)


def a_period_that_was_missed(teller: Teller) -> None:
    retainer = _retainer(teller, first=teller.now.date() - timedelta(days=70), missed=MissedPolicy.ASK)
    bill_period(teller.session, retainer, 0, now=teller.now)


def hours_that_run_out(teller: Teller) -> None:
    _retainer(teller, hours=HoursTerms(included_seconds=3600))
    place = WorkPlace(engagement_id=teller.studio.engagement_id)
    begin = teller.now
    log_time(teller.session, teller.owner, place, started_at=begin, stopped_at=begin + timedelta(hours=1))


def _retainer(teller: Teller, *, first: date | None = None, collect: str = "send", **terms: Any) -> Retainer:
    """Since today, unless said otherwise."""
    return make_retainer(
        teller.session, teller.studio, terms=care_terms(first or teller.now.date(), **terms), collect=collect, review_days=2
    )


def _billed(teller: Teller, retainer: Retainer) -> Invoice:
    """The issued invoice of a retainer's first period."""
    bill_period(teller.session, retainer, 0, now=teller.now)
    issue_period_invoice(teller.session, retainer, 0, now=teller.now)
    invoice = find_invoice_of(teller.session, retainer_id=retainer.id, period_index=0)
    assert invoice is not None
    return invoice


STORIES: Stories = {
    a_draft_that_is_thrown_away: {"invoice.drafted", "invoice.deleted"},
    an_invoice_that_is_paid: {
        *("invoice.issued", "invoice.sent", "invoice.paid", "payment.started", "payment.succeeded", "payment.refunded"),
        "receipt.issued",
    },
    an_invoice_that_is_not_paid: {
        *("invoice.changed", "invoice.reminded", "invoice.overdue", "payment.failed", "invoice.written_off"),
    },
    an_invoice_that_is_voided: {"invoice.voided"},
    a_retainer: {f"retainer.{verb}" for verb in ("started", "changed", "paused", "resumed", "ended")},
    a_period_that_is_paid: {"retainer.period_billed", "retainer.period_issued", "retainer.period_paid"},
    a_period_that_is_not_paid: {"retainer.period_unpaid", "retainer.past_due", "retainer.period_written_off"},
    a_period_that_is_skipped: {"retainer.period_skipped"},
    a_period_that_was_missed: {"retainer.period_asked"},
    hours_that_run_out: {"retainer.hours_reached"},
}
