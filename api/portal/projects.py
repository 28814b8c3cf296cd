"""The client's half of their projects: what is shared, what is theirs to do, what was said to them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.cards import Card, Said, cards_of, files_of, talk_about
from api.deps import Call, Read, Slow, Write
from api.files import Posted, file_response, keep_upload
from api.render import portal_page, redirect
from api.routing import Router
from models.commands.comments import add_comment
from models.commands.files import add_file
from models.commands.notifications import notify_responsible
from models.commands.tasks import complete_task, reopen_task, tick_item
from models.queries.engagements import get_engagement
from models.queries.portal_projects import (
    get_client_file,
    get_client_project,
    get_client_task,
    list_client_projects,
    list_client_tasks,
    may_complete,
)
from models.rules.dates import local_date
from models.rules.projects import progress_of
from models.tables.files import File
from models.tables.projects import Project
from models.tables.tasks import Task
from models.types.errors import Forbidden, Invalid
from models.types.principals import Door
from models.types.projects import Progress
from models.types.tasks import TaskStatus

router = Router("projects", Door.PORTAL)


@dataclass(frozen=True, slots=True)
class ClientProject:
    """A project as its client sees it. progress: over the shared tasks alone."""

    id: str
    name: str
    status: str
    progress: Progress
    yours: int
    """Open tasks that wait for the client."""


@dataclass(frozen=True, slots=True)
class ClientProjectsPage:
    """`portal/projects/index.html`."""

    projects: list[ClientProject]


@dataclass(frozen=True, slots=True)
class ClientProjectPage:
    """`portal/projects/show.html`."""

    project: ClientProject
    yours: list[Card]
    ours: list[Card]
    done: list[Card]


@dataclass(frozen=True, slots=True)
class ClientTaskPage:
    """`portal/projects/task.html`."""

    task: Task
    card: Card
    project: Project | None
    is_yours: bool
    talk: list[Said]
    files: list[File]


@router.get("/portal/projects")
def index(call: Read) -> Response:
    """My projects with this studio."""
    projects = [_client_project(call, project) for project in list_client_projects(call.session, call.principal.id)]
    return portal_page(call, "portal/projects/index.html", ClientProjectsPage(projects=projects), place="projects")


@router.get("/portal/projects/{project_id}")
def show(project_id: str, call: Read) -> Response:
    """One project: progress, what is mine to do, what the studio does."""
    project = get_client_project(call.session, project_id, call.principal.id)
    tasks = list_client_tasks(call.session, [project.id])
    cards = {card.id: card for card in _cards(call, tasks)}
    mine = {task.id for task in tasks if may_complete(task, call.principal.id)}
    page = ClientProjectPage(
        project=_client_project(call, project),
        yours=[card for card in cards.values() if card.id in mine and not card.is_done],
        ours=[card for card in cards.values() if card.id not in mine and not card.is_done],
        done=[card for card in cards.values() if card.is_done],
    )
    return portal_page(call, "portal/projects/show.html", page, place="projects")


@router.get("/portal/tasks/{task_id}")
def show_task(task_id: str, call: Read) -> Response:
    """One task: its words, its files, what was said to the client."""
    task = get_client_task(call.session, task_id, call.principal.id)
    project = get_client_project(call.session, task.project_id, call.principal.id) if task.project_id else None
    page = ClientTaskPage(
        task=task,
        card=_cards(call, [task])[0],
        project=project,
        is_yours=may_complete(task, call.principal.id),
        talk=talk_about(call.session, task.id, only_shared=True),
        files=files_of(call.session, task.id, only_shared=True),
    )
    return portal_page(call, "portal/projects/task.html", page, place="projects")


@router.post("/portal/tasks/{task_id}/completion")
def create_completion(task_id: str, call: Write) -> Response:
    """My task is done."""
    task = _own(call, task_id)
    if task.status == TaskStatus.OPEN:
        complete_task(call.session, task, now=call.now)
        _tell(call, task, f"{call.principal.name} finished “{task.title}”.", key=f"{task.id}:done:{call.now.isoformat()}")
    return redirect(call, f"/portal/tasks/{task.id}", flash="Thank you. We have been told.")


@router.post("/portal/tasks/{task_id}/reopening")
def create_reopening(task_id: str, call: Write) -> Response:
    """My task is not done after all."""
    task = reopen_task(call.session, _own(call, task_id))
    return redirect(call, f"/portal/tasks/{task.id}", flash="The task is open again.")


@router.post("/portal/tasks/{task_id}/checklist/{index}")
def update_item(task_id: str, index: int, call: Write, is_done: Annotated[bool, Form()] = False) -> Response:
    """Tick an item of my task's list, or untick it."""
    task = tick_item(call.session, _own(call, task_id), index, is_done=is_done)
    return redirect(call, f"/portal/tasks/{task.id}#checklist")


