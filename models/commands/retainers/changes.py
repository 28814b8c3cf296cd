"""Changing a retainer: pause and resume, skip, a new price, the end. Nothing here bills anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.commands.retainers.billing import finish_retainer
from models.commands.retainers.rows import add_period, check_projects, lock_retainer, say, set_terms
from models.queries.retainers import find_period, terms_of
from models.rules.dates import local_date
from models.rules.retainers import (
    can_end,
    can_pause,
    can_resume,
    has_period,
    next_billing,
    period,
    periods_due,
    terms_paused_from,
    terms_priced_from,
    terms_resumed_on,
)
from models.tables.payments import SavedMethod
from models.tables.retainers import Retainer
from models.types.errors import Invalid, Refused
from models.types.retainers import Collection, Pause, PeriodStatus, RetainerStatus

_LIVE = ("active", "past_due")


def pause_retainer(session: Session, retainer: Retainer, *, now: datetime) -> Retainer:
    """Stop billing and charging from today on, until somebody resumes it. Refused when it is paused or has ended."""
    retainer = lock_retainer(session, retainer)
    if not can_pause(RetainerStatus(retainer.status)):
        raise Refused(f"This retainer is {retainer.status}.", field="status")
    terms = terms_of(retainer)
    set_terms(session, retainer, terms_paused_from(terms, local_date(now, terms.zone)))
    retainer.status, retainer.paused_at = RetainerStatus.PAUSED.value, now
    session.add(retainer)
    say(session, retainer, "retainer.paused")
    return retainer


def pause_retainers(session: Session, engagement_id: str, *, now: datetime) -> list[Retainer]:
    """Pause all that run in an engagement; those that do not run are left alone, so doing it twice is doing it once."""
    statement = select(Retainer).where(Retainer.engagement_id == engagement_id, col(Retainer.status).in_(_LIVE))
    return [pause_retainer(session, one, now=now) for one in session.exec(statement.order_by(col(Retainer.id))).all()]


def plan_pause(session: Session, retainer: Retainer, pause: Pause, *, now: datetime) -> Retainer:
    """Plan a pause with an end, such as a holiday. It bills again by itself afterwards.

    Raises Invalid when it does not end after it begins, or has begun before today.
    """
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    if pause.ends_on is None or pause.ends_on <= pause.starts_on:
        raise Invalid("A planned pause needs a first and a later last day.", field="ends_on")
    if pause.starts_on < local_date(now, terms.zone):
        raise Invalid("A pause cannot begin in the past.", field="starts_on")
    set_terms(session, retainer, replace(terms, pauses=(*terms.pauses, pause)))
    say(session, retainer, "retainer.changed")
    return retainer


def resume_retainer(session: Session, retainer: Retainer, *, now: datetime) -> Retainer:
    """Go on from today. Nothing is billed for the time between: periods that lay in the pause are skipped for good.

    A period that was over before anybody could bill it waits for a decision. Raises Refused when it is not paused.
    """
    retainer = lock_retainer(session, retainer)
    if not can_resume(RetainerStatus(retainer.status)):
        raise Refused("Only a paused retainer can be resumed.", field="status")
    terms = terms_of(retainer)
    today = local_date(now, terms.zone)
    terms = terms_resumed_on(terms, today)
    set_terms(session, retainer, terms)
    retainer.status, retainer.paused_at = RetainerStatus.ACTIVE.value, None
    late = {one.index for one in periods_due(terms, retainer.next_index, now) if one.ends_on <= today}
    while has_period(retainer.next_index, terms) and period(retainer.next_index, terms).ends_on <= today:
        one = period(retainer.next_index, terms)
        add_period(session, retainer, one, PeriodStatus.ASKED if one.index in late else PeriodStatus.SKIPPED)
        retainer.next_index += 1
    session.add(retainer)
    say(session, retainer, "retainer.resumed")
    return retainer


def skip_period(session: Session, retainer: Retainer, *, index: int | None = None) -> int:
    """Leave a coming period out, by default the next; the index of the one that is left out.

    Raises Refused when it was dealt with or does not come.
    """
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    coming = next_billing(terms, retainer.next_index)
    index = coming.index if index is None and coming else index
    if index is None or index < retainer.next_index or not has_period(index, terms):
        raise Refused("There is no coming period to skip.", field="index")
    set_terms(session, retainer, replace(terms, skipped=tuple(sorted({*terms.skipped, index}))))
    say(session, retainer, "retainer.changed")
    return index


def unskip_period(session: Session, retainer: Retainer, index: int) -> None:
    """Bill a coming period after all. Raises Refused when it is over or was not skipped."""
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    if index not in terms.skipped or find_period(session, retainer.id, index) is not None:
        raise Refused("This period is not a coming one that is skipped.", field="index")
    set_terms(session, retainer, replace(terms, skipped=tuple(one for one in terms.skipped if one != index)))
    say(session, retainer, "retainer.changed")


def change_price(session: Session, retainer: Retainer, *, starts_on: date, amount_minor: int) -> Retainer:
    """Another fee from a day on; invoices that were made stay as they are.

    Raises Invalid for a negative fee or a day before the first period.
    """
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    if amount_minor < 0:
        raise Invalid("A fee cannot be negative.", field="amount_minor")
    if starts_on < terms.anchor_on:
        raise Invalid("This is before the retainer began.", field="starts_on")
    set_terms(session, retainer, terms_priced_from(terms, starts_on, amount_minor))
    say(session, retainer, "retainer.changed")
    return retainer


def change_retainer(session: Session, retainer: Retainer, changes: dict[str, Any]) -> Retainer:
    """Change its name, how money is collected (`send` or `charge`), the days of review or the card.

    Raises Invalid for a card that is not the client's.
    """
    retainer = _running(session, retainer)
    if "collect" in changes:
        changes["collect"] = Collection(changes["collect"]).value
    method = session.get(SavedMethod, changes["saved_method_id"]) if changes.get("saved_method_id") else None
    if changes.get("saved_method_id") and (method is None or method.contact_id != retainer.contact_id):
        raise Invalid("This card is not the client's.", field="saved_method_id")
    for name, value in changes.items():
        setattr(retainer, name, value)
    session.add(retainer)
    say(session, retainer, "retainer.changed")
    return retainer


def choose_projects(session: Session, retainer: Retainer, project_ids: Sequence[str] | None) -> Retainer:
    """Say whose time is taken from the bucket; None takes all of the engagement's. What was stated stays as it is.

    Raises Invalid for a project of another engagement.
    """
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    check_projects(session, retainer.engagement_id, project_ids)
    chosen = None if project_ids is None else tuple(project_ids)
    set_terms(session, retainer, replace(terms, hours=replace(terms.hours, project_ids=chosen)))
    say(session, retainer, "retainer.changed")
    return retainer


def end_retainer(session: Session, retainer: Retainer, *, ends_on: date | None = None, now: datetime) -> Retainer:
    """End it on a day, by default today; the day itself is no longer part of it.

    What is still to be billed for the time before is billed first, then it ends by itself. Issued invoices stay payable.
    Raises Refused when it has ended.
    """
    retainer = _running(session, retainer)
    terms = terms_of(retainer)
    today = local_date(now, terms.zone)
    day = ends_on or today
    if ends_on is not None and ends_on < today:
        raise Invalid("It cannot end in the past.", field="ends_on")
    if day > today and retainer.status == RetainerStatus.PAUSED:
        raise Invalid("A paused retainer can only end today. Resume it first to let it run until then.", field="ends_on")
    terms = replace(terms, ends_on=max(day, terms.anchor_on))
    set_terms(session, retainer, terms)
    if day > today or next_billing(terms, retainer.next_index) is not None:
        # Days worked before a pause and not yet billed are billed by the workflow, which leaves paused ones alone.
        retainer.status = RetainerStatus.ACTIVE.value if retainer.status == RetainerStatus.PAUSED else retainer.status
        session.add(retainer)
        say(session, retainer, "retainer.changed")
    else:
        finish_retainer(session, retainer, now=now)
    return retainer


def _running(session: Session, retainer: Retainer) -> Retainer:
    retainer = lock_retainer(session, retainer)
    if not can_end(RetainerStatus(retainer.status)):
        raise Refused("This retainer has ended.", field="status")
    return retainer
