"""Projects: the list, the board, the list of tasks, the details."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response
from sqlmodel import col

from api.attempts import attempt
from api.automation_users import used_by_words
from api.cards import Card, Column, cards_of, columns_of
from api.deps import Call, Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.projects import start_project
from models.commands.tasks import create_task
from models.queries.automation_authors import find_authors
from models.queries.engagements import get_engagement, select_engagements
from models.queries.people import names_of_people
from models.queries.projects import (
    get_project,
    get_project_template,
    progress_of_projects,
    project_templates_matching,
    projects_matching,
)
from models.queries.tasks import list_assignable, list_boards, list_groups, list_tasks
from models.rules.dates import local_date
from models.tables.engagements import Engagement
from models.tables.projects import Project, ProjectTemplate
from models.tables.tasks import TaskBoard
from models.types.automation_authors import Authors
from models.types.errors import Invalid
from models.types.principals import Door
from models.types.projects import Progress, ProjectStatus
from models.types.tasks import TaskDraft, TaskFilter

router = Router("projects", Door.MEMBER, prefix="")

_PAGE = 50


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in the list."""

    project: Project
    client: str
    engagement: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """`projects/index.html`."""

    rows: list[ProjectRow]
    q: str
    wanted: str
    next_href: str | None


@dataclass(frozen=True, slots=True)
class NewProjectPage:
    """`projects/new.html`."""

    engagements: list[tuple[str, str]]
    templates: list[tuple[str, str]]
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """What stands above every view of a project."""

    project: Project
    authors: Authors
    engagement: Engagement
    client: str
    progress: Progress
    view: str
    used_by: str
    """The automations that would miss it, as a sentence."""


@dataclass(frozen=True, slots=True)
class BoardPage:
    """`projects/board.html`."""

    head: ProjectHead
    boards: list[TaskBoard]
    board: TaskBoard | None
    columns: list[Column]
    people: list[tuple[str, str]]
    used_by: dict[str, str]
    """The board or a column of it to the automations that would miss it, as a sentence."""


@dataclass(frozen=True, slots=True)
class TaskListPage:
    """`projects/tasks.html`."""

    head: ProjectHead
    cards: list[Card]
    columns: dict[str, str]
    shown: str


