"""What is said about a task, the files on it, and the timer that starts from it."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.deps import Call, Slow, Write
from api.files import Posted, keep_upload
from api.render import redirect
from api.routing import Router
from api.time_entries import acting_member
from models.commands.comments import add_comment
from models.commands.files import add_file, archive_file, share_file
from models.commands.time_entries import start_timer, stop_timer
from models.queries.files import get_file
from models.queries.portal_projects import is_task_visible
from models.queries.tasks import get_task
from models.queries.time_entries import find_running_entry
from models.tables.files import File
from models.tables.tasks import Task
from models.types.errors import Invalid, NotFound, Refused
from models.types.principals import Door
from models.types.time_entries import WorkPlace

router = Router("tasks", Door.MEMBER, prefix="")


@router.post("/tasks/{task_id}/comments")
def create_comment(task_id: str, call: Write, body: Annotated[str, Form()] = "") -> Response:
    """Say something to the team. Whatever is posted here stays inside."""
    task = get_task(call.session, task_id)
    _say(call, task, body, is_shared=False)
    return redirect(call, f"/tasks/{task.id}#talk")


@router.post("/tasks/{task_id}/shared_comments")
def create_shared_comment(task_id: str, call: Write, body: Annotated[str, Form()] = "") -> Response:
    """Say something to the client. Another address than the team's notes, so that none is shared by a slip."""
    task = get_task(call.session, task_id)
    if not is_task_visible(call.session, task):
        raise Refused("The client does not see this task. Share the task first.")
    _say(call, task, body, is_shared=True)
    return redirect(call, f"/tasks/{task.id}#talk", flash="The client can read it now.")


@router.post("/tasks/{task_id}/files")
def create_file(task_id: str, call: Slow, posted: Posted) -> Response:
    """Add a file; private unless the box is ticked."""
    with call.open(writes=False):
        task = get_task(call.session, task_id)
        workspace_id = call.workspace.id
    if not posted.files.get("file"):
        raise Invalid("Choose a file first.", field="file")
    uploads = [keep_upload(call.settings, workspace_id, file) for file in posted.files["file"]]
    with call.open(writes=True):
        for upload in uploads:
            add_file(
                call.session,
                upload,
                uploaded_by=call.actor,
                subject_kind="task",
                subject_id=task.id,
                engagement_id=task.engagement_id,
                is_shared=posted.value("is_shared") == "on",
            )
        return redirect(call, f"/tasks/{task.id}#files", flash="File added" if len(uploads) == 1 else "Files added")


@router.post("/tasks/{task_id}/files/{file_id}/sharing")
def update_file_sharing(task_id: str, file_id: str, call: Write, is_shared: Annotated[bool, Form()] = False) -> Response:
    """Show a file to the client, or take it back."""
    file = _file(call, task_id, file_id)
    share_file(call.session, file, is_shared=is_shared)
    said = f"The client sees “{file.filename}” now." if is_shared else f"“{file.filename}” is private now."
    return redirect(call, f"/tasks/{task_id}#files", flash=said)


@router.post("/tasks/{task_id}/files/{file_id}/archive")
def create_file_archive(task_id: str, file_id: str, call: Write) -> Response:
    """Put a file away."""
    file = _file(call, task_id, file_id)
    archive_file(call.session, file, now=call.now)
    return redirect(call, f"/tasks/{task_id}#files", flash=f"“{file.filename}” is put away.")


@router.post("/tasks/{task_id}/timer")
def create_timer(task_id: str, call: Write) -> Response:
    """Start my timer on this task; the one that ran is stopped."""
    entry = start_timer(call.session, acting_member(call), WorkPlace(task_id=task_id), now=call.now)
    return redirect(call, f"/tasks/{task_id}", flash=f"The timer runs. {entry.rate_reason}")


@router.post("/tasks/{task_id}/timer/stop")
def stop(task_id: str, call: Write) -> Response:
    """Stop my timer."""
    running = find_running_entry(call.session, call.principal.id)
    if running is not None:
        stop_timer(call.session, running, now=call.now)
    return redirect(call, f"/tasks/{task_id}", flash="The timer is stopped.")


def _say(call: Call, task: Task, body: str, *, is_shared: bool) -> None:
    add_comment(
        call.session,
        subject_kind="task",
        subject_id=task.id,
        body=body,
        is_shared=is_shared,
        engagement_id=task.engagement_id,
    )


def _file(call: Call, task_id: str, file_id: str) -> File:
    file = get_file(call.session, file_id)
    if file.subject_id != task_id:
        raise NotFound("There is no such file.")
    return file
