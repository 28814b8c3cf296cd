"""Which workflows must hear of an event."""

from models.types.events import Happened
from models.types.workflow_ids import (
    booking_workflow_id,
    engagement_workflow_id,
    invoice_workflow_id,
    proposal_workflow_id,
    retainer_workflow_id,
    run_workflow_id,
)

# Only lifecycle facts wake an engagement: a workflow takes 10,000 signals a run at most, and comments are many.
_ENGAGEMENT_HEARS = frozenset(
    {
        "engagement.opened",
        "engagement.paused",
        "engagement.resumed",
        "engagement.closed",
        "engagement.lost",
        "engagement.archived",
        "engagement.unarchived",
        "proposal.drafted",
        "proposal.sent",
        "proposal.accepted",
        "proposal.declined",
        "proposal.expired",
        "proposal.withdrawn",
        "contract.completed",
        "project.started",
        "project.completed",
        "booking.made",
        "booking.canceled",
        "task.completed",
        "task.reopened",
        "invoice.drafted",
        "invoice.issued",
        "invoice.paid",
        "invoice.voided",
        "retainer.started",
        "retainer.paused",
        "retainer.resumed",
        "retainer.ended",
        "automation_run.requested",
    }
)
_OWN_WORKFLOW = {
    "proposal": proposal_workflow_id,
    "booking": booking_workflow_id,
    "invoice": invoice_workflow_id,
    "retainer": retainer_workflow_id,
}
_STARTED_BY_ENGAGEMENT = frozenset({"proposal.sent", "booking.made", "invoice.issued", "retainer.started"})


def targets(happened: Happened) -> list[tuple[str, str]]:
    """The (workflow id, kind) pairs to deliver an event to; kind is `start` (with the signal) or `signal`.

    A sub-workflow is started by its engagement as a child. When it has no engagement, the delivery starts it.
    """
    found: list[tuple[str, str]] = []
    if happened.engagement_id and happened.type in _ENGAGEMENT_HEARS:
        found.append((engagement_workflow_id(happened.engagement_id), "start"))
    if happened.subject_kind in _OWN_WORKFLOW:
        starts = happened.type in _STARTED_BY_ENGAGEMENT and not happened.engagement_id
        found.append((_OWN_WORKFLOW[happened.subject_kind](happened.subject_id), "start" if starts else "signal"))
    if happened.subject_kind == "payment":
        # Money may come, and go back, after the invoice's workflow has ended: then it begins again for what is left to do.
        found.append((invoice_workflow_id(str((happened.payload or {})["invoice_id"])), "start"))
    if happened.subject_kind == "automation_run" and happened.type != "automation_run.finished":
        starts = happened.type == "automation_run.requested" and not happened.engagement_id
        if starts or happened.type != "automation_run.requested":
            found.append((run_workflow_id(happened.subject_id), "start" if starts else "signal"))
    if happened.type == "wait.repaired":
        found.append((str((happened.payload or {})["workflow_id"]), "signal"))
    return found
