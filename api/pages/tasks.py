"""Tasks: mine, one, its moves, and what is done to it. Comments, files and time stand in task_talk.py."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response

from api.attempts import attempt
from api.cards import Card, Said, cards_of, files_of, talk_about
from api.deps import Call, Read, Write
from api.pages.projects import board_path, day_of, today_of
from api.render import member_page, redirect
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
    tick_item,
    unarchive_task,
)
from models.queries.automation_authors import find_authors
from models.queries.engagements import get_engagement
from models.queries.people import names_of_people
from models.queries.portal_projects import is_task_visible
from models.queries.projects import get_project
from models.queries.tasks import get_group, get_task, list_assignable, list_boards, list_groups, list_tasks, list_tasks_of_group
from models.queries.time_entries import find_running_entry
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.types.automation_authors import Authors
from models.types.errors import Conflict
from models.types.principals import Door
from models.types.tasks import TaskDraft, TaskFilter

router = Router("tasks", Door.MEMBER, prefix="")


@dataclass(frozen=True, slots=True)
class TasksPage:
    """`tasks/index.html`."""

    cards: list[Card]
    projects: dict[str, tuple[str, str]]
    """Task id to the project's id and name."""
    whose: str
    status: str
    me: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """`tasks/show.html`."""

    task: Task
    authors: Authors
    card: Card
    project: Project | None
    engagement: Engagement | None
    client: str
    is_visible: bool
    """Whether the client sees it: shared, on a shared board, or theirs to do."""
    column: str
    columns: list[tuple[str, str]]
    people: list[tuple[str, str]]
    talk: list[Said]
    files: list[File]
    running: TimeEntry | None
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/tasks")
def index(
    call: Read,
    whose: Annotated[str, Query(max_length=64)] = "me",
    status: Annotated[str, Query(max_length=20)] = "open",
) -> Response:
    """My tasks over all projects, or everybody's, by due date."""
    assignee_id = call.principal.id if whose == "me" else None
    tasks = list_tasks(call.session, TaskFilter(assignee_id=assignee_id, status=status or None))[:300]
    projects = {task.project_id: get_project(call.session, task.project_id) for task in tasks if task.project_id}
    page = TasksPage(
        cards=cards_of(call.session, tasks, today=today_of(call)),
        projects={task.id: (task.project_id, projects[task.project_id].name) for task in tasks if task.project_id},
        whose=whose,
        status=status,
        me=call.principal.id,
    )
    return member_page(call, "tasks/index.html", page, nav="projects")


@router.post("/tasks")
def create(call: Write, title: Annotated[str, Form()] = "", due_on: Annotated[str, Form()] = "") -> Response:
    """Add a task of my own, without a project."""
    draft = TaskDraft(title=title, assignee_id=call.principal.id, due_on=day_of(due_on, "due_on"))
    create_task(call.session, draft)
    return redirect(call, "/tasks", flash="Task added")


@router.get("/tasks/{task_id}")
def show(task_id: str, call: Read) -> Response:
    """One task with everything about it."""
    task = get_task(call.session, task_id)
    return member_page(call, "tasks/show.html", page_of_task(call, task), nav="projects")


@router.post("/tasks/{task_id}")
def update(
    task_id: str,
    call: Write,
    title: Annotated[str, Form()] = "",
    description: Annotated[str, Form()] = "",
    assignee_id: Annotated[str, Form()] = "",
    due_on: Annotated[str, Form()] = "",
    checklist: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
) -> Response:
    """Change what the task says, who does it, and when."""
    task = get_task(call.session, task_id)
    if version and version != task.version:
        raise Conflict("Somebody else changed this task meanwhile. Go back, reload it and try again.")
    typed = {
        "title": title,
        "description": description,
        "assignee_id": assignee_id,
        "due_on": due_on,
        "checklist": checklist,
        "version": str(version),
    }

    def save() -> None:
        change_task(call.session, task, title=title, description=description, checklist=checklist.splitlines())
        set_due_date(call.session, task, day_of(due_on, "due_on"))
        assign_task(call.session, task, assignee_id or None)

    errors = attempt(call, save)
    if errors:
        page = page_of_task(call, task, typed, errors)
        return member_page(call, "tasks/show.html", page, nav="projects", status=422)
    return redirect(call, f"/tasks/{task.id}", flash="Saved")


@router.post("/tasks/{task_id}/sharing")
def update_sharing(
    task_id: str, call: Write, is_shared: Annotated[bool, Form()] = False, is_for_client: Annotated[bool, Form()] = False
) -> Response:
    """Show the task to the client, make it theirs to do, or make it private."""
    task = get_task(call.session, task_id)
    change_task(call.session, task, is_shared=is_shared, is_for_client=is_for_client)
    said = "The client sees this task now." if is_task_visible(call.session, task) else "The client does not see this task."
    return redirect(call, f"/tasks/{task.id}", flash=said)


