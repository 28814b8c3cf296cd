"""Giving people something to do."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models import clock
from models.commands.tasks import archive_task, assign_task, change_task, complete_task, create_task, move_task, set_due_date
from models.queries.references import check_references
from models.queries.tasks import get_group, get_task, list_assignable
from models.queries.work_calendars import work_calendar
from models.rules.working_time import add_working_days
from models.tables.members import Member
from models.tables.tasks import Task
from models.types.errors import Invalid
from models.types.tasks import TaskDraft

TaskId = Annotated[str | None, picked("Task", "tasks", "The one that started the run")]


class TaskInput(ActionInput):
    """One task."""

    title: Annotated[str, Field(title="What", min_length=1, max_length=300)]
    description: Annotated[str, Field(title="Details", max_length=20_000)] = ""
    engagement_id: Annotated[str | None, picked("For", "engagements", "The one the run is about")] = None
    group_id: Annotated[str | None, picked("Column", "task_groups", "Of a project's board")] = None
    assignee_id: Annotated[str | None, picked("Who", "people", "The engagement's owner, when nobody is named or they left")] = (
        None
    )
    due_in_working_days: Annotated[int | None, Field(title="Due in working days", ge=0, le=1000)] = None
    is_shared: Annotated[bool, Field(title="The client sees it")] = False


class TaskOutput(ActionOutput):
    """The task."""

    task_id: str
    title: str
    status: str
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
    needs = ("tasks:write",)
    example = sample(title="Call Ada", due_in_working_days=2)

    def perform(self, context: ActionContext, given: TaskInput) -> TaskOutput:
        """Create it. A step is done once, so its task is there once."""
        check_references(context.session, {"engagement_id": given.engagement_id})
        engagement_id = given.engagement_id or (None if given.group_id else context.run.engagement_id)
        task = create_task(
            context.session,
            TaskDraft(
                title=given.title,
                description=given.description,
                engagement_id=engagement_id,
                group_id=given.group_id,
                is_shared=given.is_shared,
                assignee_id=_assignee(context, given.assignee_id, engagement_id),
                due_on=None if given.due_in_working_days is None else _due_on(context, given.due_in_working_days),
            ),
        )
        return _told(task)


class ChangeTaskInput(ActionInput):
    """What to change; what is left out stays."""

    task_id: TaskId = None
    title: Annotated[str | None, Field(title="What", min_length=1, max_length=300)] = None
    description: Annotated[str | None, Field(title="Details", max_length=20_000)] = None
    due_on: Annotated[date | None, Field(title="Due on")] = None
    is_shared: Annotated[bool | None, Field(title="The client sees it")] = None


class UpdateTask(Action):
    """What a task says, and when it is due."""

    name = "tasks.update"
    title = "Change a task"
    icon = "pencil-line"
    docs = "Changes what the task says, when it is due, or whether the client sees it."
    Input = ChangeTaskInput
    Output = TaskOutput
    emits = ("task.changed",)
    needs = ("tasks:write",)
    example = sample(task_id="tsk_01k7w3y6m0", due_on="2026-12-01")

    def perform(self, context: ActionContext, given: ChangeTaskInput) -> TaskOutput:
        """Change it. Raises Invalid when there is nothing to change."""
        task = _task(context, given.task_id)
        words = given.model_dump(exclude={"task_id", "due_on"}, exclude_none=True)
        if not words and given.due_on is None:
            raise Invalid("There is nothing to change.")
        if given.due_on is not None:
            set_due_date(context.session, task, given.due_on)
        if words:
            change_task(context.session, task, **words)
        return _told(task)


class WhichTaskInput(ActionInput):
    """Which is meant."""

    task_id: TaskId = None


class CompleteTask(Action):
    """A task that is done."""

    name = "tasks.complete"
    title = "Complete a task"
    icon = "circle-check-big"
    docs = "Marks the task as done."
    Input = WhichTaskInput
    Output = TaskOutput
    emits = ("task.completed",)
    needs = ("tasks:write",)
    example = sample(task_id="tsk_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichTaskInput) -> TaskOutput:
        """Complete it; done already, it stays so."""
        return _told(complete_task(context.session, _task(context, given.task_id), now=context.now))


class MoveTaskInput(ActionInput):
    """Which task, into which column."""

    task_id: TaskId = None
    group_id: Annotated[str, picked("Column", "task_groups")]


class MoveTask(Action):
    """A task in another column."""

    name = "tasks.move"
    title = "Move a task"
    icon = "arrow-right-left"
    docs = "Puts the task at the end of a column of its own project."
    Input = MoveTaskInput
    Output = TaskOutput
    emits = ("task.moved",)
    needs = ("tasks:write",)
    example = sample(group_id="grp_01k7w3y6m0")

    def perform(self, context: ActionContext, given: MoveTaskInput) -> TaskOutput:
        """Move it; in that column already, it stays where it is. Raises Refused for another project's column."""
        task, group = _task(context, given.task_id), get_group(context.session, given.group_id)
        return _told(task if task.group_id == group.id else move_task(context.session, task, group))


class AssignTaskInput(ActionInput):
    """Which task, and who is to do it."""

    task_id: TaskId = None
    assignee_id: Annotated[str | None, picked("Who", "people", "Nobody, when left out")] = None


class AssignTask(Action):
    """A task given to somebody."""

    name = "tasks.assign"
    title = "Assign a task"
    icon = "user-check"
    docs = "Gives the task to a member or to the client. Given to the client, it is shared with them."
    Input = AssignTaskInput
    Output = TaskOutput
    emits = ("task.assigned",)
    needs = ("tasks:write",)
    example = sample(assignee_id="mem_01k7w3y6m0")

    def perform(self, context: ActionContext, given: AssignTaskInput) -> TaskOutput:
        """Give it; theirs already, it stays so. Raises Invalid for somebody who cannot be given it."""
        return _told(assign_task(context.session, _task(context, given.task_id), given.assignee_id))


class ArchiveTask(Action):
    """A task put away."""

    name = "tasks.archive"
    title = "Archive a task"
    icon = "archive"
    docs = "Puts the task away. Its time and its comments stay."
    Input = WhichTaskInput
    Output = TaskOutput
    emits = ("task.archived",)
    needs = ("tasks:write",)
    example = sample(task_id="tsk_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichTaskInput) -> TaskOutput:
        """Put it away; away already, it stays so."""
        return _told(archive_task(context.session, _task(context, given.task_id), now=context.now))


def _task(context: ActionContext, task_id: str | None) -> Task:
    return get_task(context.session, context.about("task", task_id))


def _told(task: Task) -> TaskOutput:
    return TaskOutput(task_id=task.id, title=task.title, status=task.status, assignee_id=task.assignee_id, due_on=task.due_on)


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
