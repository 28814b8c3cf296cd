"""What the retainer workflow asks for: each function is one call of the CRUD API."""

from temporalio import activity

from activities.subjects import act, schedule_of
from models.types.calls import Schedule, SubjectInput


@activity.defn(name="retainers.schedule")
async def retainer_schedule(subject: SubjectInput) -> Schedule:
    """What is due next for the retainer, and when."""
    return await schedule_of("retainers", subject)


@activity.defn(name="retainers.bill")
async def bill_period(subject: SubjectInput) -> None:
    """Bill the n-th period, once and for ever."""
    await act("retainers", subject, "periods")


@activity.defn(name="retainers.issue")
async def issue_period_invoice(subject: SubjectInput) -> None:
    """Issue the n-th period's invoice after its review window."""
    await act("retainers", subject, "period_issues")


@activity.defn(name="retainers.charge")
async def charge_period(subject: SubjectInput) -> None:
    """Charge the saved card for the n-th period's invoice."""
    await act("retainers", subject, "charges")


@activity.defn(name="retainers.start")
async def start_retainers(subject: SubjectInput) -> None:
    """Start a retainer for every recurring line of an accepted proposal, each once."""
    await act("proposals", subject, "retainers")
