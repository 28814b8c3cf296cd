"""What the proposal workflow asks for: each function is one call of the CRUD API."""

from temporalio import activity

from activities.subjects import act, schedule_of
from models.types.calls import Schedule, SubjectInput


@activity.defn(name="proposals.schedule")
async def proposal_schedule(subject: SubjectInput) -> Schedule:
    """What is due next for the proposal, and when."""
    return await schedule_of("proposals", subject)


@activity.defn(name="proposals.deliver")
async def deliver_proposal(subject: SubjectInput) -> None:
    """Mail the proposal's link to its recipient, once per version."""
    await act("proposals", subject, "deliveries")


@activity.defn(name="proposals.remind")
async def remind_proposal(subject: SubjectInput) -> None:
    """Mail the n-th reminder, once."""
    await act("proposals", subject, "reminders")


@activity.defn(name="proposals.expire")
async def expire_proposal(subject: SubjectInput) -> None:
    """Let the proposal expire; nothing happens when it was decided before."""
    await act("proposals", subject, "expiry")


@activity.defn(name="proposals.seal")
async def seal_proposal(subject: SubjectInput) -> None:
    """Seal what was signed into one PDF and mail it to both sides, once."""
    await act("proposals", subject, "seals")
