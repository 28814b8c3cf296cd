"""Tasks: made, changed, given to somebody, moved, done. What is for the client is shared with the client."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select, update

from models.commands.events import record
from models.db import scope_of, workspace_id_of
from models.ids import new_id
from models.queries.tasks import get_board, get_group, list_assignable, list_tasks_of_group
from models.rules.tasks import edited_checklist, new_checklist, position_between, spaced_positions
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.projects import Project
from models.tables.tasks import Task, TaskGroup
from models.types.errors import Invalid, NotFound, Refused
from models.types.tasks import TaskDraft, TaskStatus


def create_task(session: Session, draft: TaskDraft) -> Task:
    """Add a task: at the end of its column when it names one, else free-standing in its project, engagement or nowhere.

    Raises Invalid without a title or for somebody who cannot be given it, Refused when the project is archived.
    """
    title = draft.title.strip()
    if not title:
        raise Invalid("Give the task a title.", field="title")
    task = Task(
        id=new_id("tsk"),
        workspace_id=workspace_id_of(session),
        engagement_id=draft.engagement_id,
        project_id=draft.project_id,
        title=title,
        description=draft.description,
        due_on=draft.due_on,
        is_shared=draft.is_shared or draft.is_for_client,
        is_for_client=draft.is_for_client,
        checklist=new_checklist(draft.checklist),
        rate_minor_per_hour=draft.rate_minor_per_hour,
    )
    _place(session, task, draft.group_id)
    if draft.assignee_id:
        _give(session, task, draft.assignee_id)
    session.add(task)
    session.flush()
    record(session, "task.created", task.id, engagement_id=task.engagement_id)
    if task.assignee_id:
        record(session, "task.assigned", task.id, engagement_id=task.engagement_id, assignee_id=task.assignee_id)
    return task


def change_task(
    session: Session,
    task: Task,
    *,
    title: str | None = None,
    description: str | None = None,
    is_shared: bool | None = None,
    is_for_client: bool | None = None,
    checklist: Sequence[str] | None = None,
) -> Task:
    """Change what a task says and who sees it; what is None stays. Lines of the checklist that stay keep their tick.

    A task for the client is shared; to make it private again, it must first be ours. Raises Invalid for an empty title.
    """
    if title is not None:
        if not title.strip():
            raise Invalid("Give the task a title.", field="title")
        task.title = title.strip()
    task.description = task.description if description is None else description
    task.is_for_client = task.is_for_client if is_for_client is None else is_for_client
    task.is_shared = task.is_for_client or (task.is_shared if is_shared is None else is_shared)
    if checklist is not None:
        task.checklist = edited_checklist(checklist, task.checklist)
    return _changed(session, task)


def set_due_date(session: Session, task: Task, due_on: date | None) -> Task:
    """Give a task a due date, or take it away."""
    if task.due_on == due_on:
        return task
    task.due_on = due_on
    return _changed(session, task)


def set_task_rate(session: Session, task: Task, rate_minor_per_hour: int | None) -> Task:
    """Give a task an hourly rate of its own, or take it away; time recorded before keeps the rate it had."""
    task.rate_minor_per_hour = rate_minor_per_hour
    return _changed(session, task)


def tick_item(session: Session, task: Task, index: int, *, is_done: bool) -> Task:
    """Tick an item of the checklist, or untick it. Raises NotFound when there is none at that place."""
    if not 0 <= index < len(task.checklist):
        raise NotFound("There is no such item on the checklist.")
    task.checklist = [{**item, "done": is_done if at == index else item["done"]} for at, item in enumerate(task.checklist)]
    return _changed(session, task)


def assign_task(session: Session, task: Task, assignee_id: str | None) -> Task:
    """Give a task to a member, to the client, or to nobody. Raises Invalid for anybody else.

    Given to the client it is shared with the client, and for them to complete; given back to a member it is ours again.
    """
    if task.assignee_id == assignee_id:
        return task
    if assignee_id is None:
        task.assignee_id = None
    else:
        task.is_for_client = False
        _give(session, task, assignee_id)
    session.add(task)
    record(session, "task.assigned", task.id, engagement_id=task.engagement_id, assignee_id=assignee_id)
    return task


def complete_task(session: Session, task: Task, *, now: datetime) -> Task:
    """Mark a task as done; done already, it stays as it is."""
    if task.status == TaskStatus.COMPLETED:
        return task
    task.status, task.completed_at, task.completed_by = TaskStatus.COMPLETED, now, scope_of(session).actor
    session.add(task)
    record(session, "task.completed", task.id, engagement_id=task.engagement_id)
    return task


def reopen_task(session: Session, task: Task) -> Task:
    """Mark a task as not done after all."""
    if task.status == TaskStatus.OPEN:
        return task
    task.status, task.completed_at, task.completed_by = TaskStatus.OPEN, None, ""
    session.add(task)
    record(session, "task.reopened", task.id, engagement_id=task.engagement_id)
    return task


def move_task(
    session: Session, task: Task, group: TaskGroup, *, before_id: str | None = None, after_id: str | None = None
) -> Task:
    """Put a task into a column of its project: above `before_id`, below `after_id`, or at the end.

    A neighbour that has meanwhile left the column counts as not named, so several movers end with one order.
    Raises Refused for a column of another project.
    """
    board = get_board(session, group.board_id)
    if task.project_id is not None and board.project_id != task.project_id:
        raise Refused("A task moves between the columns of its own project.", field="group_id")
    # One mover at a time in a column, or two would take the same middle. SQLite has one writer anyway.
    session.exec(select(TaskGroup).where(TaskGroup.id == group.id).with_for_update()).one()
    others = [other for other in list_tasks_of_group(session, group.id) if other.id != task.id]
    index = _index(others, before_id, after_id)
    position = position_between(
        others[index - 1].position if index else None, others[index].position if index < len(others) else None
    )
    if position is None:
        position = _spread(session, others, index)
    task.project_id, task.board_id, task.group_id, task.position = board.project_id, board.id, group.id, position
    session.add(task)
    record(session, "task.moved", task.id, engagement_id=task.engagement_id)
    return task


def archive_task(session: Session, task: Task, *, now: datetime) -> Task:
    """Put a task away; its time and comments stay."""
    if task.archived_at is None:
        task.archived_at = now
        session.add(task)
        record(session, "task.archived", task.id, engagement_id=task.engagement_id)
    return task


def unarchive_task(session: Session, task: Task) -> Task:
    """Bring a task back to where it was, at the end of its column."""
    if task.archived_at is not None:
        task.archived_at = None
        session.add(task)
        record(session, "task.unarchived", task.id, engagement_id=task.engagement_id)
    return task


def _changed(session: Session, task: Task) -> Task:
    session.add(task)
    record(session, "task.changed", task.id, engagement_id=task.engagement_id)
    return task


def _place(session: Session, task: Task, group_id: str | None) -> None:
    """Find the board, project and engagement that a new task's place leads to, and its position at the end."""
    if group_id is not None:
        group = get_group(session, group_id)
        board = get_board(session, group.board_id)
        task.group_id, task.board_id, task.project_id = group.id, board.id, board.project_id
        column = list_tasks_of_group(session, group.id)
        task.position = position_between(column[-1].position if column else None, None) or 0.0
    if task.project_id is not None:
        task.engagement_id = _project(session, task.project_id).engagement_id
    elif task.engagement_id is not None and session.get(Engagement, task.engagement_id) is None:
        raise Invalid("There is no such engagement.", field="engagement_id")


