"""What is said about a thing."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import select

from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.comments import LONGEST, add_comment, change_comment, remove_comment
from models.queries.projects import get_project
from models.queries.tasks import get_comment, get_task
from models.tables.tasks import Comment

router = Router("comments")


class CommentIn(BaseModel):
    """Something to say: for the team alone, unless it is shared with the client on purpose."""

    model_config = ConfigDict(extra="forbid")

    subject_kind: Literal["task", "project"] = Field(examples=["task"])
    subject_id: str = Field(examples=["tsk_01k7…"])
    body: str = Field(min_length=1, max_length=LONGEST, examples=["The second sketch is the one."])
    is_shared: bool = False


class CommentChange(BaseModel):
    """Other words for what was said. Whom it is for stays as it is."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=LONGEST, examples=["The third sketch is the one."])


class CommentOut(BaseModel):
    """Something that was said."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    subject_kind: str
    subject_id: str
    engagement_id: str | None
    body: str
    is_shared: bool
    author: str
    created_at: datetime


@router.get("/comments")
def list_all_comments(call: Read, paging: Paging, subject_id: str, is_shared: bool | None = None) -> Page[CommentOut]:
    """What was said about a thing, newest first."""
    statement = select(Comment).where(Comment.subject_id == subject_id)
    if is_shared is not None:
        statement = statement.where(Comment.is_shared == is_shared)
    return page_of(call.session, statement, Comment, paging, CommentOut)


@router.post("/comments", status_code=201)
def create_comment(body: CommentIn, call: Write) -> CommentOut:
    """Comment on a task or a project; internal unless `is_shared`."""
    find = get_task if body.subject_kind == "task" else get_project
    subject = find(call.session, body.subject_id)
    comment = add_comment(
        call.session,
        subject_kind=body.subject_kind,
        subject_id=subject.id,
        body=body.body,
        is_shared=body.is_shared,
        engagement_id=subject.engagement_id,
    )
    return CommentOut.model_validate(comment)


@router.get("/comments/{comment_id}")
def show_comment(comment_id: str, call: Read) -> CommentOut:
    """One comment."""
    return CommentOut.model_validate(get_comment(call.session, comment_id))


@router.patch("/comments/{comment_id}")
def update_comment(comment_id: str, body: CommentChange, call: Write) -> CommentOut:
    """Put it in other words; only its author can."""
    comment = get_comment(call.session, comment_id)
    return CommentOut.model_validate(change_comment(call.session, comment, body=body.body))


@router.delete("/comments/{comment_id}", status_code=204)
def delete_comment(comment_id: str, call: Write) -> None:
    """Take it back; only its author can."""
    remove_comment(call.session, get_comment(call.session, comment_id))
