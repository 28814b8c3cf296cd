"""A retainer's own billing on the virtual clock: schedule, periods, proration, tax and retry calendar are the real ones."""

from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush

from models.rules.automation_plan.moments import moved_by
from models.rules.dates import add_months, local_date
from models.rules.hours_buckets import bucket_statement
from models.rules.line_items import document_totals
from models.rules.money import percent_bps, plain_amount
from models.rules.retainer_schedules import charged_period, is_given_up, period_words, retainer_schedule
from models.rules.retainers import billing_plan, period, period_charge, period_included_seconds, terms_priced_from
from models.types.automation_simulations import Billing, Books, Entry, EntryKind, Scenario
from models.types.line_items import LineItem, LineItemKind
from models.types.money import Money
from models.types.retainers import (
    BillingTime,
    Collection,
    DueAction,
    DuePeriods,
    OwedCharge,
    Period,
    PeriodUse,
    RetainerStatus,
    ReviewedDraft,
)
from models.types.working_time import WorkCalendar

_MOST_DUTIES = 2000


def bill_until(billing: Billing, scenario: Scenario, start: datetime, horizon: datetime) -> Books:
    """All that a retainer bills and charges until the horizon, in order.

    Hours are counted from the first simulated period on: what was left of earlier ones is not carried in.
    """
    state = billing.state
    if scenario.price_changes_in_month:
        day = add_months(local_date(start, state.terms.zone).replace(day=1), scenario.price_changes_in_month - 1)
        amount = state.terms.amount_minor + percent_bps(state.terms.amount_minor, scenario.price_change_bps)
        state = replace(state, terms=terms_priced_from(state.terms, day, amount))
    books = Books(billing, state, start, scenario, dict(billing.owed), first_index=state.next_index)
    now = start
    for _ in range(_MOST_DUTIES):
        duty = retainer_schedule(books.state, now=now, say_money=lambda minor, currency: f"{minor} {currency}")
        wake_at = max(datetime.fromisoformat(duty.wake_at), now) if duty.wake_at else None
        paid_at = books.due[0][0] if books.due else None
        coming = min((at for at in (wake_at, paid_at) if at is not None), default=None)
        if duty.is_over or coming is None or coming > horizon:
            break
        now = coming
        if paid_at == coming:
            _paid(books, heappop(books.due)[1], now, "Paid by the client")
        elif duty.action == "bill":
            _bill(books, now)
        elif duty.action == "issue":
            _issue(books, duty.index, now)
        else:
            _charge(books, charged_period(duty.index), now)
    return books


def _bill(books: Books, now: datetime) -> None:
    plan = billing_plan(books.state.terms, books.state.next_index, now)
    if not plan:
        books.state = replace(books.state, status=RetainerStatus.ENDED)
        _note(books, now, EntryKind.END, f"“{books.state.name}” ends")
        books.facts.append((now, "retainer.ended", {}))
        return
    item = plan[0]
    last = item.periods[-1].index
    books.state = replace(books.state, next_index=last + 1)
    if item.action is DueAction.ASK:
        books.state = replace(books.state, asked=(*books.state.asked, *(one.index for one in item.periods)))
        _note(books, now, EntryKind.STUCK, f"{len(item.periods)} missed periods wait for a decision")
    elif item.action is DueAction.BILL:
        _draft(books, item, now)


def _draft(books: Books, item: DuePeriods, now: datetime) -> None:
    last = item.periods[-1]
    lines = [line for one in item.periods for line in _lines(books, one)]
    rates = books.billing.tax_rates_mpct
    items = [LineItem(LineItemKind.RECURRING, words, amount, tax_rates_mpct=rates) for words, amount in lines if amount]
    terms = books.state.terms
    totals = document_totals(items, currency=terms.currency, prices_include_tax=books.billing.prices_include_tax)
    books.owed[last.index] = totals.total_minor
    entry = _note(books, now, EntryKind.INVOICE, f"{books.state.name}, {period_words(last.starts_on, last.ends_on)}")
    entry.amount_minor, entry.currency, entry.booked_minor = totals.total_minor, terms.currency, totals.total_minor
    entry.text = "\n".join(words for words, _ in lines)
    details = [(words, plain_amount(Money(amount, terms.currency))) for words, amount in lines if amount]
    entry.details = (*details, *((("Tax", plain_amount(Money(totals.tax_minor, terms.currency))),) if totals.tax_minor else ()))
    books.facts.append((now, "retainer.period_billed", {"index": last.index}))
    if books.state.review_days:
        entry.outcome = "drafted for review"
        books.state = replace(books.state, drafts=(*books.state.drafts, ReviewedDraft(last.index, now)))
    else:
        _issue(books, last.index, now)


