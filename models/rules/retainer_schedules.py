"""What a retainer's workflow does next. Everything it depends on is in the record; the clock is passed in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from models.rules.dates import local_date, start_of_day
from models.rules.retainers import billing_plan, can_bill, has_period, next_billing, period_amount
from models.types.calls import Schedule
from models.types.retainers import Collection, OwedCharge, Period, RetainerState, RetainerStatus, RetainerTerms
from models.types.waits import Whom

RETRY_DAYS = (1, 3, 5)
"""How long after a failed charge the card is tried again; after the last one a person decides."""
_CHARGES_PER_PERIOD = 100
_ENDED_BY = ("retainer.paused", "retainer.resumed", "retainer.changed", "retainer.ended", "retainer.period_paid")

SayMoney = Callable[[int, str], str]
"""Minor units and a currency, in words."""


def retainer_schedule(state: RetainerState, *, now: datetime, say_money: SayMoney) -> Schedule:
    """The one next duty: charge, issue or bill, whichever comes first. A paused retainer waits for a person alone.

    The index of a duty stays the same until it is done and never comes again.
    """
    if state.status == RetainerStatus.PAUSED:
        return _paused(state)
    duties = [*_charging(state, now), *_issuing(state), *_billing(state, now, say_money)]
    if not duties:
        return _idle(state)
    due = min(duties, key=_moment)
    asking = _asking(state)
    if not asking or _moment(due) <= now:
        return due
    return replace(due, what=asking, whom=Whom.US, then_what=f"meanwhile: {due.what}")


def charge_index(period_index: int, failures: int) -> int:
    """The number of a charge: which period, and which attempt, counted from 1."""
    return period_index * _CHARGES_PER_PERIOD + failures + 1


def charged_period(index: int) -> int:
    """The period that a charge's number belongs to."""
    return index // _CHARGES_PER_PERIOD


def is_given_up(failures: int) -> bool:
    """Whether the card was tried as often as the calendar allows."""
    return failures > len(RETRY_DAYS)


def end_index(terms: RetainerTerms, next_index: int) -> int:
    """The index after the last period: the number of the end itself. Only for terms that end."""
    index = next_index
    while has_period(index, terms):
        index += 1
    return index


def period_words(starts_on: date, ends_on: date) -> str:
    """A period as people write it, both days included: "1 Mar – 31 Mar 2027"."""
    last = ends_on - timedelta(days=1)
    first_year = "" if starts_on.year == last.year else f" {starts_on.year}"
    if starts_on == last:
        return f"{last.day} {last:%b} {last.year}"
    return f"{starts_on.day} {starts_on:%b}{first_year} – {last.day} {last:%b} {last.year}"


def _paused(state: RetainerState) -> Schedule:
    since = f" since {_day(local_date(state.paused_at, state.terms.zone), None)}" if state.paused_at else ""
    return Schedule(
        what=f"“{state.name}” to be resumed: paused{since}, nothing is billed",
        whom=Whom.US,
        client_what=f"“{state.name}” is paused{since}",
        ended_by=_ENDED_BY,
    )


def _idle(state: RetainerState) -> Schedule:
    asking = _asking(state)
    if state.status == RetainerStatus.ENDED and not state.charges and not asking:
        return Schedule(is_over=True)
    pending = [owed.invoice for owed in state.charges if owed.is_pending]
    if pending and not asking:
        what = f"the payment of {', '.join(pending)} to be confirmed"
        return Schedule(what=what, whom=Whom.THIRD_PARTY, ended_by=_ENDED_BY)
    what = asking or f"“{state.name}” to be changed or ended: no further period is planned"
    return Schedule(what=what, whom=Whom.US, ended_by=_ENDED_BY)


def _charging(state: RetainerState, now: datetime) -> list[Schedule]:
    if state.collect != Collection.CHARGE:
        return []
    return [_charge(owed, now) for owed in state.charges if not owed.is_pending and not is_given_up(owed.failures)]