@router.get("/projects")
def index(
    call: Read,
    q: Annotated[str, Query(max_length=200)] = "",
    status: Annotated[str, Query(max_length=20)] = ProjectStatus.ACTIVE,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """All projects, the newest first."""
    statement = projects_matching(status=status or None, q=q.strip() or None, is_archived=status == ProjectStatus.ARCHIVED)
    if cursor:
        statement = statement.where(col(Project.id) < cursor)
    projects = list(call.session.exec(statement.order_by(col(Project.id).desc()).limit(_PAGE + 1)).all())
    shown = projects[:_PAGE]
    more = f"/projects?status={status}&q={q}&cursor={shown[-1].id}" if len(projects) > _PAGE else None
    page = ProjectsPage(rows=_rows(call, shown), q=q, wanted=status, next_href=more)
    return member_page(call, "projects/index.html", page, nav="projects")


@router.get("/projects/new")
def new(call: Read, engagement_id: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The form for a project that no proposal started."""
    values = {"engagement_id": engagement_id, "starts_on": local_date(call.now, call.workspace.timezone).isoformat()}
    return member_page(call, "projects/new.html", _new_page(call, values), nav="projects")


@router.post("/projects")
def create(
    call: Write,
    engagement_id: Annotated[str, Form()] = "",
    template_id: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    starts_on: Annotated[str, Form()] = "",
) -> Response:
    """Start a project by hand."""
    made: list[Project] = []

    def start() -> None:
        if not engagement_id:
            raise Invalid("Choose the engagement that the work belongs to.", field="engagement_id")
        made.append(
            start_project(
                call.session,
                engagement=get_engagement(call.session, engagement_id),
                template=get_project_template(call.session, template_id) if template_id else None,
                proposal_id=None,
                anchor=day_of(starts_on, "starts_on") or local_date(call.now, call.workspace.timezone),
                name=name,
                now=call.now,
            )
        )

    errors = attempt(call, start)
    if errors:
        values = {"engagement_id": engagement_id, "template_id": template_id, "name": name, "starts_on": starts_on}
        return member_page(call, "projects/new.html", _new_page(call, values, errors), nav="projects", status=422)
    return redirect(call, f"/projects/{made[0].id}", flash="The project has begun.")


@router.get("/projects/{project_id}")
def show(project_id: str, call: Read, board: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """A board of the project: the one asked for, else the first."""
    project = get_project(call.session, project_id)
    boards = list_boards(call.session, project.id)
    shown = next((one for one in boards if one.id == board), boards[0] if boards else None)
    columns = columns_of(call.session, list_groups(call.session, [shown.id]), today=today_of(call)) if shown else []
    people = [(person.id, person.name) for person in list_assignable(call.session, project.engagement_id, project.id)]
    parts = [shown.id, *(column.id for column in columns)] if shown else []
    page = BoardPage(
        head=head_of(call, project, "board"),
        boards=boards,
        board=shown,
        columns=columns,
        people=people,
        used_by={part: used_by_words(call, part) for part in parts},
    )
    return member_page(call, "projects/board.html", page, nav="projects")


@router.get("/projects/{project_id}/tasks")
def show_tasks(project_id: str, call: Read, status: Annotated[str, Query(max_length=20)] = "open") -> Response:
    """The project's tasks as a list, by due date."""
    project = get_project(call.session, project_id)
    tasks = list_tasks(call.session, TaskFilter(project_id=project.id, status=status or None))
    boards = list_boards(call.session, project.id)
    groups = list_groups(call.session, [board.id for board in boards])
    page = TaskListPage(
        head=head_of(call, project, "tasks"),
        cards=cards_of(call.session, tasks, today=today_of(call)),
        columns={group.id: group.name for group in groups},
        shown=status,
    )
    return member_page(call, "projects/tasks.html", page, nav="projects")


@router.post("/projects/{project_id}/tasks")
def add_task(
    project_id: str,
    call: Write,
    title: Annotated[str, Form()] = "",
    group_id: Annotated[str, Form()] = "",
    assignee_id: Annotated[str, Form()] = "",
    due_on: Annotated[str, Form()] = "",
) -> Response:
    """Add a task to a column of the project; private until it is shared."""
    project = get_project(call.session, project_id)
    task = create_task(
        call.session,
        TaskDraft(
            title=title,
            project_id=project.id,
            group_id=group_id or None,
            assignee_id=assignee_id or None,
            due_on=day_of(due_on, "due_on"),
        ),
    )
    return redirect(call, board_path(project.id, task.board_id, task.id), flash="Task added")


def board_path(project_id: str, board_id: str | None, task_id: str) -> str:
    """Where a task stands on its board."""
    board = f"?board={board_id}" if board_id else ""
    return f"/projects/{project_id}{board}#{task_id}"


def head_of(call: Call, project: Project, view: str) -> ProjectHead:
    """What stands above a view of a project. view: board, tasks, time or details."""
    engagement = get_engagement(call.session, project.engagement_id)
    progress = progress_of_projects(call.session, [project.id]).get(project.id, Progress(0, 0))
    client = names_of_people(call.session, [engagement.contact_id]).get(engagement.contact_id, "")
    authors = find_authors(call.session, project.id)
    return ProjectHead(
        project=project,
        authors=authors,
        engagement=engagement,
        client=client,
        progress=progress,
        view=view,
        used_by=used_by_words(call, project.id),
    )


def today_of(call: Call) -> date:
    """Today at the studio."""
    return local_date(call.now, call.workspace.timezone)


def day_of(text: str, name: str) -> date | None:
    """The day that a date field holds; None when it is empty. Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("This is not a date. Write it as 2026-12-31.", field=name) from None


def _rows(call: Call, projects: list[Project]) -> list[ProjectRow]:
    progress = progress_of_projects(call.session, [project.id for project in projects])
    engagements = {project.engagement_id: get_engagement(call.session, project.engagement_id) for project in projects}
    clients = names_of_people(call.session, [engagement.contact_id for engagement in engagements.values()])
    return [
        ProjectRow(
            project=project,
            client=clients.get(engagements[project.engagement_id].contact_id, ""),
            engagement=engagements[project.engagement_id].title,
            progress=progress.get(project.id, Progress(0, 0)),
        )
        for project in projects
    ]


def _new_page(call: Call, values: dict[str, str], errors: dict[str, str] | None = None) -> NewProjectPage:
    engagements = call.session.exec(select_engagements(status="live").order_by(col(Engagement.id).desc()).limit(200)).all()
    templates = call.session.exec(project_templates_matching().order_by(col(ProjectTemplate.name))).all()
    return NewProjectPage(
        engagements=[(engagement.id, engagement.title) for engagement in engagements],
        templates=[(template.id, template.name) for template in templates],
        values=values,
        errors=errors or {},
    )
