"""Billing periods: each is dealt with once and for ever, whoever asks and however often."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from models.commands.invoices import draft_invoice, issue_invoice
from models.commands.retainers.hours import UnstatedHours, overage_by_period, state_hours, unstated_hours
from models.commands.retainers.rows import add_period, lock_retainer, say
from models.queries.invoices import find_invoice_of
from models.queries.retainers import find_period, terms_of
from models.rules.dates import start_of_day
from models.rules.retainer_schedules import end_index, period_words
from models.rules.retainers import billing_plan, can_bill, has_period, period, period_charge
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer, RetainerPeriod
from models.types.errors import Refused, Unavailable
from models.types.invoices import InvoiceKind, InvoiceOrigin, InvoiceTerms
from models.types.line_items import LineItem, LineItemKind
from models.types.retainers import DueAction, DuePeriods, Period, PeriodStatus, RetainerStatus, RetainerTerms

_SKEW = timedelta(minutes=1)
"""How far the workflow's clock may be ahead of ours; its activity comes again a moment later."""


def bill_period(session: Session, retainer: Retainer, index: int, *, now: datetime) -> RetainerPeriod | None:
    """Deal with a period whose time has come: bill, skip, merge or ask, as the agreement says; older ones go first.

    A period that was dealt with is returned as it is, so a second workflow, a replay and a click on "bill now" end at the
    same invoice. The retainer's row is held, so they also do when they come at once.
    The index after the last period is the end itself: the retainer is ended then, and None returned.
    Raises Refused before the period's time, and while the retainer is paused or has ended.
    """
    retainer = lock_retainer(session, retainer)
    while (known := find_period(session, retainer.id, index)) is None:
        if not _deal_with_next(session, retainer, index, now):
            return None
    return known


def skip_billing(session: Session, retainer: Retainer, index: int, *, now: datetime) -> None:
    """Leave a period that is due unbilled for good, with those before it that were to be on its invoice.

    The index after the last period is the end itself: the retainer is ended, and overtime of the last period is not billed.
    A period that was dealt with stays as it is.
    """
    retainer = lock_retainer(session, retainer)
    terms = terms_of(retainer)
    if not has_period(index, terms):
        if retainer.status != RetainerStatus.ENDED:
            _end(session, retainer, now)
        return
    if retainer.next_index <= index:
        _pass_over(session, retainer, terms, index + 1)
        retainer.next_index = index + 1
        session.add(retainer)
        session.flush()


def decide_period(session: Session, retainer: Retainer, index: int, *, is_billed: bool, now: datetime) -> RetainerPeriod:
    """Bill a missed period after all, or let it go. Raises Refused when it is not waiting for a decision."""
    retainer = lock_retainer(session, retainer)
    row = find_period(session, retainer.id, index)
    if row is None or row.status != PeriodStatus.ASKED:
        raise Refused("This period is not waiting for a decision.", field="index")
    if is_billed:
        terms = terms_of(retainer)
        _invoice(session, retainer, [row], _lines(retainer, terms, [period(index, terms)], {}), now)
    else:
        row.status = PeriodStatus.SKIPPED.value
        session.add(row)
        say(session, retainer, "retainer.period_skipped", index=index)
    return row


def issue_period_invoice(session: Session, retainer: Retainer, index: int, *, now: datetime) -> Invoice | None:
    """Issue the draft of a period; an issued one is returned as it is, and a deleted one is nothing. A pause holds it back."""
    retainer = lock_retainer(session, retainer)
    invoice = find_invoice_of(session, retainer_id=retainer.id, period_index=index)
    if invoice is not None and invoice.status == "draft" and retainer.status != RetainerStatus.PAUSED:
        return issue_invoice(session, invoice, now=now)
    return invoice


def finish_retainer(session: Session, retainer: Retainer, *, now: datetime) -> None:
    """Mark it as ended; overtime of its last period is billed."""
    terms = terms_of(retainer)
    if terms.ends_on is not None and terms.ends_on > terms.anchor_on:
        _bill_last_hours(session, retainer, terms, now)
    _end(session, retainer, now)


def _end(session: Session, retainer: Retainer, now: datetime) -> None:
    retainer.status, retainer.ended_at = RetainerStatus.ENDED.value, now
    session.add(retainer)
    say(session, retainer, "retainer.ended")


def _deal_with_next(session: Session, retainer: Retainer, index: int, now: datetime) -> bool:
    """Do the first thing that is due, for a period not after this one. False when that was the end."""
    terms = terms_of(retainer)
    if retainer.status == RetainerStatus.ENDED and not has_period(index, terms):
        return False
    if not can_bill(RetainerStatus(retainer.status)):
        raise Refused(f"This retainer is {retainer.status.replace('_', ' ')}; nothing is billed.", field="status")
    plan = billing_plan(terms, retainer.next_index, now)
    if not plan and _is_end(terms, retainer, index, now):
        finish_retainer(session, retainer, now=now)
        return False
    if not plan or plan[0].periods[0].index > index:
        raise _refusal(terms, index, now)
    item = plan[0]
    _pass_over(session, retainer, terms, item.periods[0].index)
    _DEAL[item.action](session, retainer, terms, item, now)
    retainer.next_index = item.periods[-1].index + 1
    session.add(retainer)
    session.flush()
    return True


def _is_end(terms: RetainerTerms, retainer: Retainer, index: int, now: datetime) -> bool:
    if terms.ends_on is None or start_of_day(terms.ends_on, terms.zone) > now:
        return False
    return index == end_index(terms, retainer.next_index)


