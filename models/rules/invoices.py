"""Numbers, dates and sums of an invoice, and what may happen to it."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from models.rules.dates import add_months, end_of_month
from models.rules.money import percent_bps, round_half_up
from models.rules.reminders import reminder_after, reminder_moments, reminder_steps
from models.types.calls import Schedule
from models.types.errors import Invalid, Refused
from models.types.invoices import (
    InvoiceFacts,
    InvoiceStanding,
    InvoiceStatus,
    InvoiceSums,
    LateFeeRepeat,
    LateFeeTerms,
    ProviderAsk,
)
from models.types.reminders import ReminderAnchor, ReminderDue, ReminderStep

_S = InvoiceStatus
TRANSITIONS: dict[InvoiceStatus, frozenset[InvoiceStatus]] = {
    _S.DRAFT: frozenset({_S.OPEN, _S.VOID}),
    _S.OPEN: frozenset({_S.PAID, _S.VOID, _S.UNCOLLECTIBLE}),
    _S.PAID: frozenset({_S.OPEN}),  # a refund or a returned debit opens it again
    _S.UNCOLLECTIBLE: frozenset({_S.PAID, _S.VOID, _S.OPEN}),
    _S.VOID: frozenset(),
}
_ASK_MINUTES = (2, 3, 5, 10, 20, 40, 60, 120, 240, 480, 720)
"""The pauses between asking the provider about one payment; the last one repeats."""
_ENDED_BY = ("invoice.paid", "invoice.voided", "invoice.written_off")
DEFAULT_NUMBER_PATTERN = "{prefix}{year}-{counter:04}"
_FIELD = re.compile(r"\{(prefix|year|yy|counter)(?::0?(\d{1,2}))?\}")


def invoice_number(prefix: str, counter: int, year: int, pattern: str = DEFAULT_NUMBER_PATTERN) -> str:
    """The legal number, such as INV-2026-0042.

    pattern: text with {prefix}, {year}, {yy} and {counter}; {counter:04} pads to four digits and never cuts.
    Raises Invalid for a pattern without a counter or with anything else in braces.
    """
    values = {"prefix": prefix, "year": str(year), "yy": f"{year % 100:02}", "counter": str(counter)}
    rest = _FIELD.sub("", pattern)
    if "{" in rest or "}" in rest or "{counter" not in pattern:
        raise Invalid("An invoice number needs {counter} and may have {prefix}, {year} and {yy}.", field="number_pattern")
    return _FIELD.sub(lambda found: values[found[1]].zfill(int(found[2] or 0)), pattern)


def due_on(issued_on: date, *, days: int, from_month_end: bool = False) -> date:
    """The last day to pay: so many days after issue, or after the end of the month of issue."""
    return (end_of_month(issued_on) if from_month_end else issued_on) + timedelta(days=days)


def amount_due(sums: InvoiceSums) -> int:
    """What is still owed, in minor units; never negative."""
    return max(0, _balance(sums))


def overpaid_minor(sums: InvoiceSums) -> int:
    """What was paid beyond what is owed: the client's credit."""
    return max(0, -_balance(sums))


def invoice_status(status: InvoiceStatus, sums: InvoiceSums, *, tolerance_minor: int = 0) -> InvoiceStatus:
    """The status that the ledger's sums ask for; drafts and voided invoices stay what they are.

    tolerance_minor: how little may be missing for the invoice to count as paid.
    """
    if status in {_S.DRAFT, _S.VOID}:
        return status
    if amount_due(sums) <= tolerance_minor:
        return _S.PAID
    return _S.OPEN if status == _S.PAID else status


def invoice_standing(status: InvoiceStatus, sums: InvoiceSums, *, due_on: date | None, today: date) -> InvoiceStanding:
    """The one word that lists and pages show. Overdue outranks partly paid."""
    if status == _S.PAID and overpaid_minor(sums):
        return InvoiceStanding.OVERPAID
    if is_overdue(status, sums, due_on=due_on, today=today):
        return InvoiceStanding.OVERDUE
    if status == _S.OPEN and sums.paid_minor > sums.refunded_minor:
        return InvoiceStanding.PARTLY_PAID
    return InvoiceStanding(status.value)


def is_overdue(status: InvoiceStatus, sums: InvoiceSums, *, due_on: date | None, today: date) -> bool:
    """Whether an open invoice has money missing after its last day to pay."""
    return status == _S.OPEN and due_on is not None and today > due_on and amount_due(sums) > 0


def next_reminder(
    at: datetime,
    schedule: Sequence[ReminderStep],
    due_on: date,
    zone: str,
    status: InvoiceStatus,
    *,
    now: datetime | None = None,
) -> ReminderDue | None:
    """The next payment reminder after the last one handled, or None; an invoice that is not open is never reminded.

    at: the last moment handled, at first the moment of issue. now: collapses missed reminders into the latest.
    """
    if status != _S.OPEN:
        return None
    return reminder_after(reminder_moments(schedule, {ReminderAnchor.DUE: due_on}, zone), at, now=now)


def invoice_schedule(facts: InvoiceFacts, now: datetime) -> Schedule:
    """What is due next for an invoice: `deliver`, `receipt`, `remind` or `reconcile`, or nothing any more.

    Every action changes a fact that it depends on, so that the next answer is another one.
    """
    status = InvoiceStatus(facts.status)
    if status == _S.DRAFT:
        return Schedule()
    if not facts.is_sent and facts.has_address and status in {_S.OPEN, _S.PAID}:
        return Schedule(action="deliver", wake_at=now.isoformat(), index=1)
    if facts.receipts_count < facts.payments_count:
        return Schedule(action="receipt", wake_at=now.isoformat(), index=facts.payments_count)
    if status == _S.OPEN:
        return _waiting_for_money(facts, now)
    if status == _S.PAID and facts.asks:
        return Schedule(action="reconcile", wake_at=_ask_at(facts.asks).isoformat(), index=facts.asked_count + 1)
    return Schedule(is_over=True)


