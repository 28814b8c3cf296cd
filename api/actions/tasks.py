"""Giving people something to do."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from models import clock
from models.commands.tasks import create_task
from models.queries.tasks import list_assignable
from models.queries.work_calendars import work_calendar
from models.rules.working_time import add_working_days
from models.tables.members import Member
from models.types.tasks import TaskDraft


class TaskInput(ActionInput):
    """One task."""

    title: Annotated[str, Field(title="What", min_length=1, max_length=300)]
    description: Annotated[str, Field(title="Details", max_length=20_000)] = ""
    engagement_id: Annotated[str | None, Field(title="For")] = None
    assignee_id: Annotated[
        str | None,
        Field(
            title="Who",
            description="The engagement's owner, when nobody is named or they left",
            json_schema_extra={"x-lookup": "members"},
        ),
    ] = None
    due_in_working_days: Annotated[int | None, Field(title="Due in working days", ge=0, le=1000)] = None


class TaskOutput(ActionOutput):
    """The task."""

    task_id: str
    assignee_id: str | None
    due_on: date | None


class CreateTask(Action):
    """A task for somebody."""

    name = "tasks.create"
    title = "Create a task"
    icon = "square-check"
    docs = "Creates a task; its due date counts your working days and leaves out the holidays of your region."
    Input = TaskInput
    Output = TaskOutput
    emits = ("task.created", "task.assigned")

    def perform(self, context: ActionContext, given: TaskInput) -> TaskOutput:
        """Create it. A step is done once, so its task is there once."""
        engagement_id = given.engagement_id or context.run.engagement_id
        task = create_task(
            context.session,
            TaskDraft(
                title=given.title,
                description=given.description,
                engagement_id=engagement_id,
                assignee_id=_assignee(context, given.assignee_id, engagement_id),
                due_on=None if given.due_in_working_days is None else _due_on(context, given.due_in_working_days),
            ),
        )
        return TaskOutput(task_id=task.id, assignee_id=task.assignee_id, due_on=task.due_on)


def _assignee(context: ActionContext, wanted: str | None, engagement_id: str | None) -> str | None:
    """Who gets it: the one named, else the engagement's owner, else the first owner of the studio."""
    owner_id = context.engagement(engagement_id).owner_id if engagement_id else None
    people = list_assignable(context.session, engagement_id, None)
    owners = [person.id for person in people if isinstance(person, Member) and person.role == "owner"]
    present = {person.id for person in people}
    return next((one for one in (wanted, owner_id, *owners) if one in present), None)


def _due_on(context: ActionContext, days: int) -> date:
    calendar = work_calendar(context.session, now=context.now)
    return add_working_days(clock.today(calendar.zone), days, calendar.holidays, calendar.weekend)