def _project(session: Session, project_id: str) -> Project:
    project = session.get(Project, project_id)
    if project is None:
        raise Invalid("There is no such project.", field="project_id")
    if project.archived_at is not None:
        raise Refused("This project is archived. Bring it back before adding tasks to it.")
    return project


def _give(session: Session, task: Task, assignee_id: str) -> None:
    people = {person.id: person for person in list_assignable(session, task.engagement_id, task.project_id)}
    person = people.get(assignee_id)
    if person is None:
        raise Invalid("This person can be given no task here.", field="assignee_id")
    task.assignee_id = assignee_id
    if isinstance(person, Contact):
        task.is_for_client = task.is_shared = True


def _index(column: Sequence[Task], before_id: str | None, after_id: str | None) -> int:
    ids = [task.id for task in column]
    if before_id in ids:
        return ids.index(str(before_id))
    if after_id in ids:
        return ids.index(str(after_id)) + 1
    return len(ids)


def _spread(session: Session, column: Sequence[Task], gap: int) -> float:
    """Space a column anew with a gap at an index, and give the gap's position.

    Straight to the database: a new spacing is no change of the tasks, so it must not raise their versions.
    """
    positions = spaced_positions(len(column) + 1)
    kept = positions.pop(gap)
    for task, position in zip(column, positions, strict=True):
        session.exec(
            update(Task).where(col(Task.id) == task.id).values(position=position).execution_options(synchronize_session=False)
        )
    for task in column:
        session.expire(task, ["position"])
    return kept
