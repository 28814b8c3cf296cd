"""Retainers: the list, and one as a living ledger: what was agreed, what comes, what was billed and paid, the hours."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.deps import Call, Read
from api.render import member_page
from api.retainer_words import rhythm_words, terms_facts
from api.retainers import PeriodProof, list_proofs, schedule_of
from api.routing import Router
from api.web.formats import money
from models.queries.automation_authors import find_authors
from models.queries.contacts import get_contact
from models.queries.people import names_of_people
from models.queries.retainer_hours import list_hours
from models.queries.retainers import RetainerFilter, find_card_of, get_retainer, retainers_matching, terms_of
from models.queries.timeline import list_timeline
from models.rules.dates import local_date
from models.rules.retainer_schedules import period_words
from models.rules.retainers import can_bill, can_end, can_pause, can_resume, has_period, next_invoices, period
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.projects import Project
from models.tables.retainers import Retainer
from models.types.automation_authors import Authors
from models.types.calls import Schedule
from models.types.principals import Door
from models.types.retainers import HoursLine, Pause, PriceStep, RetainerStatus, RetainerTerms, UpcomingInvoice
from models.types.timeline import Timeline

router = Router("retainers", Door.MEMBER)
_VIEWS = (("", "All"), ("active", "Active"), ("paused", "Paused"), ("past_due", "Past due"), ("ended", "Ended"))
_MOST = 200


@dataclass(frozen=True, slots=True)
class RetainerRow:
    """A retainer in the list."""

    retainer: Retainer
    client: str
    rhythm: str
    coming: UpcomingInvoice | None


@dataclass(frozen=True, slots=True)
class RetainersPage:
    """`retainers/index.html`."""

    rows: list[RetainerRow]
    status: str
    q: str
    chips: list[dict[str, object]]
    expected: str
    """What the live ones bill in the next thirty days, in words."""
    is_new: bool


@dataclass(frozen=True, slots=True)
class ComingInvoice:
    """One of the next invoices."""

    bills_on: date
    words: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period in the ledger."""

    proof: PeriodProof
    words: str
    hours: HoursLine | None
    can_charge: bool


@dataclass(frozen=True, slots=True)
class SkippedPeriod:
    """A coming period that is left out."""

    index: int
    words: str


@dataclass(frozen=True, slots=True)
class May:
    """What may be done with a retainer now."""

    pause: bool
    resume: bool
    end: bool
    skip: bool


