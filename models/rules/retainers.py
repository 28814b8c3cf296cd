"""When a retainer bills and how much. Period n is computed from the anchor and n, never from the period before."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice

from models.rules.dates import add_months, last_workday_of_month, local_date, start_of_day
from models.rules.line_items import amount_for_seconds
from models.rules.money import round_half_up
from models.types.errors import Invalid
from models.types.retainers import (
    BillingTime,
    DueAction,
    DuePeriods,
    MissedPolicy,
    Pause,
    Period,
    PeriodCharge,
    PriceStep,
    Proration,
    RetainerStatus,
    RetainerTerms,
    Rhythm,
    UpcomingInvoice,
)

_S = RetainerStatus
TRANSITIONS: dict[RetainerStatus, frozenset[RetainerStatus]] = {
    _S.ACTIVE: frozenset({_S.PAUSED, _S.PAST_DUE, _S.ENDED}),
    _S.PAUSED: frozenset({_S.ACTIVE, _S.ENDED}),
    _S.PAST_DUE: frozenset({_S.ACTIVE, _S.PAUSED, _S.ENDED}),
    _S.ENDED: frozenset(),
}


def period(n: int, terms: RetainerTerms) -> Period:
    """Period n, counted from 0. Raises Invalid when the retainer has ended before it."""
    starts_on, ends_on = _boundary(n, terms), _boundary(n + 1, terms)
    if terms.ends_on is not None:
        ends_on = min(ends_on, terms.ends_on)
    if starts_on >= ends_on:
        raise Invalid(f"The retainer ends before its period {n + 1}.", field="ends_on")
    bills_on = ends_on
    if terms.billing == BillingTime.ADVANCE:
        bills_on = next(_billable_days(starts_on, ends_on, terms), starts_on)
    starts_at, ends_at = start_of_day(starts_on, terms.zone), start_of_day(ends_on, terms.zone)
    return Period(n, starts_on, ends_on, starts_at, ends_at, start_of_day(bills_on, terms.zone))


def has_period(n: int, terms: RetainerTerms) -> bool:
    """Whether the retainer lasts until period n."""
    return terms.ends_on is None or _boundary(n, terms) < terms.ends_on


def period_on(day: date, terms: RetainerTerms) -> Period | None:
    """The period that a day of the billing zone lies in, or None before the anchor and after the end."""
    if day < terms.anchor_on or (terms.ends_on is not None and day >= terms.ends_on):
        return None
    candidates = range((day - terms.anchor_on).days // (7 * max(1, terms.every)) + 2)  # no rhythm is shorter than a week
    return period(bisect_right(candidates, day, key=lambda n: _boundary(n, terms)) - 1, terms)


def is_billed(due: Period, terms: RetainerTerms) -> bool:
    """Whether a period is billed at all: not skipped, and not paused throughout."""
    return due.index not in terms.skipped and any(_billable_days(due.starts_on, due.ends_on, terms))


def periods_due(terms: RetainerTerms, since_index: int, now: datetime) -> list[Period]:
    """The periods from an index on whose invoice is due now, in order; skipped and paused ones are left out for good."""
    due = []
    for candidate in _billed_periods(terms, since_index):
        if candidate.bills_at > now:
            break
        due.append(candidate)
    return due


def billing_plan(terms: RetainerTerms, since_index: int, now: datetime) -> list[DuePeriods]:
    """What to do now, in order. Periods missed during an outage follow the retainer's policy; the newest is billed as usual.

    since_index: the first period not dealt with yet.
    """
    due = periods_due(terms, since_index, now)
    if len(due) > 1 and terms.missed == MissedPolicy.MERGE:
        return [_due(DueAction.BILL, terms, *due)]
    if len(due) > 1 and terms.missed == MissedPolicy.ASK:
        return [_due(DueAction.ASK, terms, *due[:-1]), _due(DueAction.BILL, terms, due[-1])]
    missed = DueAction.SKIP if terms.missed == MissedPolicy.SKIP else DueAction.BILL
    return [_due(missed, terms, one) for one in due[:-1]] + [_due(DueAction.BILL, terms, one) for one in due[-1:]]


def next_billing(terms: RetainerTerms, since_index: int) -> Period | None:
    """The next period to bill, due or not; None when the retainer has ended or is paused with no end in sight."""
    return next(_billed_periods(terms, since_index), None)


def next_invoices(terms: RetainerTerms, n: int = 3, *, since_index: int = 0) -> list[UpcomingInvoice]:
    """The next invoices with their days in the billing zone; fewer when the retainer ends or is paused."""
    upcoming = islice(_billed_periods(terms, since_index), n)
    return [UpcomingInvoice(one, local_date(one.bills_at, terms.zone), period_amount(one, terms)) for one in upcoming]


def period_amount(due: Period, terms: RetainerTerms) -> int:
    """The fee of a period, rounded once, whatever pauses and price steps lie in it.

    Daily proration divides by the days of the whole period, also where the period itself was cut short.
    """
    if due.index in terms.skipped:
        return 0
    days = list(_billable_days(due.starts_on, due.ends_on, terms))
    if terms.proration == Proration.NONE:
        return _price_on(due.starts_on, terms) if days else 0
    return round_half_up(Fraction(sum(_price_on(day, terms) for day in days), _whole_days(due.index, terms)))


def period_included_seconds(due: Period, terms: RetainerTerms) -> int:
    """The hours that a period brings, prorated like its fee."""
    days = list(_billable_days(due.starts_on, due.ends_on, terms))
    if terms.proration == Proration.NONE or due.index in terms.skipped:
        return terms.hours.included_seconds if days and due.index not in terms.skipped else 0
    return round_half_up(Fraction(terms.hours.included_seconds * len(days), _whole_days(due.index, terms)))


def period_charge(due: Period, terms: RetainerTerms, *, overage_seconds: int = 0) -> PeriodCharge:
    """What a period costs with its overage, and what is missing to the agreed minimum."""
    base = period_amount(due, terms)
    overage = amount_for_seconds(overage_seconds, terms.hours.overage_rate_minor_per_hour)
    shortfall = max(0, terms.minimum_minor - base - overage) if is_billed(due, terms) else 0
    return PeriodCharge(base, overage, shortfall, base + overage + shortfall)


def adjustment_minor(due: Period, before: RetainerTerms, after: RetainerTerms) -> int:
    """What a change in the middle of a billed period adds (or, negative, credits).

    Always the difference of two whole computations, so any number of changes ends at the one right amount.
    """
    return period_amount(due, after) - period_amount(due, before)


def terms_paused_from(terms: RetainerTerms, day: date) -> RetainerTerms:
    """The terms with a pause that begins on a day and has no end yet; already paused terms stay as they are."""
    return terms if _is_paused(day, terms) else replace(terms, pauses=(*terms.pauses, Pause(day)))


def terms_resumed_on(terms: RetainerTerms, day: date) -> RetainerTerms:
    """The terms with work again from a day on. The paused days stay paused: resuming never bills a backlog."""
    ended = (replace(pause, ends_on=max(day, pause.starts_on)) if pause.ends_on is None else pause for pause in terms.pauses)
    return replace(terms, pauses=tuple(pause for pause in ended if pause.starts_on != pause.ends_on))


def terms_priced_from(terms: RetainerTerms, day: date, amount_minor: int) -> RetainerTerms:
    """The terms with another fee from a day on; a step on the same day is replaced."""
    others = (step for step in terms.prices if step.starts_on != day)
    return replace(terms, prices=tuple(sorted((*others, PriceStep(day, amount_minor)), key=lambda step: step.starts_on)))


def can_pause(status: RetainerStatus) -> bool:
    """Whether it is running."""
    return _S.PAUSED in TRANSITIONS[status]


def can_resume(status: RetainerStatus) -> bool:
    """Whether it is paused."""
    return status == _S.PAUSED


def can_bill(status: RetainerStatus) -> bool:
    """Whether periods may be billed: also while an earlier charge is past due."""
    return status in {_S.ACTIVE, _S.PAST_DUE}


def can_end(status: RetainerStatus) -> bool:
    """Whether it still runs or is paused."""
    return _S.ENDED in TRANSITIONS[status]


def _boundary(n: int, terms: RetainerTerms) -> date:
    """The first day of period n."""
    return terms.anchor_on if n == 0 else _grid(n, terms)


def _grid(k: int, terms: RetainerTerms) -> date:
    """The k-th day of the rhythm; the 0th is the last one not after the anchor, so period 0 may be a part."""
    anchor, steps = terms.anchor_on, k * terms.every
    if terms.every < 1 or k < 0:
        raise Invalid("Periods are counted from zero and last at least one step.", field="every")
    if terms.rhythm == Rhythm.WEEKS:
        return anchor + timedelta(weeks=steps)
    if terms.rhythm == Rhythm.MONTHS:
        return add_months(anchor, steps)
    first = anchor.replace(day=1)
    if terms.rhythm == Rhythm.CALENDAR_MONTHS:
        return add_months(first, steps)
    if terms.rhythm == Rhythm.HALF_MONTHS:
        months, second_half = divmod(steps + (anchor.day >= 16), 2)
        return add_months(first, months).replace(day=16 if second_half else 1)
    not_yet = anchor < last_workday_of_month(first, terms.holidays)
    return last_workday_of_month(add_months(first, steps - not_yet), terms.holidays)


def _whole_days(n: int, terms: RetainerTerms) -> int:
    return (_grid(n + 1, terms) - _grid(n, terms)).days


def _billed_periods(terms: RetainerTerms, since_index: int) -> Iterator[Period]:
    index = since_index
    while has_period(index, terms):
        candidate = period(index, terms)
        if is_billed(candidate, terms):
            yield candidate
        elif any(pause.ends_on is None and pause.starts_on <= candidate.starts_on for pause in terms.pauses):
            return  # nothing follows until somebody resumes it
        index += 1


def _billable_days(starts_on: date, ends_on: date, terms: RetainerTerms) -> Iterator[date]:
    if terms.proration == Proration.NONE and _is_paused(starts_on, terms):
        return
    for offset in range((ends_on - starts_on).days):
        day = starts_on + timedelta(days=offset)
        if not _is_paused(day, terms):
            yield day


def _is_paused(day: date, terms: RetainerTerms) -> bool:
    return any(pause.starts_on <= day and (pause.ends_on is None or day < pause.ends_on) for pause in terms.pauses)


def _price_on(day: date, terms: RetainerTerms) -> int:
    begun = [step for step in terms.prices if step.starts_on <= day]
    return max(begun, key=lambda step: step.starts_on).amount_minor if begun else terms.amount_minor


def _due(action: DueAction, terms: RetainerTerms, *periods: Period) -> DuePeriods:
    return DuePeriods(action, periods, sum(period_amount(one, terms) for one in periods))
