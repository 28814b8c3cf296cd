"""What an engagement waits for when none of its other workflows says it."""

from dataclasses import replace

from models.types.engagement_thread import EngagementFacts, NextWait, StepKey
from models.types.waits import Whom

_OVER = ("closed", "lost")


def next_wait(facts: EngagementFacts) -> NextWait | None:
    """The one thing that moves the engagement on, or None: it is over, or a proposal, call or invoice waits by itself."""
    if facts.archived_at is not None or facts.status in _OVER:
        return None
    if facts.status == "paused":
        return NextWait(StepKey.WORK, "somebody to resume the engagement", Whom.US, ended_by=("engagement.resumed",))
    for ask in (_proposal, _project, _booking, _work, _invoice, _payment):
        wait, is_settled = ask(facts)
        if is_settled:
            return wait
    return _ending(facts)


def _proposal(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    """Until something is agreed: the proposal. A project without one counts as agreed."""
    proposal = facts.proposal
    if facts.project is not None or (proposal and proposal.status == "accepted"):
        return None, False
    if proposal and proposal.status == "sent":
        return None, True
    if proposal and proposal.status == "draft":
        words = f"the proposal for {facts.client} to be finished and sent"
        return _on_us(StepKey.PROPOSAL, words, "We are preparing your proposal", "proposal.sent", "proposal", proposal.id), True
    reason = f", {_OUTCOME[proposal.status]}" if proposal and proposal.status in _OUTCOME else ""
    words = f"a {'new ' if reason else ''}proposal for {facts.client}{reason}"
    wait = _on_us(StepKey.PROPOSAL, words, "We are preparing your proposal", "proposal.sent")
    return replace(wait, then_what=f"{facts.client} gets one link to read, ask and sign"), True


def _project(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    proposal = facts.proposal
    if facts.project is not None:
        return None, False
    if proposal and proposal.has_project_template:
        return None, True
    return _on_us(StepKey.PROJECT, f"a project for {facts.client}", "We are setting up your project", "project.started"), True


def _booking(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    if facts.booking is not None or facts.proposal is None or not facts.proposal.has_scheduler:
        return None, False
    # Somebody who is at work already, or has been paid, does not wait for a kickoff any more.
    if facts.work.done_tasks or facts.work.seconds or facts.billing.issued:
        return None, False
    wait = NextWait(
        StepKey.BOOKING,
        f"{facts.client} to book the kickoff call",
        Whom.CLIENT,
        "Book the kickoff call",
        then_what="both get an invitation with the meeting link",
        ended_by=("booking.made",),
    )
    return wait, True


def _work(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    work = facts.work
    if facts.project_completed_at is not None or not work.open_tasks:
        return None, False
    kind, project_id = ("project", facts.project.subject_id) if facts.project else ("", "")
    if work.open_tasks == work.open_client_tasks:
        what = f"{facts.client} to finish {_count(work.open_tasks, 'task')}"
        client_what = f"Finish {_count(work.open_tasks, 'task')} on the project board"
        return NextWait(StepKey.WORK, what, Whom.CLIENT, client_what, kind=kind, subject_id=project_id), True
    return _on_us(
        StepKey.WORK, _count(work.open_tasks, "open task"), "We are working on your project", "", kind, project_id
    ), True


def _invoice(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    work, billing = facts.work, facts.billing
    if billing.draft_id:
        return _on_us(StepKey.INVOICE, "the draft invoice to be issued", "", "", "invoice", billing.draft_id), True
    if work.unbilled_seconds and not work.is_timer_running:
        return _on_us(
            StepKey.INVOICE, f"an invoice for {_hours(work.unbilled_seconds)} h of tracked time", "", "invoice.issued"
        ), True
    is_begun = bool(work.done_tasks or work.seconds or facts.project_completed_at or billing.issued)
    kind, project_id = ("project", facts.project.subject_id) if facts.project else ("", "")
    if not is_begun and facts.retainer is None:
        return _on_us(
            StepKey.WORK, f"the work for {facts.client} to begin", "We are starting on your project", "", kind, project_id
        ), True
    if billing.issued is None and facts.retainer is None:
        return _on_us(StepKey.INVOICE, f"an invoice for {facts.client}", "", "invoice.issued"), True
    return None, False


def _payment(facts: EngagementFacts) -> tuple[NextWait | None, bool]:
    return None, facts.billing.open_invoices > 0


def _ending(facts: EngagementFacts) -> NextWait | None:
    retainer = facts.retainer
    if retainer is not None and retainer.status == "paused":
        what = f"the retainer “{retainer.name}” to be resumed or ended"
        return _on_us(StepKey.RETAINER, what, "", "", "retainer", retainer.id)
    if retainer is not None and retainer.status != "ended":
        return None
    return _on_us(StepKey.RETAINER, "the next piece of work, or the engagement to be closed", "", "")


_OUTCOME = {
    "declined": "the last one was declined",
    "expired": "the last one expired",
    "withdrawn": "the last one was withdrawn",
}


def _on_us(step: StepKey, what: str, client_what: str, ended_by: str, kind: str = "", subject_id: str = "") -> NextWait:
    ends = (ended_by,) if ended_by else ()
    return NextWait(step, what, Whom.US, client_what, ended_by=ends, kind=kind, subject_id=subject_id)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