@router.post("/portal/tasks/{task_id}/comments")
def create_comment(task_id: str, call: Write, body: Annotated[str, Form()] = "") -> Response:
    """Say something to the studio."""
    task = get_client_task(call.session, task_id, call.principal.id)
    comment = add_comment(
        call.session,
        subject_kind="task",
        subject_id=task.id,
        body=body,
        is_shared=True,
        engagement_id=task.engagement_id,
    )
    _tell(call, task, f"{call.principal.name} wrote about “{task.title}”.", key=comment.id)
    return redirect(call, f"/portal/tasks/{task.id}#talk", flash="Sent")


@router.post("/portal/tasks/{task_id}/files")
def create_file(task_id: str, call: Slow, posted: Posted) -> Response:
    """Hand files in."""
    with call.open(writes=False):
        task = get_client_task(call.session, task_id, call.principal.id)
        workspace_id = call.workspace.id
    if not posted.files.get("file"):
        raise Invalid("Choose a file first.", field="file")
    uploads = [keep_upload(call.settings, workspace_id, file) for file in posted.files["file"]]
    with call.open(writes=True):
        for upload in uploads:
            file = add_file(
                call.session,
                upload,
                uploaded_by=call.actor,
                subject_kind="task",
                subject_id=task.id,
                engagement_id=task.engagement_id,
                contact_id=call.principal.id,
                is_shared=True,
            )
            _tell(call, task, f"{call.principal.name} sent “{file.filename}” for “{task.title}”.", key=file.id)
        return redirect(call, f"/portal/tasks/{task.id}#files", flash="Thank you, your files have arrived.")


@router.get("/portal/tasks/{task_id}/files/{file_id}")
def show_file(task_id: str, file_id: str, call: Read) -> Response:
    """A shared file of a task that I see."""
    task = get_client_task(call.session, task_id, call.principal.id)
    return file_response(call, get_client_file(call.session, task, file_id))


def _own(call: Call, task_id: str) -> Task:
    task = get_client_task(call.session, task_id, call.principal.id)
    if not may_complete(task, call.principal.id):
        raise Forbidden("This task is ours to do. Write to us below it if something is missing.")
    return task


def _cards(call: Call, tasks: list[Task]) -> list[Card]:
    today = local_date(call.now, call.workspace.timezone)
    return cards_of(call.session, tasks, today=today, only_shared=True)


def _client_project(call: Call, project: Project) -> ClientProject:
    tasks = list_client_tasks(call.session, [project.id])
    open_tasks = [task for task in tasks if task.status == TaskStatus.OPEN]
    return ClientProject(
        id=project.id,
        name=project.name,
        status=project.status,
        progress=progress_of(task.status == TaskStatus.COMPLETED for task in tasks),
        yours=sum(may_complete(task, call.principal.id) for task in open_tasks),
    )


def _tell(call: Call, task: Task, text: str, *, key: str) -> None:
    """Tell the member whose task it is, else the one responsible for the engagement."""
    engagement = get_engagement(call.session, task.engagement_id) if task.engagement_id else None
    responsible = engagement.owner_id if engagement else None
    if task.assignee_id and task.assignee_id != call.principal.id:
        responsible = task.assignee_id
    notify_responsible(
        call.session,
        responsible,
        text,
        href=f"/tasks/{task.id}",
        key=key,
        engagement_id=task.engagement_id,
    )
