"""A retainer beside a simulation: its own schedule, periods, tax and retries on a virtual clock."""

from datetime import UTC, date, datetime

from models.rules.automation_simulation.billing import bill_until
from models.types.automation_simulations import Billing, EntryKind, Scenario
from models.types.retainers import Collection, HoursTerms, RetainerState, RetainerStatus, RetainerTerms

START = datetime(2027, 1, 10, 12, tzinfo=UTC)
YEAR = datetime(2028, 1, 10, 12, tzinfo=UTC)


def billing(collect=Collection.CHARGE, review_days=0, hours=None, **terms) -> Billing:
    agreed = {"anchor_on": date(2027, 1, 31), "zone": "Europe/Berlin", "amount_minor": 100_000, "currency": "EUR", **terms}
    state = RetainerState(
        name="Care",
        status=RetainerStatus.ACTIVE,
        terms=RetainerTerms(**agreed, hours=hours or HoursTerms()),
        next_index=0,
        collect=collect,
        review_days=review_days,
    )
    return Billing("ret_1", state, tax_rates_mpct=(19_000,), has_card=True)


def of_kind(books, kind):
    return [entry for entry in books.entries if entry.kind is kind]


def test_twelve_months_bill_and_charge_on_the_last_of_each_month():
    books = bill_until(billing(), Scenario(), START, YEAR)

    invoices = of_kind(books, EntryKind.INVOICE)
    assert [entry.at.astimezone(UTC).strftime("%m-%d %H") for entry in invoices[:3]] == ["01-30 23", "02-27 23", "03-30 22"]
    assert [entry.amount_minor for entry in invoices] == [119_000] * 12
    assert sum(entry.booked_minor for entry in of_kind(books, EntryKind.CHARGE)) == 12 * 119_000


def test_a_card_that_fails_in_month_four_is_tried_again_by_the_calendar():
    books = bill_until(billing(), Scenario(card_fails_in_months=frozenset({4})), START, YEAR)

    failed = [entry for entry in books.entries if entry.outcome == "failed"]
    assert [entry.at.astimezone(UTC).date() for entry in failed] == [date(2027, 4, 29)]
    assert len([entry for entry in books.entries if entry.outcome == "paid"]) == 12
    assert ("payment.failed" in [name for _, name, _ in books.facts]) is True


def test_a_card_that_never_works_ends_at_a_person():
    never = Scenario(card_fails_in_months=frozenset(range(1, 26)))
    books = bill_until(billing(), never, START, datetime(2027, 2, 20, tzinfo=UTC))

    assert len([entry for entry in books.entries if entry.outcome == "failed"]) == 4
    (stuck,) = of_kind(books, EntryKind.STUCK)
    assert "4 times" in stuck.title


def test_a_fee_that_rises_in_july_counts_from_its_first_day_on():
    terms = {"anchor_on": date(2027, 2, 1)}
    books = bill_until(billing(**terms), Scenario(price_changes_in_month=7, price_change_bps=1000), START, YEAR)

    amounts = [entry.amount_minor for entry in of_kind(books, EntryKind.INVOICE)]
    assert amounts == [119_000] * 5 + [130_900] * 7


def test_twenty_percent_more_hours_are_billed_with_the_next_period():
    hours = HoursTerms(included_seconds=10 * 3600, overage_rate_minor_per_hour=10_000)
    books = bill_until(billing(hours=hours, anchor_on=date(2027, 2, 1)), Scenario(hours_used_bps=12_000), START, YEAR)

    first, second, *_ = of_kind(books, EntryKind.INVOICE)
    assert (first.amount_minor, second.amount_minor) == (119_000, 142_800)
    assert "2:00 hours over" in second.text


def test_an_invoice_that_is_sent_is_paid_when_the_client_does_or_never():
    paid = bill_until(billing(Collection.SEND, review_days=3), Scenario(client_pays_after_days=5), START, YEAR)
    never = bill_until(billing(Collection.SEND), Scenario(client_pays_after_days=None), START, YEAR)

    first, charge = of_kind(paid, EntryKind.INVOICE)[0], of_kind(paid, EntryKind.CHARGE)[0]
    assert (charge.at - first.at).days == 8
    assert of_kind(never, EntryKind.CHARGE) == []
