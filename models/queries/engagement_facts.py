"""Everything that is known of an engagement, gathered for the rules that draw its thread and name its next wait."""

from typing import Any

from sqlalchemy import case
from sqlmodel import Session, col, func, or_, select

from models.queries.engagements import list_open_waits
from models.rules.engagement_thread import step_of_wait
from models.tables.automations import AutomationRun
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.contracts import Signature
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.retainers import Retainer
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.tables.waits import Wait
from models.types.engagement_thread import (
    BillingFacts,
    EngagementFacts,
    Mark,
    ProposalFacts,
    RetainerFacts,
    StepKey,
    WorkFacts,
)
from models.types.workflow_ids import engagement_workflow_id

_FOLLOWED_UP = ("email.sent", "automation_run.finished")
_LIVE_RUNS = ("requested", "running", "waiting")


def get_engagement_facts(session: Session, engagement: Engagement) -> EngagementFacts:
    """The facts of one engagement, in about a dozen small reads."""
    contact = session.get(Contact, engagement.contact_id)
    project = _newest(session, Project, engagement.id)
    booking = _booking(session, engagement.id)
    followed_up = session.exec(
        select(func.min(Event.created_at)).where(Event.engagement_id == engagement.id, col(Event.type).in_(_FOLLOWED_UP))
    ).one()
    return EngagementFacts(
        status=engagement.status,
        client=contact.name.split()[0] if contact and contact.name.strip() else "the client",
        opened=Mark(engagement.created_at, "submission" if engagement.submission_id else "", engagement.submission_id or ""),
        has_enquiry=engagement.submission_id is not None,
        followed_up=Mark(followed_up) if followed_up else None,
        is_following_up=_count(session, AutomationRun, engagement.id, col(AutomationRun.status).in_(_LIVE_RUNS)) > 0,
        proposal=_proposal(session, engagement.id),
        signed=_signed(session, engagement.id),
        project=Mark(project.created_at, "project", project.id) if project else None,
        project_completed_at=_completed_at(session, project),
        booking=Mark(booking.starts_at, "booking", booking.id) if booking else None,
        work=_work(session, engagement.id),
        billing=_billing(session, engagement.id),
        retainer=_retainer(session, engagement.id),
        closed_at=engagement.closed_at,
        archived_at=engagement.archived_at,
        waits_at=frozenset(_steps_of(list_open_waits(session, engagement.id))),
    )


def step_of(wait: Wait) -> StepKey | None:
    """The step of the thread at which a wait stands, or None when it stands at none."""
    own = wait.workflow_id.startswith("engagement/")
    step = str(wait.detail.get("step", "")) if own else ""
    return step_of_wait(wait.workflow_id, step)


def own_wait_of(waits: list[Wait], engagement_id: str) -> Wait | None:
    """The engagement's own next wait among its open waits, or None."""
    workflow_id = engagement_workflow_id(engagement_id)
    return next((wait for wait in waits if wait.workflow_id == workflow_id and wait.key == "next"), None)


def _steps_of(waits: list[Wait]) -> list[StepKey]:
    return [step for wait in waits if wait.kind != "repair" and (step := step_of(wait)) is not None]


def _newest(session: Session, table: Any, engagement_id: str, *conditions: Any) -> Any:
    statement = select(table).where(table.engagement_id == engagement_id, *conditions).order_by(table.id.desc()).limit(1)
    return session.exec(statement).first()


def _count(session: Session, table: Any, engagement_id: str, *conditions: Any) -> int:
    statement = select(func.count()).select_from(table).where(table.engagement_id == engagement_id, *conditions)
    return int(session.exec(statement).one())


def _proposal(session: Session, engagement_id: str) -> ProposalFacts | None:
    # What was agreed beats what is only being drafted beside it.
    accepted = _newest(session, Proposal, engagement_id, Proposal.status == "accepted")
    live = (Proposal.status != "superseded", col(Proposal.archived_at).is_(None))
    proposal: Proposal | None = accepted or _newest(session, Proposal, engagement_id, *live)
    if proposal is None:
        return None
    return ProposalFacts(
        id=proposal.id,
        status=proposal.status,
        drafted_at=proposal.created_at,
        sent_at=proposal.sent_at,
        decided_at=proposal.decided_at,
        has_scheduler=proposal.scheduler_id is not None,
        has_project_template=proposal.project_template_id is not None,
    )


