from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.payment_schedules import deposit_minor, payment_due_on, scheduled_payments
from models.types.errors import Invalid
from models.types.proposals import PaymentDue, PaymentPart, PaymentPartKind


def share(bps):
    return PaymentPart("Part", PaymentPartKind.PERCENT, share_bps=bps)


def amount(minor):
    return PaymentPart("Part", PaymentPartKind.AMOUNT, amount_minor=minor)


rest = PaymentPart("Rest", PaymentPartKind.REST)


@pytest.mark.parametrize(
    ("parts", "total", "amounts"),
    [
        ([share(3333)] * 3, 100_000, [33_330, 33_330, 33_340]),
        ([share(3333)] * 3, 1, [0, 1, 0]),
        ([share(5000), share(5000)], 100_001, [50_001, 50_000]),
        ([share(3000), rest], 99_999, [30_000, 69_999]),
        ([amount(50_000), share(2500), rest], 100_000, [50_000, 25_000, 25_000]),
        ([amount(40_000), amount(60_000)], 100_000, [40_000, 60_000]),
        ([share(5000), share(5000)], 0, [0, 0]),
        ([], 500, []),
    ],
)
def test_parts_are_the_total_to_the_cent(parts, total, amounts):
    assert [payment.amount_minor for payment in scheduled_payments(parts, total)] == amounts


@pytest.mark.parametrize(
    "parts",
    [[share(5000), share(4000)], [share(6000), share(5000)], [amount(200_000), rest], [rest, share(5000)], [amount(99_000)]],
)
def test_schedules_that_miss_the_total_are_refused(parts):
    with pytest.raises(Invalid):
        scheduled_payments(parts, 100_000)


@given(st.integers(0, 10**9), st.integers(2, 12))
def test_equal_percentages_always_sum(total, count):
    payments = scheduled_payments([share(10_000 // count)] * count, total)
    assert sum(payment.amount_minor for payment in payments) == total


def test_deposits():
    assert deposit_minor(99_999, share_bps=3000) == 30_000
    assert deposit_minor(99_999, amount_minor=500) == 500
    with pytest.raises(Invalid):
        deposit_minor(499, amount_minor=500)


def test_due_days_are_unknown_until_the_thing_happens():
    signed = date(2026, 5, 4)
    milestone = PaymentPart("Launch", PaymentPartKind.REST, due=PaymentDue.AT_MILESTONE, milestone="launch")
    after = PaymentPart("Later", PaymentPartKind.REST, due=PaymentDue.DAYS_AFTER_ACCEPTANCE, due_days=30)
    dated = PaymentPart("June", PaymentPartKind.REST, due=PaymentDue.ON_DATE, due_on=date(2026, 6, 1))
    assert payment_due_on(rest, accepted_on=None, milestones={}) is None
    assert payment_due_on(rest, accepted_on=signed, milestones={}) == signed
    assert payment_due_on(after, accepted_on=signed, milestones={}) == date(2026, 6, 3)
    assert payment_due_on(dated, accepted_on=None, milestones={}) == date(2026, 6, 1)
    assert payment_due_on(milestone, accepted_on=signed, milestones={}) is None
    assert payment_due_on(milestone, accepted_on=signed, milestones={"launch": date(2026, 7, 1)}) == date(2026, 7, 1)