def _waiting_for_money(facts: InvoiceFacts, now: datetime) -> Schedule:
    action, wake_at, index, then_what = _next_step(facts, now)
    is_stuck = not facts.is_sent
    return Schedule(
        action=action,
        wake_at=wake_at,
        index=index,
        what=f"An e-mail address of {facts.client} for {facts.label}" if is_stuck else f"{facts.client} to pay {facts.label}",
        whom="us" if is_stuck else "client",
        client_what=f"Pay {facts.label}",
        then_what=then_what,
        ended_by=_ENDED_BY,
    )


def _next_step(facts: InvoiceFacts, now: datetime) -> tuple[str, str | None, int, str]:
    """(action, when, index, in words) of the earlier one: the next reminder, or asking the provider."""
    steps: list[tuple[datetime, str, int, str]] = []
    if facts.due_on is not None and facts.is_sent:
        series = reminder_steps(ReminderAnchor.DUE, facts.reminder_days)
        handled = facts.reminded_at or facts.issued_at
        due = next_reminder(handled, series, facts.due_on, facts.zone, _S.OPEN, now=now)
        if due is not None:
            steps.append((due.at, "remind", facts.reminded_count + 1, "a reminder goes out"))
    if facts.asks:
        steps.append((_ask_at(facts.asks), "reconcile", facts.asked_count + 1, "we ask the payment provider"))
    if not steps:
        return "", None, 0, ""
    at, action, index, then_what = min(steps)
    return action, at.isoformat(), index, then_what


def _ask_at(asks: Sequence[ProviderAsk]) -> datetime:
    return min(ask.since + timedelta(minutes=_ASK_MINUTES[min(ask.count, len(_ASK_MINUTES) - 1)]) for ask in asks)


def late_fee_minor(terms: LateFeeTerms, *, due_minor: int, due_on: date, today: date, charged_minor: int = 0) -> int:
    """The late fee to charge now, on top of those charged before; never negative.

    due_minor: what is still owed without earlier fees.
    Monthly fees count from the first day after the grace, never from the last fee.
    """
    first_day = due_on + timedelta(days=terms.grace_days + 1)
    if due_minor <= 0 or today < first_day:
        return 0
    times = 1
    if terms.repeat == LateFeeRepeat.MONTHLY:
        times += _whole_months(first_day, today)
    accrued = times * (terms.flat_minor + percent_bps(due_minor, terms.share_bps))
    if terms.cap_minor is not None:
        accrued = min(accrued, terms.cap_minor)
    return max(0, accrued - charged_minor)


def credit_tax_minor(
    credit_minor: int, *, line_gross_minor: int, line_tax_minor: int, credited_minor: int, credited_tax_minor: int
) -> int:
    """The tax inside a credit on one invoice line; the credit that completes the line takes all the tax that is left.

    All amounts with tax, in minor units and of the sign of the line. credited: by earlier credit notes on this line.
    Raises Refused when the line would be credited beyond what was invoiced.
    """
    left, tax_left = line_gross_minor - credited_minor, line_tax_minor - credited_tax_minor
    if not min(0, left) <= credit_minor <= max(0, left):
        raise Refused("A credit cannot be larger than what was invoiced and is not credited yet.", field="credit")
    if credit_minor == left:
        return tax_left
    share = round_half_up(Fraction(credit_minor * line_tax_minor, line_gross_minor))
    return max(min(share, tax_left), 0) if tax_left >= 0 else min(max(share, tax_left), 0)


def can_edit(status: InvoiceStatus) -> bool:
    """Whether lines may change: drafts only; what is issued is corrected by a credit note."""
    return status == _S.DRAFT


def can_issue(status: InvoiceStatus) -> bool:
    """Whether it may get its number."""
    return status == _S.DRAFT


def can_pay(status: InvoiceStatus, sums: InvoiceSums) -> bool:
    """Whether money may be taken for it: issued, not void, and something is owed."""
    return status in {_S.OPEN, _S.UNCOLLECTIBLE} and amount_due(sums) > 0


def can_void(status: InvoiceStatus, sums: InvoiceSums) -> bool:
    """Whether it may be voided: no money on it, and no credit note."""
    return _S.VOID in TRANSITIONS[status] and sums.paid_minor == sums.refunded_minor and sums.credited_minor == 0


def can_write_off(status: InvoiceStatus) -> bool:
    """Whether we may stop expecting the money."""
    return _S.UNCOLLECTIBLE in TRANSITIONS[status]


def can_credit(status: InvoiceStatus, sums: InvoiceSums) -> bool:
    """Whether a credit note may be made out against it."""
    return status in {_S.OPEN, _S.PAID, _S.UNCOLLECTIBLE} and sums.credited_minor < sums.total_minor


def _balance(sums: InvoiceSums) -> int:
    return sums.total_minor - sums.credited_minor - (sums.paid_minor - sums.refunded_minor)


def _whole_months(first: date, today: date) -> int:
    span = relativedelta(today, first)
    months = span.years * 12 + span.months
    # relativedelta does not count 28 February as a month after 31 January; a clamped anniversary does.
    return months + 1 if add_months(first, months + 1) <= today else months
