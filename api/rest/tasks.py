"""Tasks."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.tasks import (
    archive_task,
    assign_task,
    change_task,
    complete_task,
    create_task,
    move_task,
    reopen_task,
    set_due_date,
    set_task_rate,
    tick_item,
    unarchive_task,
)
from models.queries.tasks import get_group, get_task, tasks_matching
from models.tables.tasks import Task
from models.types.errors import Conflict
from models.types.tasks import TaskDraft, TaskFilter, TaskStatus

router = Router("tasks")


class TaskIn(BaseModel):
    """A new task. Its group leads to board, project and engagement; without one it may name one of these."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=300, examples=["Draw three sketches"])
    description: str = Field(default="", max_length=50_000)
    engagement_id: str | None = Field(default=None, examples=["eng_01k7…"])
    project_id: str | None = None
    group_id: str | None = None
    assignee_id: str | None = Field(default=None, examples=["mem_01k7…"])
    due_on: date | None = Field(default=None, examples=["2026-12-01"])
    is_shared: bool = False
    is_for_client: bool = False
    checklist: list[str] = Field(default_factory=list, max_length=200, examples=[["Paper", "Screen"]])
    rate_minor_per_hour: int | None = Field(default=None, ge=0)


class TaskChange(BaseModel):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, min_length=1, max_length=300)
    description: str | None = Field(default=None, max_length=50_000)
    due_on: date | None = None
    """null takes the date away."""
    is_shared: bool | None = None
    is_for_client: bool | None = None
    checklist: list[str] | None = Field(default=None, max_length=200)
    """Lines that stay keep their tick."""
    rate_minor_per_hour: int | None = Field(default=None, ge=0)
    """null takes the rate away."""
    version: int | None = None


class AssigneeIn(BaseModel):
    """Who is to do it."""

    model_config = ConfigDict(extra="forbid")

    assignee_id: str = Field(examples=["mem_01k7…"])


class PositionIn(BaseModel):
    """Where a task goes: above or below a card, else to the end of the column."""

    model_config = ConfigDict(extra="forbid")

    group_id: str = Field(examples=["grp_01k7…"])
    before_id: str | None = None
    after_id: str | None = None


class TickIn(BaseModel):
    """Whether an item of the checklist is done."""

    model_config = ConfigDict(extra="forbid")

    is_done: bool = True


class TaskOut(BaseModel):
    """A task."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    engagement_id: str | None
    project_id: str | None
    board_id: str | None
    group_id: str | None
    title: str
    description: str
    status: str
    position: float
    assignee_id: str | None
    due_on: date | None
    is_shared: bool
    is_for_client: bool
    checklist: list[dict[str, Any]]
    rate_minor_per_hour: int | None
    completed_at: datetime | None
    completed_by: str
    created_at: datetime
    archived_at: datetime | None


@router.get("/tasks")
def list_all_tasks(
    call: Read,
    paging: Paging,
    project_id: str | None = None,
    engagement_id: str | None = None,
    assignee_id: str | None = None,
    status: TaskStatus | None = None,
    due_before: date | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    is_archived: bool = False,
) -> Page[TaskOut]:
    """Tasks, newest first; those put away only when asked for."""
    wanted = TaskFilter(project_id, engagement_id, assignee_id, status, due_before, q, is_archived)
    return page_of(call.session, tasks_matching(wanted), Task, paging, TaskOut)


@router.post("/tasks", status_code=201)
def create(body: TaskIn, call: Write) -> TaskOut:
    """Add a task, at the end of its column when it names one."""
    values = body.model_dump()
    return _shape(call, create_task(call.session, TaskDraft(**{**values, "checklist": tuple(body.checklist)})))


@router.get("/tasks/{task_id}")
def show(task_id: str, call: Read) -> TaskOut:
    """One task."""
    return _shape(call, get_task(call.session, task_id))


@router.patch("/tasks/{task_id}")
def update(task_id: str, body: TaskChange, call: Write) -> TaskOut:
    """Change a task."""
    task = get_task(call.session, task_id)
    if body.version is not None and body.version != task.version:
        raise Conflict("Somebody else changed this task meanwhile. Reload and try again.")
    said = body.model_fields_set
    if "due_on" in said:
        set_due_date(call.session, task, body.due_on)
    if "rate_minor_per_hour" in said:
        set_task_rate(call.session, task, body.rate_minor_per_hour)
    if said & {"title", "description", "is_shared", "is_for_client", "checklist"}:
        change_task(
            call.session,
            task,
            title=body.title,
            description=body.description,
            is_shared=body.is_shared,
            is_for_client=body.is_for_client,
            checklist=body.checklist,
        )
    return _shape(call, task)


@router.put("/tasks/{task_id}/completion")
def create_completion(task_id: str, call: Write) -> TaskOut:
    """Mark the task as done."""
    return _shape(call, complete_task(call.session, get_task(call.session, task_id), now=call.now))


@router.delete("/tasks/{task_id}/completion")
def delete_completion(task_id: str, call: Write) -> TaskOut:
    """Mark the task as not done after all."""
    return _shape(call, reopen_task(call.session, get_task(call.session, task_id)))


@router.put("/tasks/{task_id}/assignee")
def create_assignee(task_id: str, body: AssigneeIn, call: Write) -> TaskOut:
    """Give the task to a member or to the client; given to the client it is shared."""
    return _shape(call, assign_task(call.session, get_task(call.session, task_id), body.assignee_id))


@router.delete("/tasks/{task_id}/assignee")
def delete_assignee(task_id: str, call: Write) -> TaskOut:
    """Leave the task to nobody."""
    return _shape(call, assign_task(call.session, get_task(call.session, task_id), None))


@router.post("/tasks/{task_id}/position")
def create_position(task_id: str, body: PositionIn, call: Write) -> TaskOut:
    """Move the task on its project's boards; several movers at once end with one order."""
    task, group = get_task(call.session, task_id), get_group(call.session, body.group_id)
    return _shape(call, move_task(call.session, task, group, before_id=body.before_id, after_id=body.after_id))


@router.put("/tasks/{task_id}/checklist/{index}")
def change_item(task_id: str, index: int, body: TickIn, call: Write) -> TaskOut:
    """Tick an item of the checklist, counted from 0, or untick it."""
    return _shape(call, tick_item(call.session, get_task(call.session, task_id), index, is_done=body.is_done))


@router.post("/tasks/{task_id}/archive")
def create_archive(task_id: str, call: Write, is_sure: IsSure = False) -> TaskOut:
    """Put the task away; it refuses timers, and its time stays."""
    ask_first(call, task_id, is_sure=is_sure)
    return _shape(call, archive_task(call.session, get_task(call.session, task_id), now=call.now))


@router.delete("/tasks/{task_id}/archive")
def delete_archive(task_id: str, call: Write) -> TaskOut:
    """Bring the task back."""
    return _shape(call, unarchive_task(call.session, get_task(call.session, task_id)))


def _shape(call: Call, task: Task) -> TaskOut:
    call.session.flush()
    return TaskOut.model_validate(task)
