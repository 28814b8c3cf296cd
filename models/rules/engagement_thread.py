"""Where an engagement stands, as one line of eleven steps."""

from collections.abc import Callable

from models.types.engagement_thread import EngagementFacts, Mark, StepKey, StepState, ThreadStep

LABELS: dict[StepKey, str] = {
    StepKey.FORM: "Enquiry",
    StepKey.FOLLOW_UP: "Follow-up",
    StepKey.PROPOSAL: "Proposal",
    StepKey.SIGNATURE: "Signature",
    StepKey.PROJECT: "Project",
    StepKey.BOOKING: "Kickoff call",
    StepKey.WORK: "Work",
    StepKey.TIME: "Time",
    StepKey.INVOICE: "Invoice",
    StepKey.PAYMENT: "Payment",
    StepKey.RETAINER: "Retainer",
}
_CLIENT_SEES = frozenset(StepKey) - {StepKey.FOLLOW_UP, StepKey.TIME}
_STEP_OF_WORKFLOW = {
    "run": StepKey.FOLLOW_UP,
    "proposal": StepKey.SIGNATURE,
    "booking": StepKey.BOOKING,
    "invoice": StepKey.PAYMENT,
    "retainer": StepKey.RETAINER,
}


def thread(facts: EngagementFacts) -> list[ThreadStep]:
    """The eleven steps in order. At most one is current; an engagement that is over has none.

    Current is the first unfinished step that something waits at, else the first that has begun, else the next one.
    """
    done = {key: mark for key, check in _DONE.items() if (mark := check(facts)) is not None}
    begun = {key for key, check in _BEGUN.items() if key not in done and check(facts)}
    current = None if _is_over(facts) else _current(facts, done, begun)
    reached = max((_place(key) for key in (*done, *([current] if current else []))), default=0)
    return [
        ThreadStep(
            key, _label(key, facts), _state(key, done, begun, current, reached, is_over=_is_over(facts)), _mark(key, facts, done)
        )
        for key in StepKey
    ]


def client_thread(steps: list[ThreadStep]) -> list[ThreadStep]:
    """The half of the line that the client may see: no drafts, no inner steps, nothing that was passed over."""
    seen = [step for step in steps if step.key in _CLIENT_SEES and step.state is not StepState.SKIPPED]
    # Before there is one, a retainer is our hope and not the client's plan.
    seen = [step for step in seen if step.key is not StepKey.RETAINER or step.state is StepState.DONE or step.mark.subject_id]
    is_over = all(step.state in (StepState.DONE, StepState.SKIPPED) for step in steps)
    at = next((index for index, step in enumerate(seen) if step.state is not StepState.DONE), None)
    return [
        step
        if step.state is StepState.DONE
        else ThreadStep(step.key, step.label, StepState.CURRENT if index == at and not is_over else StepState.COMING)
        for index, step in enumerate(seen)
    ]


def step_of_wait(workflow_id: str, own_step: str) -> StepKey | None:
    """The step at which a wait stands. own_step: what the engagement's own wait says about itself, or empty."""
    if own_step:
        return StepKey(own_step)
    return _STEP_OF_WORKFLOW.get(workflow_id.split("/", 1)[0])


def _current(facts: EngagementFacts, done: dict[StepKey, Mark], begun: set[StepKey]) -> StepKey | None:
    undone = [key for key in StepKey if key not in done]
    if any(_place(key) > _place(StepKey.FOLLOW_UP) for key in (*done, *begun)):
        # An automation that runs on beside the work does not hold the line back.
        undone = [key for key in undone if key is not StepKey.FOLLOW_UP]
    waited = (key for key in undone if key in facts.waits_at)
    last = max((_place(key) for key in done), default=-1)
    started = (key for key in undone if key in begun)
    ahead = (key for key in undone if _place(key) > last)
    return next(waited, None) or next(started, None) or next(ahead, None)


def _state(
    key: StepKey, done: dict[StepKey, Mark], begun: set[StepKey], current: StepKey | None, reached: int, *, is_over: bool
) -> StepState:
    if key in done:
        return StepState.DONE
    if key is current:
        return StepState.CURRENT
    if is_over:
        return StepState.SKIPPED
    if key in begun:
        return StepState.OPEN
    return StepState.SKIPPED if _place(key) < reached else StepState.COMING


def _label(key: StepKey, facts: EngagementFacts) -> str:
    if key is StepKey.FORM and not facts.has_enquiry:
        return "Opened"
    if key is StepKey.RETAINER and facts.archived_at:
        return "Archive"
    if key is StepKey.RETAINER and facts.retainer is None and _is_over(facts):
        return "Lost" if facts.status == "lost" else "Closed"
    return LABELS[key]


