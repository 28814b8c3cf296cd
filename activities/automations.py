"""What the clock of an automation asks for: each function is one call of the CRUD API."""

from temporalio import activity

from activities.subjects import act, schedule_of
from models.types.calls import Schedule, SubjectInput


@activity.defn(name="automations.schedule")
async def automation_schedule(subject: SubjectInput) -> Schedule:
    """When the automation starts next by the clock."""
    return await schedule_of("automations", subject)


@activity.defn(name="automations.fire")
async def fire_automation(subject: SubjectInput) -> None:
    """Begin the runs that are due by the clock; the n-th time."""
    await act("automations", subject, "firings")
