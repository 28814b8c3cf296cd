"""Reading projects, their people and their templates."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, case, col, func, select

from models.db import workspace_id_of
from models.tables.projects import Project, ProjectPerson, ProjectTemplate
from models.tables.tasks import Task
from models.types.errors import NotFound
from models.types.projects import Progress
from models.types.tasks import TaskStatus


def get_project(session: Session, project_id: str) -> Project:
    """One project. Raises NotFound."""
    project = session.get(Project, project_id)
    if project is None or project.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such project.")
    return project


def find_project_of_proposal(session: Session, proposal_id: str) -> Project | None:
    """The one project of an accepted proposal, or None."""
    return session.exec(select(Project).where(Project.proposal_id == proposal_id)).one_or_none()


def projects_matching(
    *, status: str | None = None, engagement_id: str | None = None, q: str | None = None, is_archived: bool = False
) -> Any:
    """A select of the projects that fit, in no order."""
    archived = col(Project.archived_at)
    statement = select(Project).where(archived.is_not(None) if is_archived else archived.is_(None))
    if status is not None:
        statement = statement.where(Project.status == status)
    if engagement_id is not None:
        statement = statement.where(Project.engagement_id == engagement_id)
    if q:
        statement = statement.where(col(Project.name).icontains(q, autoescape=True))
    return statement


def list_people(session: Session, project_id: str) -> list[ProjectPerson]:
    """Who has a role in a project, the first to get one first."""
    return list(
        session.exec(select(ProjectPerson).where(ProjectPerson.project_id == project_id).order_by(col(ProjectPerson.id))).all()
    )


def progress_of_projects(session: Session, project_ids: Sequence[str]) -> dict[str, Progress]:
    """How far each project is; one without tasks is left out."""
    done = func.sum(case((col(Task.status) == TaskStatus.COMPLETED, 1), else_=0))
    statement = select(Task.project_id, done, func.count()).where(
        col(Task.project_id).in_(project_ids), col(Task.archived_at).is_(None)
    )
    rows = session.exec(statement.group_by(col(Task.project_id))).all()
    return {project_id: Progress(int(completed), total) for project_id, completed, total in rows if project_id}


def get_project_template(session: Session, template_id: str) -> ProjectTemplate:
    """One template. Raises NotFound."""
    template = session.get(ProjectTemplate, template_id)
    if template is None or template.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such project template.")
    return template


def project_templates_matching(*, q: str | None = None, is_archived: bool = False) -> Any:
    """A select of the templates that fit, in no order."""
    archived = col(ProjectTemplate.archived_at)
    statement = select(ProjectTemplate).where(archived.is_not(None) if is_archived else archived.is_(None))
    return statement.where(col(ProjectTemplate.name).icontains(q, autoescape=True)) if q else statement