def _refusal(terms: RetainerTerms, index: int, now: datetime) -> Exception:
    if not has_period(index, terms):
        ends_at = start_of_day(terms.ends_on, terms.zone) if terms.ends_on else now
        if now < ends_at <= now + _SKEW:
            return Unavailable("The retainer ends in a moment.")
        return Refused("The retainer ends before this period.", field="index")
    asked = period(index, terms)
    words = period_words(asked.starts_on, asked.ends_on)
    if now < asked.bills_at <= now + _SKEW:
        return Unavailable(f"The period {words} begins in a moment.")
    if asked.bills_at > now:
        return Refused(f"The period {words} is not billed before its time has come.", field="index")
    return Refused(f"The period {words} is not billed: it is skipped or lies in a pause.", field="index")


def _pass_over(session: Session, retainer: Retainer, terms: RetainerTerms, until: int) -> None:
    """Write down the periods before `until` that are skipped or paused throughout: they are never billed later."""
    for index in range(retainer.next_index, until):
        if find_period(session, retainer.id, index) is None:
            add_period(session, retainer, period(index, terms), PeriodStatus.SKIPPED)


def _bill(session: Session, retainer: Retainer, terms: RetainerTerms, item: DuePeriods, now: datetime) -> None:
    *others, last = item.periods
    # Before the rows: which hours are stated already follows from the periods that are billed already.
    hours = unstated_hours(session, retainer, terms, item.periods, now)
    rows = [add_period(session, retainer, one, PeriodStatus.MERGED) for one in others]
    rows.append(add_period(session, retainer, last, PeriodStatus.BILLED))
    lines = _lines(retainer, terms, item.periods, overage_by_period(terms, item.periods, hours))
    _invoice(session, retainer, rows, lines, now, hours)


def _skip(session: Session, retainer: Retainer, _terms: RetainerTerms, item: DuePeriods, _now: datetime) -> None:
    for one in item.periods:
        add_period(session, retainer, one, PeriodStatus.SKIPPED)


def _ask(session: Session, retainer: Retainer, _terms: RetainerTerms, item: DuePeriods, _now: datetime) -> None:
    for one in item.periods:
        add_period(session, retainer, one, PeriodStatus.ASKED)


_DEAL = {DueAction.BILL: _bill, DueAction.SKIP: _skip, DueAction.ASK: _ask}


def _invoice(
    session: Session,
    retainer: Retainer,
    rows: Sequence[RetainerPeriod],
    lines: Sequence[LineItem],
    now: datetime,
    hours: Sequence[UnstatedHours] = (),
) -> None:
    """Make the invoice of the last of these periods, and the rows that say so. Without a review it is issued at once."""
    index = rows[-1].index
    invoice = draft_invoice(
        session,
        contact_id=retainer.contact_id,
        lines=lines,
        kind=InvoiceKind.RETAINER,
        engagement_id=retainer.engagement_id,
        currency=retainer.currency,
        terms=InvoiceTerms(prices_include_tax=retainer.prices_include_tax),
        origin=InvoiceOrigin(retainer_id=retainer.id, period_index=index),
    )
    for row in rows:
        row.invoice_id = invoice.id
        row.status = row.status if row.status == PeriodStatus.MERGED else PeriodStatus.BILLED.value
        session.add(row)
    state_hours(session, retainer, invoice, hours)
    say(session, retainer, "retainer.period_billed", index=index, invoice_id=invoice.id)
    _issue_unreviewed(session, retainer, invoice, now)


def _issue_unreviewed(session: Session, retainer: Retainer, invoice: Invoice, now: datetime) -> None:
    if not retainer.review_days and invoice.status == "draft":
        issue_invoice(session, invoice, now=now)


def _lines(retainer: Retainer, terms: RetainerTerms, periods: Sequence[Period], overage: dict[int, int]) -> list[LineItem]:
    lines = []
    for one in periods:
        charge = period_charge(one, terms, overage_seconds=overage.get(one.index, 0))
        words = period_words(one.starts_on, one.ends_on)
        lines.append(_line(retainer, f"{retainer.name}, {words}", charge.base_minor))
        if charge.shortfall_minor:
            lines.append(_line(retainer, f"Up to the agreed minimum, {words}", charge.shortfall_minor))
    return lines


def _line(retainer: Retainer, description: str, price_minor: int) -> LineItem:
    rates = tuple(retainer.tax_rates_mpct)
    return LineItem(LineItemKind.RECURRING, description, price_minor, tax_rates_mpct=rates)


def _bill_last_hours(session: Session, retainer: Retainer, terms: RetainerTerms, now: datetime) -> None:
    """In advance, the overtime of a period is on the next one's invoice; the last period has no next one."""
    index = end_index(terms, retainer.next_index)
    hours = unstated_hours(session, retainer, terms, (), now)
    if not any(one.overage_seconds for one in hours):
        return
    invoice = draft_invoice(
        session,
        contact_id=retainer.contact_id,
        lines=[],
        kind=InvoiceKind.RETAINER,
        engagement_id=retainer.engagement_id,
        currency=retainer.currency,
        terms=InvoiceTerms(prices_include_tax=retainer.prices_include_tax),
        origin=InvoiceOrigin(retainer_id=retainer.id, period_index=index),
    )
    state_hours(session, retainer, invoice, hours)
    _issue_unreviewed(session, retainer, invoice, now)
