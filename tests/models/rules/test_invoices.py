from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.invoices import (
    amount_due,
    can_credit,
    can_pay,
    can_void,
    credit_tax_minor,
    due_on,
    invoice_number,
    invoice_standing,
    invoice_status,
    is_overdue,
    late_fee_minor,
    next_reminder,
    overpaid_minor,
)
from models.rules.reminders import reminder_steps
from models.types.errors import Invalid, Refused
from models.types.invoices import InvoiceStanding, InvoiceStatus, InvoiceSums, LateFeeRepeat, LateFeeTerms
from models.types.reminders import ReminderAnchor

S = InvoiceStatus


@pytest.mark.parametrize(
    ("pattern", "counter", "number"),
    [
        ("{prefix}{year}-{counter:04}", 42, "INV-2026-0042"),
        ("{prefix}{year}-{counter:04}", 123_456, "INV-2026-123456"),
        ("{counter}/{yy}", 7, "7/26"),
        ("{prefix}{counter:6}", 7, "INV-000007"),
    ],
)
def test_numbers(pattern, counter, number):
    assert invoice_number("INV-", counter, 2026, pattern) == number


@pytest.mark.parametrize(
    "pattern", ["{year}", "{counter}{client}", "{counter.__class__}", "{counter", "{counter:04}{", "{{counter}}"]
)
def test_patterns_that_could_repeat_or_reach_further_are_refused(pattern):
    with pytest.raises(Invalid):
        invoice_number("INV-", 1, 2026, pattern)


def test_due_dates():
    assert due_on(date(2026, 1, 31), days=30) == date(2026, 3, 2)
    assert due_on(date(2026, 1, 10), days=30, from_month_end=True) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("status", "sums", "derived"),
    [
        (S.OPEN, InvoiceSums(1000), S.OPEN),
        (S.OPEN, InvoiceSums(1000, paid_minor=999), S.OPEN),
        (S.OPEN, InvoiceSums(1000, paid_minor=1000), S.PAID),
        (S.OPEN, InvoiceSums(1000, paid_minor=1200), S.PAID),
        (S.OPEN, InvoiceSums(1000, paid_minor=400, credited_minor=600), S.PAID),
        (S.OPEN, InvoiceSums(0), S.PAID),
        (S.PAID, InvoiceSums(1000, paid_minor=1000, refunded_minor=1000), S.OPEN),
        (S.UNCOLLECTIBLE, InvoiceSums(1000, paid_minor=1), S.UNCOLLECTIBLE),
        (S.UNCOLLECTIBLE, InvoiceSums(1000, paid_minor=1000), S.PAID),
        (S.DRAFT, InvoiceSums(0), S.DRAFT),
        (S.VOID, InvoiceSums(1000, paid_minor=1000), S.VOID),
    ],
)
def test_the_status_follows_the_ledger(status, sums, derived):
    assert invoice_status(status, sums) == derived


def test_a_rest_within_tolerance_counts_as_paid():
    assert invoice_status(S.OPEN, InvoiceSums(1000, paid_minor=999), tolerance_minor=1) == S.PAID


@given(*[st.integers(0, 10**6)] * 4)
def test_owed_and_overpaid_are_two_sides_of_one_balance(total, paid, refunded, credited):
    sums = InvoiceSums(total, paid, refunded, credited)
    assert amount_due(sums) - overpaid_minor(sums) == total - credited - paid + refunded
    assert min(amount_due(sums), overpaid_minor(sums)) == 0


def test_the_word_shown():
    due, before, after = date(2026, 5, 10), date(2026, 5, 10), date(2026, 5, 11)
    part = InvoiceSums(1000, paid_minor=400)
    assert invoice_standing(S.OPEN, part, due_on=due, today=before) == InvoiceStanding.PARTLY_PAID
    assert invoice_standing(S.OPEN, part, due_on=due, today=after) == InvoiceStanding.OVERDUE
    assert invoice_standing(S.OPEN, InvoiceSums(1000), due_on=None, today=after) == InvoiceStanding.OPEN
    assert invoice_standing(S.PAID, InvoiceSums(1000, paid_minor=1001), due_on=due, today=after) == InvoiceStanding.OVERPAID
    assert invoice_standing(S.VOID, InvoiceSums(1000), due_on=due, today=after) == InvoiceStanding.VOID
    assert not is_overdue(S.OPEN, InvoiceSums(1000, paid_minor=1000), due_on=due, today=after)