def _charge(owed: OwedCharge, now: datetime) -> Schedule:
    index = charge_index(owed.index, owed.failures)
    if not owed.failures or owed.failed_at is None:
        return Schedule(action="charge", wake_at=now.isoformat(), index=index)
    wake_at = owed.failed_at + timedelta(days=RETRY_DAYS[owed.failures - 1])
    times = "once" if owed.failures == 1 else f"{owed.failures} times"
    return Schedule(
        action="charge",
        wake_at=wake_at.isoformat(),
        index=index,
        what=f"the saved card to be charged again for {owed.invoice}; it failed {times}",
        whom=Whom.CLIENT,
        client_what=f"Your card could not be charged for invoice {owed.invoice}; please pay it another way or use another card",
        then_what="the card is charged again",
        ended_by=_ENDED_BY,
    )


def _issuing(state: RetainerState) -> list[Schedule]:
    return [
        Schedule(
            action="issue",
            wake_at=(draft.drafted_at + timedelta(days=state.review_days)).isoformat(),
            index=draft.index,
            what=f"the draft invoice of “{state.name}” to be reviewed",
            whom=Whom.US,
            then_what="it is issued by itself",
            ended_by=_ENDED_BY,
        )
        for draft in state.drafts
    ]


def _billing(state: RetainerState, now: datetime, say_money: SayMoney) -> list[Schedule]:
    if not can_bill(state.status):
        return []
    plan = billing_plan(state.terms, state.next_index, now)
    if plan:
        last = plan[0].periods[-1]
        return [Schedule(action="bill", wake_at=last.bills_at.isoformat(), index=last.index)]
    coming = next_billing(state.terms, state.next_index)
    if coming is not None:
        return [_next_period(state, coming, now, say_money)]
    if state.terms.ends_on is None:
        return []
    return [
        Schedule(
            action="bill",
            wake_at=start_of_day(state.terms.ends_on, state.terms.zone).isoformat(),
            index=end_index(state.terms, state.next_index),
            what=f"the end of “{state.name}” on {_day(state.terms.ends_on, now)}",
            whom=Whom.CALENDAR,
            then_what="it ends; nothing more is billed",
            ended_by=_ENDED_BY,
        )
    ]


def _next_period(state: RetainerState, coming: Period, now: datetime, say_money: SayMoney) -> Schedule:
    day = _day(local_date(coming.bills_at, state.terms.zone), now)
    amount = say_money(period_amount(coming, state.terms), state.terms.currency)
    return Schedule(
        action="bill",
        wake_at=coming.bills_at.isoformat(),
        index=coming.index,
        what=f"the next period on {day} ({amount})",
        whom=Whom.CALENDAR,
        client_what=f"Next invoice on {day}",
        then_what=_after_billing(state),
        ended_by=_ENDED_BY,
    )


def _after_billing(state: RetainerState) -> str:
    if state.review_days:
        return f"its invoice is drafted and issued after {state.review_days} days of review"
    charged = " and the saved card charged" if state.collect == Collection.CHARGE else ""
    return f"its invoice is issued{charged}"


def _asking(state: RetainerState) -> str:
    """What a person has to decide, in words; empty when nothing."""
    given_up = [owed.invoice for owed in state.charges if is_given_up(owed.failures) and not owed.is_pending]
    if state.collect == Collection.CHARGE and given_up:
        return f"a decision about {', '.join(given_up)}: the saved card failed {len(RETRY_DAYS) + 1} times"
    if state.asked:
        number = len(state.asked)
        return f"a decision about {number} missed period{'' if number == 1 else 's'} of “{state.name}”"
    return ""


def _moment(duty: Schedule) -> datetime:
    return datetime.fromisoformat(duty.wake_at or "")


def _day(day: date, now: datetime | None) -> str:
    """A day as short as it can be: "1 Mar", or "1 Mar 2028" when that is not this year."""
    return f"{day.day} {day:%b}" + ("" if now is not None and day.year == now.year else f" {day.year}")
