"""What a client sees of the work: their own engagements' projects, shared boards, shared tasks, shared words and files.

Everything is private unless somebody shared it. What a client may not see does not exist for them: NotFound, never Forbidden.
"""

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from models.rules.tasks import is_visible_to_client
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.projects import Project, ProjectPerson
from models.tables.tasks import Task, TaskBoard
from models.types.errors import NotFound


def list_client_projects(session: Session, contact_id: str) -> list[Project]:
    """The live projects of a client, the newest first: of their engagements, or in which they have a role.

    Archiving an engagement takes its projects out of the client's sight.
    """
    roles = select(ProjectPerson.project_id).where(ProjectPerson.person_id == contact_id)
    engagements = select(Engagement.id).where(Engagement.contact_id == contact_id)
    statement = select(Project).where(
        or_(col(Project.engagement_id).in_(engagements), col(Project.id).in_(roles)),
        col(Project.archived_at).is_(None),
        col(Project.engagement_id).not_in(select(Engagement.id).where(col(Engagement.archived_at).is_not(None))),
    )
    return list(session.exec(statement.order_by(col(Project.id).desc())).all())


def get_client_project(session: Session, project_id: str, contact_id: str) -> Project:
    """One project of a client. Raises NotFound for everybody else's."""
    project = next((one for one in list_client_projects(session, contact_id) if one.id == project_id), None)
    if project is None:
        raise NotFound("There is no such project.")
    return project


def list_client_tasks(session: Session, project_ids: Sequence[str]) -> list[Task]:
    """The tasks of projects that are on the client's side, in the order of their boards."""
    tasks = session.exec(
        select(Task)
        .where(col(Task.project_id).in_(project_ids), col(Task.archived_at).is_(None))
        .order_by(col(Task.due_on).is_(None), col(Task.due_on), col(Task.position), col(Task.id))
    ).all()
    return [task for task in tasks if is_task_visible(session, task)]


def get_client_task(session: Session, task_id: str, contact_id: str) -> Task:
    """One task on a client's side, of their own work. Raises NotFound for every other one."""
    task = session.exec(select(Task).where(Task.id == task_id, col(Task.archived_at).is_(None))).one_or_none()
    if task is None or not is_task_visible(session, task) or not _is_theirs(session, task, contact_id):
        raise NotFound("There is no such task.")
    return task


def get_client_file(session: Session, task: Task, file_id: str) -> File:
    """A shared file of a task that the client was found to see. Raises NotFound for one that is not shared."""
    file = session.exec(select(File).where(File.id == file_id, File.subject_id == task.id)).one_or_none()
    if file is None or not file.is_shared or file.archived_at is not None:
        raise NotFound("There is no such file.")
    return file


def is_task_visible(session: Session, task: Task) -> bool:
    """Whether the client of a task's engagement sees it."""
    board = session.get(TaskBoard, task.board_id) if task.board_id else None
    return is_visible_to_client(
        is_shared=task.is_shared, is_for_client=task.is_for_client, is_board_shared=board.is_shared if board else None
    )


def may_complete(task: Task, contact_id: str) -> bool:
    """Whether a client who sees a task may mark it as done: it is theirs to do."""
    return task.is_for_client or task.assignee_id == contact_id


def _is_theirs(session: Session, task: Task, contact_id: str) -> bool:
    if task.project_id is not None:
        return any(project.id == task.project_id for project in list_client_projects(session, contact_id))
    engagement = session.get(Engagement, task.engagement_id) if task.engagement_id else None
    return engagement is not None and engagement.contact_id == contact_id
