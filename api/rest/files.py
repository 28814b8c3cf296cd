"""Files: rows as JSON, content as downloads."""

from datetime import datetime
from typing import Annotated

from fastapi import Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Read, Slow, Write
from api.files import file_response, keep_upload, store_of
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.files import add_file, remove_file
from models.queries.files import files_statement, get_file
from models.tables.engagements import Engagement
from models.tables.files import File
from models.types.errors import NotFound, Refused

router = Router("files")


class FileOut(BaseModel):
    """A file as the API shows it. size: bytes."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    subject_kind: str
    subject_id: str
    engagement_id: str | None
    is_shared: bool
    uploaded_by: str
    created_at: datetime


class FileChange(BaseModel):
    """What may change of a file: who sees it, and its name."""

    model_config = ConfigDict(extra="forbid")

    is_shared: bool | None = None
    """Whether the client of its engagement may have it."""
    filename: str | None = Field(default=None, min_length=1, max_length=200, examples=["Brief.pdf"])


@router.get("/files")
def list_files(call: Read, paging: Paging, engagement_id: str | None = None, subject_id: str | None = None) -> Page[FileOut]:
    """Files, newest first."""
    return page_of(call.session, files_statement(engagement_id=engagement_id, subject_id=subject_id), File, paging, FileOut)


@router.post("/files", status_code=201)
def create_file(
    call: Slow,
    file: UploadFile,
    engagement_id: Annotated[str | None, Form()] = None,
    is_shared: Annotated[bool, Form()] = False,
) -> FileOut:
    """Upload one file, as multipart/form-data. Private unless shared."""
    with call.open(writes=False):
        workspace_id = call.workspace.id
        if engagement_id is not None and call.session.get(Engagement, engagement_id) is None:
            raise NotFound("There is no such engagement.")
    upload = keep_upload(call.settings, workspace_id, file)
    with call.open(writes=True):
        row = add_file(call.session, upload, uploaded_by=call.actor, engagement_id=engagement_id, is_shared=is_shared)
        return FileOut.model_validate(row)


@router.get("/files/{file_id}")
def show_file(file_id: str, call: Read) -> FileOut:
    """One file's facts."""
    return FileOut.model_validate(get_file(call.session, file_id))


@router.get("/files/{file_id}/content", response_class=Response)
def show_content(file_id: str, call: Read) -> Response:
    """The file itself, as a download."""
    return file_response(call, get_file(call.session, file_id))


@router.patch("/files/{file_id}")
def update_file(file_id: str, body: FileChange, call: Write) -> FileOut:
    """Share a file with the client, or stop sharing it; rename it."""
    file = get_file(call.session, file_id)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(file, name, value)
    call.session.flush()
    return FileOut.model_validate(file)


@router.delete("/files/{file_id}", status_code=204)
def destroy_file(file_id: str, call: Slow, is_sure: IsSure = False) -> None:
    """Delete a file for good. Signed documents and their evidence stay."""
    with call.open(writes=True):
        file = get_file(call.session, file_id)
        ask_first(call, file_id, is_sure=is_sure)
        if file.subject_kind in ("contract", "proposal", "invoice", "receipt"):
            raise Refused("This file is part of a document. Archive the document instead.")
        key = remove_file(call.session, file)
    if key is not None:
        store_of(call.settings).delete(key)
