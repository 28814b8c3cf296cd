"""Growing a project's boards, columns and tasks out of a template's plans."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from models.ids import new_id
from models.rules.projects import due_on
from models.rules.tasks import new_checklist, spaced_positions
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.tables.projects import Project, ProjectPerson
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.types.projects import BoardPlan, GroupPlan, ProjectRole, TaskPlan

_LEAD = frozenset({"lead", "owner", "project lead"})
_CLIENT = frozenset({"client", "customer"})


def grow_tree(
    session: Session,
    project: Project,
    boards: Sequence[BoardPlan],
    engagement: Engagement,
    *,
    holidays: Collection[date],
    people: Mapping[str, str],
) -> date | None:
    """Make all boards, columns and tasks of the plans; the latest due date among them, or None.

    people: role to person id; a role that it lacks is looked for among the members. A task whose role nobody has is
    made all the same, and given to nobody.
    """
    members = session.exec(select(Member).where(col(Member.archived_at).is_(None)).order_by(col(Member.id))).all()
    cast = {role.strip().lower(): person_id for role, person_id in people.items()}
    made: list[Task] = []
    for place, plan in enumerate(boards):
        board = TaskBoard(
            id=new_id("brd"),
            workspace_id=project.workspace_id,
            project_id=project.id,
            name=plan.name,
            position=place,
            is_shared=plan.is_shared,
        )
        session.add(board)
        session.flush()
        for at, group in enumerate(plan.groups):
            made += _grow_group(session, project, board, group, at, holidays)
    for task, plan_of_task in zip(made, _tasks(boards), strict=True):
        task.assignee_id = _person(plan_of_task, cast, members, engagement)
    session.add_all(made)
    session.flush()
    _note_members(session, project, made, {member.id for member in members})
    return max((task.due_on for task in made if task.due_on), default=None)


def _grow_group(
    session: Session, project: Project, board: TaskBoard, plan: GroupPlan, position: int, holidays: Collection[date]
) -> list[Task]:
    group = TaskGroup(id=new_id("grp"), workspace_id=project.workspace_id, board_id=board.id, name=plan.name, position=position)
    session.add(group)
    session.flush()
    anchor = project.starts_on
    return [
        Task(
            id=new_id("tsk"),
            workspace_id=project.workspace_id,
            engagement_id=project.engagement_id,
            project_id=project.id,
            board_id=board.id,
            group_id=group.id,
            title=task.title,
            description=task.description,
            position=place,
            due_on=due_on(anchor, task.due_in_days, holidays) if anchor else None,
            is_shared=task.is_shared or _is_for_client(task),
            is_for_client=_is_for_client(task),
            checklist=new_checklist(task.checklist),
        )
        for task, place in zip(plan.tasks, spaced_positions(len(plan.tasks)), strict=True)
    ]


def _tasks(boards: Sequence[BoardPlan]) -> list[TaskPlan]:
    return [task for board in boards for group in board.groups for task in group.tasks]


def _is_for_client(task: TaskPlan) -> bool:
    return task.for_client or task.role.lower() in _CLIENT


def _person(task: TaskPlan, cast: Mapping[str, str], members: Sequence[Member], engagement: Engagement) -> str | None:
    role = task.role.lower()
    if role in cast:
        return cast[role]
    if _is_for_client(task):
        return engagement.contact_id
    if role in _LEAD:
        return engagement.owner_id or next((member.id for member in members if member.role == "owner"), None)
    return next((member.id for member in members if role and role in (member.title.lower(), member.name.lower())), None)


def _note_members(session: Session, project: Project, tasks: Sequence[Task], member_ids: set[str]) -> None:
    """Members who were given tasks belong to the project."""
    there = set(session.exec(select(ProjectPerson.person_id).where(ProjectPerson.project_id == project.id)).all())
    for person_id in sorted({task.assignee_id for task in tasks if task.assignee_id} & member_ids - there):
        session.add(
            ProjectPerson(
                id=new_id("ppl"),
                workspace_id=project.workspace_id,
                project_id=project.id,
                person_id=person_id,
                role=ProjectRole.MEMBER,
            )
        )
    session.flush()
