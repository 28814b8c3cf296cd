"""What an engagement does after each event. Pure: the workflow and the simulator both ask here."""

from models.types.engagements import EngagementStatus, Step
from models.types.events import Happened

_CHILDREN = {
    "proposal.sent": ("proposal", "Follow the proposal up"),
    "booking.made": ("booking", "Accompany the call"),
    "invoice.issued": ("invoice", "Accompany the invoice"),
    "retainer.started": ("retainer", "Run the retainer"),
    "automation_run.requested": ("run", "Run the automation"),
}
# In this order: the client first gets what they signed, then finds their project, then the bill.
_AFTER_ACCEPTANCE = (
    ("proposals.seal", "Seal the signed documents and send them to both"),
    ("projects.kick_off", "Create the project from its template"),
    ("portal.invite", "Invite the client to the portal"),
    ("invoices.draft_deposit", "Draft the deposit invoice"),
    ("retainers.start", "Start the retainers of the proposal"),
)
_ENDS = frozenset({"engagement.archived", "engagement.closed", "engagement.lost"})

_ALLOWED: dict[str, frozenset[str]] = {
    EngagementStatus.LEAD: frozenset({"proposed", "contracted", "active", "paused", "lost", "closed"}),
    EngagementStatus.PROPOSED: frozenset({"lead", "contracted", "active", "paused", "lost", "closed"}),
    EngagementStatus.CONTRACTED: frozenset({"active", "paused", "closed", "lost"}),
    EngagementStatus.ACTIVE: frozenset({"paused", "closed", "proposed", "contracted"}),
    EngagementStatus.PAUSED: frozenset({"lead", "proposed", "contracted", "active", "closed", "lost"}),
    EngagementStatus.CLOSED: frozenset({"active", "lead"}),
    EngagementStatus.LOST: frozenset({"lead"}),
}


def steps_after(happened: Happened) -> tuple[Step, ...]:
    """What to do after an event, in order; empty when nothing follows."""
    if happened.type in _CHILDREN:
        noun, what = _CHILDREN[happened.type]
        return (Step("child", noun, happened.subject_id, what),)
    if happened.type == "proposal.accepted":
        return tuple(Step("activity", name, happened.subject_id, what) for name, what in _AFTER_ACCEPTANCE)
    return ()


def is_last(happened: Happened) -> bool:
    """Whether an event ends the engagement's workflow."""
    return happened.type in _ENDS


def can_become(status: str, wanted: str) -> bool:
    """Whether an engagement may move from one status to another."""
    return wanted in _ALLOWED[EngagementStatus(status)]