def _lines(books: Books, one: Period) -> list[tuple[str, int]]:
    terms = books.state.terms
    stated = one.index - (terms.billing == BillingTime.ADVANCE)
    overage = _overage(books, stated)
    charge = period_charge(one, terms, overage_seconds=overage)
    words = period_words(one.starts_on, one.ends_on)
    return [
        (f"{books.state.name}, {words}", charge.base_minor),
        (f"{overage // 3600}:{overage % 3600 // 60:02d} hours over", charge.overage_minor),
        (f"Up to the agreed minimum, {words}", charge.shortfall_minor),
    ]


def _overage(books: Books, index: int) -> int:
    """Seconds worked beyond the bucket in a period, when the scenario's share of the included hours is worked in each."""
    terms = books.state.terms
    if index < books.first_index or not terms.hours.included_seconds:
        return 0
    uses = []
    for number in range(books.first_index, index + 1):
        included = period_included_seconds(period(number, terms), terms)
        uses.append(PeriodUse(number, percent_bps(included, books.scenario.hours_used_bps), included_seconds=included))
    return bucket_statement(terms.hours, uses)[-1].overage_seconds


def _issue(books: Books, index: int, now: datetime) -> None:
    books.state = replace(books.state, drafts=tuple(one for one in books.state.drafts if one.index != index))
    books.facts += [(now, "invoice.issued", {"kind": "retainer"}), (now, "retainer.period_issued", {"index": index})]
    if books.state.collect == Collection.CHARGE and books.billing.has_card:
        owed = OwedCharge(index, f"of {_words(books, index)}")
        books.state = replace(books.state, charges=(*books.state.charges, owed))
    elif books.scenario.client_pays_after_days is not None:
        days = books.scenario.client_pays_after_days
        heappush(books.due, (moved_by(now, days, "days", WorkCalendar(books.state.terms.zone)), index))


def _charge(books: Books, index: int, now: datetime) -> None:
    owed = next(one for one in books.state.charges if one.index == index)
    others = tuple(one for one in books.state.charges if one.index != index)
    if month_of(now, books.start, books.state.terms.zone) not in books.scenario.card_fails_in_months:
        books.state = replace(books.state, charges=others)
        _paid(books, index, now, "Charged to the saved card")
        return
    failed = replace(owed, failures=owed.failures + 1, failed_at=now)
    books.state = replace(books.state, charges=(*others, failed))
    entry = _note(books, now, EntryKind.CHARGE, f"The saved card fails for {_words(books, index)}")
    entry.outcome, entry.is_assumed = "failed", True
    books.facts += [(now, "payment.failed", {}), (now, "retainer.period_unpaid", {"index": index})]
    if is_given_up(failed.failures):
        _note(books, now, EntryKind.STUCK, f"The card failed {failed.failures} times; a person decides on {_words(books, index)}")
        books.facts.append((now, "retainer.past_due", {"index": index}))


def month_of(at: datetime, start: datetime, zone: str) -> int:
    """Which month of the horizon a moment lies in, counted from 1, by the calendar of a zone."""
    now, first = local_date(at, zone), local_date(start, zone)
    return (now.year - first.year) * 12 + now.month - first.month + 1


def _paid(books: Books, index: int, now: datetime, title: str) -> None:
    entry = _note(books, now, EntryKind.CHARGE, f"{title}: {_words(books, index)}")
    entry.amount_minor, entry.currency, entry.outcome = books.owed.get(index), books.state.terms.currency, "paid"
    entry.booked_minor = entry.amount_minor or 0
    books.facts += [(now, "payment.succeeded", {}), (now, "invoice.paid", {}), (now, "retainer.period_paid", {"index": index})]


def _words(books: Books, index: int) -> str:
    one = period(index, books.state.terms)
    return period_words(one.starts_on, one.ends_on)


def _note(books: Books, now: datetime, kind: EntryKind, title: str) -> Entry:
    entry = Entry(now, kind, 0, label=books.state.name, title=title)
    books.entries.append(entry)
    return entry