def test_payment_reminders_run_from_the_due_day_in_the_studios_zone():
    schedule = reminder_steps(ReminderAnchor.DUE, [-3, 0, 7])
    issued = datetime(2026, 10, 20, tzinfo=UTC)
    moments = []
    at = issued
    while due := next_reminder(at, schedule, date(2026, 10, 25), "Europe/Berlin", S.OPEN):
        moments.append(due.at)
        at = due.at
    assert moments == [
        datetime(2026, 10, 22, 7, tzinfo=UTC),
        datetime(2026, 10, 25, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    ]
    assert next_reminder(issued, schedule, date(2026, 10, 25), "Europe/Berlin", S.PAID) is None


@pytest.mark.parametrize(
    ("terms", "today", "charged", "fee"),
    [
        (LateFeeTerms(flat_minor=1000), date(2026, 1, 31), 0, 0),
        (LateFeeTerms(flat_minor=1000), date(2026, 2, 1), 0, 1000),
        (LateFeeTerms(flat_minor=1000), date(2026, 9, 1), 1000, 0),
        (LateFeeTerms(flat_minor=1000, grace_days=5), date(2026, 2, 5), 0, 0),
        (LateFeeTerms(flat_minor=1000, grace_days=5), date(2026, 2, 6), 0, 1000),
        (LateFeeTerms(share_bps=150), date(2026, 2, 1), 0, 1500),
        (LateFeeTerms(share_bps=150, repeat=LateFeeRepeat.MONTHLY), date(2026, 2, 28), 0, 1500),
        (LateFeeTerms(share_bps=150, repeat=LateFeeRepeat.MONTHLY), date(2026, 3, 1), 1500, 1500),
        (LateFeeTerms(share_bps=150, repeat=LateFeeRepeat.MONTHLY), date(2026, 6, 1), 1500, 6000),
        (LateFeeTerms(share_bps=150, repeat=LateFeeRepeat.MONTHLY, cap_minor=4000), date(2026, 6, 1), 1500, 2500),
        (LateFeeTerms(flat_minor=500, share_bps=100), date(2026, 2, 1), 0, 1500),
    ],
)
def test_late_fees(terms, today, charged, fee):
    assert late_fee_minor(terms, due_minor=100_000, due_on=date(2026, 1, 31), today=today, charged_minor=charged) == fee


def test_monthly_fees_from_the_31st_fall_due_on_clamped_days():
    terms = LateFeeTerms(flat_minor=100, repeat=LateFeeRepeat.MONTHLY)
    fees = [
        late_fee_minor(terms, due_minor=1, due_on=date(2026, 1, 30), today=today)
        for today in (date(2026, 2, 27), date(2026, 2, 28))
    ]
    assert fees == [100, 200]
    assert late_fee_minor(terms, due_minor=0, due_on=date(2026, 1, 30), today=date(2026, 9, 9)) == 0


@given(st.integers(1, 10**6), st.integers(0, 30), st.lists(st.integers(1, 10**5), max_size=8))
def test_credits_never_exceed_the_line_nor_its_tax(gross, rate, wishes):
    tax = gross * rate // (100 + rate)
    credited = credited_tax = 0
    for wish in [*wishes, None]:
        credit = gross - credited if wish is None else wish
        if credit > gross - credited:
            with pytest.raises(Refused):
                credit_tax_minor(
                    credit, line_gross_minor=gross, line_tax_minor=tax, credited_minor=credited, credited_tax_minor=credited_tax
                )
            continue
        credited_tax += credit_tax_minor(
            credit, line_gross_minor=gross, line_tax_minor=tax, credited_minor=credited, credited_tax_minor=credited_tax
        )
        credited += credit
        assert 0 <= credited_tax <= tax
    assert (credited, credited_tax) == (gross, tax)


def test_what_may_be_done_with_it():
    assert can_pay(S.OPEN, InvoiceSums(1000))
    assert not can_pay(S.DRAFT, InvoiceSums(1000))
    assert not can_pay(S.OPEN, InvoiceSums(1000, credited_minor=1000))
    assert can_void(S.OPEN, InvoiceSums(1000))
    assert not can_void(S.OPEN, InvoiceSums(1000, paid_minor=1))
    assert not can_void(S.PAID, InvoiceSums(1000, paid_minor=1000))
    assert can_credit(S.PAID, InvoiceSums(1000, paid_minor=1000))
    assert not can_credit(S.PAID, InvoiceSums(1000, paid_minor=1000, credited_minor=1000))