def _signed(session: Session, engagement_id: str) -> Mark | None:
    signature = session.exec(
        select(Signature).where(Signature.engagement_id == engagement_id).order_by(col(Signature.signed_at)).limit(1)
    ).first()
    if signature is None:
        return None
    kind, subject_id = ("proposal", signature.proposal_id) if signature.proposal_id else ("contract", signature.contract_id)
    return Mark(signature.signed_at, kind, subject_id or "")


def _completed_at(session: Session, project: Project | None) -> Any:
    if project is None or project.status == "active":
        return None
    found = session.exec(
        select(func.max(Event.created_at)).where(Event.subject_id == project.id, Event.type == "project.completed")
    ).one()
    return found or project.archived_at


def _booking(session: Session, engagement_id: str) -> Booking | None:
    found: Booking | None = _newest(session, Booking, engagement_id, col(Booking.status).in_(("pending", "confirmed", "held")))
    return found


def _work(session: Session, engagement_id: str) -> WorkFacts:
    projects = select(Project.id).where(Project.engagement_id == engagement_id)
    is_open = col(Task.status) == "open"
    open_tasks, for_client, done, last_done = session.exec(
        select(
            func.coalesce(func.sum(case((is_open, 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_open & col(Task.is_for_client).is_(True), 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_open, 0), else_=1)), 0),
            func.max(Task.completed_at),
        ).where(col(Task.project_id).in_(projects), col(Task.archived_at).is_(None))
    ).one()
    is_unbilled = (
        col(TimeEntry.is_billable).is_(True)
        & col(TimeEntry.invoice_line_item_id).is_(None)
        & col(TimeEntry.stopped_at).is_not(None)
    )
    seconds, unbilled, running, last_time = session.exec(
        select(
            func.coalesce(func.sum(TimeEntry.seconds), 0),
            func.coalesce(func.sum(case((is_unbilled, col(TimeEntry.seconds)), else_=0)), 0),
            func.coalesce(func.sum(case((col(TimeEntry.stopped_at).is_(None), 1), else_=0)), 0),
            func.max(TimeEntry.stopped_at),
        ).where(or_(TimeEntry.engagement_id == engagement_id, col(TimeEntry.project_id).in_(projects)))
    ).one()
    return WorkFacts(int(open_tasks), int(for_client), int(done), last_done, int(seconds), int(unbilled), running > 0, last_time)


def _billing(session: Session, engagement_id: str) -> BillingFacts:
    """Deposits and retainer periods are billed on their own way and do not move these steps."""
    invoices = session.exec(
        select(Invoice)
        .where(Invoice.engagement_id == engagement_id, Invoice.kind == "standard", col(Invoice.status) != "void")
        .order_by(col(Invoice.id))
    ).all()
    issued = [invoice for invoice in invoices if invoice.status != "draft"]
    drafts = [invoice for invoice in invoices if invoice.status == "draft"]
    paid = [invoice for invoice in issued if invoice.status == "paid"]
    return BillingFacts(
        issued=Mark(issued[-1].issued_at, "invoice", issued[-1].id) if issued else None,
        draft_id=drafts[-1].id if drafts else "",
        open_invoices=sum(1 for invoice in issued if invoice.status == "open"),
        paid=Mark(paid[-1].paid_at, "invoice", paid[-1].id) if paid else None,
    )


def _retainer(session: Session, engagement_id: str) -> RetainerFacts | None:
    # A live one beats one that has ended, however new.
    found: Retainer | None = _newest(session, Retainer, engagement_id, Retainer.status != "ended") or _newest(
        session, Retainer, engagement_id
    )
    return RetainerFacts(found.id, found.name, found.status, found.created_at, found.ended_at) if found else None