def _mark(key: StepKey, facts: EngagementFacts, done: dict[StepKey, Mark]) -> Mark:
    """What the step opens; an unfinished one may have something to open too, but no date."""
    if key in done:
        return done[key]
    proposal, retainer = facts.proposal, facts.retainer
    if key is StepKey.PROPOSAL and proposal:
        return Mark(None, "proposal", proposal.id)
    if key in (StepKey.WORK, StepKey.TIME) and facts.project:
        return Mark(None, facts.project.kind, facts.project.subject_id)
    if key is StepKey.INVOICE and facts.billing.draft_id:
        return Mark(None, "invoice", facts.billing.draft_id)
    if key is StepKey.PAYMENT and facts.billing.issued:
        return Mark(None, "invoice", facts.billing.issued.subject_id)
    if key is StepKey.RETAINER and retainer:
        return Mark(retainer.started_at, "retainer", retainer.id)
    return Mark()


def _is_over(facts: EngagementFacts) -> bool:
    return facts.archived_at is not None or facts.status in ("closed", "lost")


def _place(key: StepKey) -> int:
    return list(StepKey).index(key)


def _proposal_done(facts: EngagementFacts) -> Mark | None:
    proposal = facts.proposal
    if proposal is None or proposal.status not in ("sent", "accepted"):
        return None
    return Mark(proposal.sent_at or proposal.decided_at, "proposal", proposal.id)


def _signature_done(facts: EngagementFacts) -> Mark | None:
    if facts.signed is not None:
        return facts.signed
    proposal = facts.proposal
    is_accepted = proposal is not None and proposal.status == "accepted"
    return Mark(proposal.decided_at, "proposal", proposal.id) if proposal and is_accepted else None


def _work_done(facts: EngagementFacts) -> Mark | None:
    project, work = facts.project, facts.work
    if project is None:
        return None
    if facts.project_completed_at is not None:
        return Mark(facts.project_completed_at, project.kind, project.subject_id)
    is_finished = work.done_tasks > 0 and work.open_tasks == 0
    return Mark(work.last_done_at, project.kind, project.subject_id) if is_finished else None


def _time_done(facts: EngagementFacts) -> Mark | None:
    work = facts.work
    if work.seconds == 0 or work.is_timer_running:
        return None
    is_all_billed = facts.billing.issued is not None and not work.unbilled_seconds
    if not is_all_billed and _work_done(facts) is None:
        return None
    return Mark(work.last_time_at, "time_entry", "")


def _payment_done(facts: EngagementFacts) -> Mark | None:
    return facts.billing.paid if facts.billing.open_invoices == 0 else None


def _end_done(facts: EngagementFacts) -> Mark | None:
    if facts.archived_at is not None:
        return Mark(facts.archived_at)
    if facts.status in ("closed", "lost"):
        return Mark(facts.closed_at)
    retainer = facts.retainer
    return Mark(retainer.ended_at, "retainer", retainer.id) if retainer and retainer.status == "ended" else None


_DONE: dict[StepKey, Callable[[EngagementFacts], Mark | None]] = {
    StepKey.FORM: lambda facts: facts.opened,
    StepKey.FOLLOW_UP: lambda facts: facts.followed_up,
    StepKey.PROPOSAL: _proposal_done,
    StepKey.SIGNATURE: _signature_done,
    StepKey.PROJECT: lambda facts: facts.project,
    StepKey.BOOKING: lambda facts: facts.booking,
    StepKey.WORK: _work_done,
    StepKey.TIME: _time_done,
    StepKey.INVOICE: lambda facts: facts.billing.issued,
    StepKey.PAYMENT: _payment_done,
    StepKey.RETAINER: _end_done,
}
_BEGUN: dict[StepKey, Callable[[EngagementFacts], bool]] = {
    StepKey.FOLLOW_UP: lambda facts: facts.is_following_up,
    StepKey.PROPOSAL: lambda facts: facts.proposal is not None and facts.proposal.status == "draft",
    StepKey.SIGNATURE: lambda facts: facts.proposal is not None and facts.proposal.status == "sent",
    StepKey.BOOKING: lambda facts: StepKey.BOOKING in facts.waits_at,
    StepKey.WORK: lambda facts: facts.work.open_tasks > 0,
    StepKey.TIME: lambda facts: facts.work.seconds > 0 or facts.work.is_timer_running,
    StepKey.INVOICE: lambda facts: bool(facts.billing.draft_id),
    StepKey.PAYMENT: lambda facts: facts.billing.open_invoices > 0,
    StepKey.RETAINER: lambda facts: facts.retainer is not None and facts.retainer.status != "ended",
}