@router.put("/tasks/{task_id}/position", status_code=204)
def drag(
    task_id: str,
    call: Write,
    group_id: Annotated[str, Form()],
    before_id: Annotated[str, Form()] = "",
) -> Response:
    """A card was dropped above another, or at the end of a column."""
    task, group = get_task(call.session, task_id), get_group(call.session, group_id)
    move_task(call.session, task, group, before_id=before_id or None)
    return Response(status_code=204)


@router.post("/tasks/{task_id}/position")
def move(task_id: str, call: Write, to: Annotated[str, Form()]) -> Response:
    """The keyboard's way: to the end of a column by its id, or one place `up` or `down`."""
    task = get_task(call.session, task_id)
    if to in ("up", "down"):
        _step(call, task, to)
    else:
        move_task(call.session, task, get_group(call.session, to))
    return redirect(call, board_path(task.project_id or "", task.board_id, task.id))


@router.post("/tasks/{task_id}/completion")
def create_completion(task_id: str, call: Write, back: Annotated[str, Form()] = "") -> Response:
    """The task is done."""
    task = complete_task(call.session, get_task(call.session, task_id), now=call.now)
    return redirect(call, _back(task, back), flash=f"“{task.title}” is done.")


@router.post("/tasks/{task_id}/reopening")
def create_reopening(task_id: str, call: Write, back: Annotated[str, Form()] = "") -> Response:
    """The task is not done after all."""
    task = reopen_task(call.session, get_task(call.session, task_id))
    return redirect(call, _back(task, back), flash=f"“{task.title}” is open again.")


@router.post("/tasks/{task_id}/checklist/{index}")
def update_item(task_id: str, index: int, call: Write, is_done: Annotated[bool, Form()] = False) -> Response:
    """Tick an item of the checklist, or untick it."""
    task = tick_item(call.session, get_task(call.session, task_id), index, is_done=is_done)
    return redirect(call, f"/tasks/{task.id}#checklist")


@router.post("/tasks/{task_id}/archive")
def create_archive(task_id: str, call: Write) -> Response:
    """Put the task away."""
    task = archive_task(call.session, get_task(call.session, task_id), now=call.now)
    path = board_path(task.project_id, task.board_id, "") if task.project_id else "/tasks"
    return redirect(call, path, flash=f"“{task.title}” is put away.")


@router.post("/tasks/{task_id}/unarchive")
def create_unarchive(task_id: str, call: Write) -> Response:
    """Bring the task back."""
    task = unarchive_task(call.session, get_task(call.session, task_id))
    return redirect(call, f"/tasks/{task.id}", flash="The task is back.")


def page_of_task(call: Call, task: Task, values: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> TaskPage:
    """The task's page. values: what was typed, when the form comes back with errors."""
    project = get_project(call.session, task.project_id) if task.project_id else None
    engagement = get_engagement(call.session, task.engagement_id) if task.engagement_id else None
    boards = {board.id: board.name for board in list_boards(call.session, project.id)} if project else {}
    groups = list_groups(call.session, list(boards))
    people = list_assignable(call.session, task.engagement_id, task.project_id)
    return TaskPage(
        task=task,
        authors=find_authors(call.session, task.id),
        card=cards_of(call.session, [task], today=today_of(call))[0],
        project=project,
        engagement=engagement,
        client=names_of_people(call.session, [engagement.contact_id]).get(engagement.contact_id, "") if engagement else "",
        is_visible=is_task_visible(call.session, task),
        column=next((group.name for group in groups if group.id == task.group_id), ""),
        columns=[
            (group.id, group.name if group.board_id == task.board_id else f"{boards[group.board_id]} · {group.name}")
            for group in sorted(groups, key=lambda group: group.board_id != task.board_id)
            if group.id != task.group_id
        ],
        people=[(one.id, one.name if isinstance(one, Member) else f"{one.name} (client)") for one in people],
        talk=talk_about(call.session, task.id),
        files=files_of(call.session, task.id),
        running=find_running_entry(call.session, call.principal.id),
        values=values or _values(task),
        errors=errors or {},
    )


def _values(task: Task) -> dict[str, str]:
    return {
        "title": task.title,
        "description": task.description,
        "assignee_id": task.assignee_id or "",
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "checklist": "\n".join(str(item["text"]) for item in task.checklist),
        "version": str(task.version),
    }


def _step(call: Call, task: Task, to: str) -> None:
    if task.group_id is None:
        return
    ids = [one.id for one in list_tasks_of_group(call.session, task.group_id)]
    at = ids.index(task.id) + (1 if to == "down" else -1)
    if 0 <= at < len(ids):
        neighbour = {"after_id": ids[at]} if to == "down" else {"before_id": ids[at]}
        move_task(call.session, task, get_group(call.session, task.group_id), **neighbour)


def _back(task: Task, wanted: str) -> str:
    """Where a button of several pages leads back to."""
    if wanted == "board" and task.project_id:
        return board_path(task.project_id, task.board_id, task.id)
    return {"project": f"/projects/{task.project_id}/tasks", "mine": "/tasks"}.get(wanted, f"/tasks/{task.id}")
