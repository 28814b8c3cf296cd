"""Projects: started whole from a template, exactly one per accepted proposal, and moved in time."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.commands.engagements import change_status
from models.commands.events import record
from models.commands.project_trees import grow_tree
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.holidays import list_holidays
from models.queries.projects import find_project_of_proposal
from models.rules.projects import MAX_DUE_IN_DAYS, moved_due_on, read_structure
from models.tables.engagements import Engagement
from models.tables.projects import Project, ProjectPerson, ProjectTemplate
from models.tables.tasks import Task
from models.tables.workspaces import Workspace
from models.types.engagements import EngagementStatus
from models.types.errors import Invalid, NotFound
from models.types.projects import BoardPlan, GroupPlan, MovedDate, ProjectRole, ProjectStatus
from models.types.tasks import TaskStatus

_PLAIN = (BoardPlan("Board", groups=(GroupPlan("To do"), GroupPlan("Doing"), GroupPlan("Done"))),)
"""What a project without a template begins with."""
_BEFORE_WORK = (EngagementStatus.LEAD, EngagementStatus.PROPOSED, EngagementStatus.CONTRACTED)


def start_project(
    session: Session,
    *,
    engagement: Engagement,
    template: ProjectTemplate | None,
    proposal_id: str | None,
    anchor: date,
    name: str,
    now: datetime,
    people: Mapping[str, str] | None = None,
) -> Project:
    """Begin a project with its whole tree of boards, columns and tasks, in this one transaction.

    A proposal has one project: asked again, the one that is there is the answer, untouched. anchor: the day from which the
    template's due dates count, in working days of the studio's region. people: role to member or contact id, where the
    template's roles shall mean somebody in particular. The engagement becomes active.
    Raises Invalid for a broken template or a project without a name; nothing is made then.
    """
    session.exec(select(Engagement).where(Engagement.id == engagement.id).with_for_update()).one()
    known = find_project_of_proposal(session, proposal_id) if proposal_id else None
    if known is not None:
        return known
    boards = read_structure(template.structure) if template else _PLAIN
    project = Project(
        id=new_id("prj"),
        workspace_id=workspace_id_of(session),
        engagement_id=engagement.id,
        proposal_id=proposal_id,
        template_id=template.id if template else None,
        name=_named(name),
        starts_on=anchor,
        currency=engagement.currency,
    )
    session.add(project)
    session.flush()
    _invite(session, project, engagement)
    project.due_on = grow_tree(session, project, boards, engagement, holidays=_holidays(session, anchor), people=people or {})
    record(session, "project.started", project.id, engagement_id=engagement.id, contact_id=engagement.contact_id)
    if engagement.status in _BEFORE_WORK:
        change_status(session, engagement, EngagementStatus.ACTIVE, now=now)
    return project


def change_project(
    session: Session,
    project: Project,
    *,
    name: str | None = None,
    due_on: date | None = None,
    budget_minor: int | None = None,
    budget_seconds: int | None = None,
    rate_minor_per_hour: int | None = None,
) -> Project:
    """Change what a project is called and may cost; what is None stays. Time recorded before keeps its rate."""
    if name is not None:
        project.name = _named(name)
    changes = {
        "due_on": due_on,
        "budget_minor": budget_minor,
        "budget_seconds": budget_seconds,
        "rate_minor_per_hour": rate_minor_per_hour,
    }
    for field, value in changes.items():
        if value is not None:
            setattr(project, field, value)
    return _record(session, project, "changed")


def clear_project(session: Session, project: Project, fields: set[str]) -> Project:
    """Empty some of `due_on`, `budget_minor`, `budget_seconds` and `rate_minor_per_hour`."""
    for field in fields & {"due_on", "budget_minor", "budget_seconds", "rate_minor_per_hour"}:
        setattr(project, field, None)
    return _record(session, project, "changed")


def preview_reanchoring(session: Session, project: Project, anchor: date) -> list[MovedDate]:
    """Which due dates would move, in their present order, if the project started on another day. Changes nothing.

    Open tasks only: what is done keeps the date it was done for.
    """
    tasks = session.exec(
        select(Task)
        .where(Task.project_id == project.id, Task.status == TaskStatus.OPEN)
        .where(col(Task.due_on).is_not(None), col(Task.archived_at).is_(None))
        .order_by(col(Task.due_on), col(Task.id))
    ).all()
    before = project.starts_on or anchor
    holidays = _holidays(session, min(before, anchor))
    moves: list[MovedDate] = []
    for task in tasks:
        moved_to = moved_due_on(task.due_on, before, anchor, holidays) if task.due_on else None
        if task.due_on and moved_to and moved_to != task.due_on:
            moves.append(MovedDate(task.id, task.title, task.due_on, moved_to))
    return moves


def reanchor_project(session: Session, project: Project, anchor: date) -> list[MovedDate]:
    """Let a project start on another day; the due dates of its open tasks move as many working days. The moves are returned."""
    moves = preview_reanchoring(session, project, anchor)
    for move in moves:
        session.get_one(Task, move.task_id).due_on = move.moved_to
    if project.due_on and project.starts_on:
        project.due_on = moved_due_on(
            project.due_on, project.starts_on, anchor, _holidays(session, min(project.starts_on, anchor))
        )
    project.starts_on = anchor
    _record(session, project, "reanchored")
    return moves


def complete_project(session: Session, project: Project) -> Project:
    """Mark a project as completed; open tasks stay open. Completed already, it stays as it is."""
    if project.status == ProjectStatus.COMPLETED:
        return project
    project.status = ProjectStatus.COMPLETED
    return _record(session, project, "completed")


def reopen_project(session: Session, project: Project) -> Project:
    """Take a project up again."""
    if project.status == ProjectStatus.ACTIVE:
        return project
    project.status = ProjectStatus.ACTIVE
    return _record(session, project, "reopened")


def archive_project(session: Session, project: Project, *, now: datetime) -> Project:
    """Put a project away: off the lists, closed to timers and new tasks. Its time can still be billed."""
    if project.archived_at is not None:
        return project
    project.archived_at, project.status = now, ProjectStatus.ARCHIVED
    return _record(session, project, "archived")


def unarchive_project(session: Session, project: Project) -> Project:
    """Bring a project back, as an active one."""
    if project.archived_at is None:
        return project
    project.archived_at, project.status = None, ProjectStatus.ACTIVE
    return _record(session, project, "unarchived")


def set_role(session: Session, project: Project, person_id: str, role: ProjectRole) -> ProjectPerson:
    """Give a member or contact a role in a project, instead of the one they had."""
    person = session.exec(
        select(ProjectPerson).where(ProjectPerson.project_id == project.id, ProjectPerson.person_id == person_id)
    ).one_or_none()
    if person is None:
        person = ProjectPerson(
            id=new_id("ppl"), workspace_id=workspace_id_of(session), project_id=project.id, person_id=person_id
        )
    person.role = role
    session.add(person)
    session.flush()
    return person


def _invite(session: Session, project: Project, engagement: Engagement) -> None:
    """The engagement's owner leads; its contact is the client's owner."""
    if engagement.owner_id:
        set_role(session, project, engagement.owner_id, ProjectRole.LEAD)
    set_role(session, project, engagement.contact_id, ProjectRole.CLIENT_OWNER)


def _record(session: Session, project: Project, verb: str) -> Project:
    session.add(project)
    record(session, f"project.{verb}", project.id, engagement_id=project.engagement_id)
    return project


def _holidays(session: Session, first: date) -> frozenset[date]:
    workspace = session.get(Workspace, workspace_id_of(session))
    if workspace is None:
        raise NotFound("There is no such workspace.")
    furthest = date(min(first.year + MAX_DUE_IN_DAYS // 200, date.max.year), 1, 1)
    return list_holidays(workspace, date(first.year - 1, 1, 1), furthest)


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("Give the project a name.", field="name")
    return name.strip()