@dataclass
class RetainerPage:
    """`retainers/show.html`."""

    retainer: Retainer
    authors: Authors
    contact: Contact
    engagement: Engagement
    facts: list[tuple[str, str]]
    due: Schedule
    wake_at: datetime | None
    coming: list[ComingInvoice]
    skipped: list[SkippedPeriod]
    asked: list[PeriodRow]
    periods: list[PeriodRow]
    hours: list[HoursLine]
    bucket: HoursLine | None
    prices: list[PriceStep]
    pauses: list[Pause]
    projects: list[tuple[str, str, bool]]
    """Id, name, and whether its time fills the bucket."""
    takes_all: bool
    card: str
    may: May
    timeline: Timeline
    today: date
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/retainers")
def index(
    call: Read, status: Annotated[str, Query(max_length=20)] = "", q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """All retainers, those begun last first."""
    statement = retainers_matching(RetainerFilter(status=status or None, text=q.strip()))
    found = list(call.session.exec(statement.order_by(col(Retainer.id).desc()).limit(_MOST)).all())
    names = names_of_people(call.session, (one.contact_id for one in found))
    page = RetainersPage(
        rows=[_row(one, names.get(one.contact_id, "")) for one in found],
        status=status,
        q=q,
        chips=[{"text": text, "href": _here(key, q), "current": key == status} for key, text in _VIEWS],
        expected=_expected(call),
        is_new=not (found or status or q),
    )
    return member_page(call, "retainers/index.html", page, nav="retainers")


@router.get("/retainers/{retainer_id}")
def show(retainer_id: str, call: Read) -> Response:
    """One retainer."""
    page = retainer_page(call, get_retainer(call.session, retainer_id))
    return member_page(call, "retainers/show.html", page, nav="retainers")


def retainer_page(
    call: Call, retainer: Retainer, *, values: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> RetainerPage:
    """Everything that the page of one retainer shows."""
    session, terms = call.session, terms_of(retainer)
    today = local_date(call.now, retainer.timezone)
    card = find_card_of(session, retainer)
    hours = list_hours(session, retainer, today=today)
    periods = _periods(session, retainer, hours, has_card=card is not None)
    due = schedule_of(call, retainer)
    status = RetainerStatus(retainer.status)
    coming = _coming(retainer, terms)
    return RetainerPage(
        retainer=retainer,
        authors=find_authors(session, retainer.id),
        contact=get_contact(session, retainer.contact_id),
        engagement=session.get_one(Engagement, retainer.engagement_id),
        facts=terms_facts(retainer, terms, card),
        due=due,
        wake_at=datetime.fromisoformat(due.wake_at) if due.wake_at and due.what else None,
        coming=coming,
        skipped=_skipped(retainer, terms),
        asked=[row for row in periods if row.proof.row.status == "asked"],
        periods=periods,
        hours=list(reversed(hours)),
        bucket=hours[-1] if hours else None,
        prices=[step for step in terms.prices if step.starts_on > today],
        pauses=[pause for pause in terms.pauses if pause.ends_on is not None and pause.ends_on > today],
        projects=_projects(session, retainer, terms),
        takes_all=terms.hours.project_ids is None,
        card=card.label or "a saved card" if card else "",
        may=May(can_pause(status), can_resume(status), can_end(status), can_bill(status) and bool(coming)),
        timeline=list_timeline(session, subject_ids=[retainer.id], limit=12),
        today=today,
        values=values or {},
        errors=errors or {},
    )


def _row(retainer: Retainer, client: str) -> RetainerRow:
    terms = terms_of(retainer)
    coming = next_invoices(terms, 1, since_index=retainer.next_index) if can_bill(RetainerStatus(retainer.status)) else []
    return RetainerRow(retainer, client, rhythm_words(terms), coming[0] if coming else None)


def _coming(retainer: Retainer, terms: RetainerTerms) -> list[ComingInvoice]:
    if not can_bill(RetainerStatus(retainer.status)):
        return []
    return [
        ComingInvoice(one.bills_on, period_words(one.period.starts_on, one.period.ends_on), one.amount_minor)
        for one in next_invoices(terms, since_index=retainer.next_index)
    ]


def _skipped(retainer: Retainer, terms: RetainerTerms) -> list[SkippedPeriod]:
    coming = [period(index, terms) for index in terms.skipped if index >= retainer.next_index and has_period(index, terms)]
    return [SkippedPeriod(one.index, period_words(one.starts_on, one.ends_on)) for one in coming]


def _periods(session: Session, retainer: Retainer, hours: list[HoursLine], *, has_card: bool) -> list[PeriodRow]:
    by_index = {line.period.index: line for line in hours}
    can_charge = has_card and retainer.status in ("active", "past_due")
    return [
        PeriodRow(
            proof=one,
            words=period_words(one.row.starts_on, one.row.ends_on),
            hours=by_index.get(one.row.index),
            can_charge=can_charge and one.invoice is not None and one.invoice.status == "open" and one.row.status == "billed",
        )
        for one in list_proofs(session, retainer)
    ]


def _projects(session: Session, retainer: Retainer, terms: RetainerTerms) -> list[tuple[str, str, bool]]:
    chosen = terms.hours.project_ids
    rows = session.exec(select(Project).where(Project.engagement_id == retainer.engagement_id).order_by(col(Project.id)))
    return [(row.id, row.name, chosen is None or row.id in chosen) for row in rows]


def _expected(call: Call) -> str:
    """What comes in the next thirty days, in each currency."""
    last = local_date(call.now, call.workspace.timezone) + timedelta(days=30)
    sums: dict[str, int] = {}
    for one in call.session.exec(select(Retainer).where(col(Retainer.status).in_(("active", "past_due")))):
        for coming in next_invoices(terms_of(one), 6, since_index=one.next_index):
            if coming.bills_on <= last:
                sums[one.currency] = sums.get(one.currency, 0) + coming.amount_minor
    return " + ".join(money(minor, code) for code, minor in sorted(sums.items())) or money(0, call.workspace.currency)


def _here(status: str, q: str) -> str:
    kept = urlencode({name: value for name, value in (("status", status), ("q", q)) if value})
    return f"/retainers?{kept}" if kept else "/retainers"
