"""What is said about a thing: for the team alone, unless somebody shares it on purpose."""

from sqlmodel import Session

from models.commands.events import record
from models.db import scope_of, workspace_id_of
from models.ids import new_id
from models.tables.tasks import Comment
from models.types.errors import Forbidden, Invalid

LONGEST = 20_000


def add_comment(
    session: Session,
    *,
    subject_kind: str,
    subject_id: str,
    body: str,
    is_shared: bool = False,
    engagement_id: str | None = None,
) -> Comment:
    """Say something about a thing. Internal unless `is_shared`; what a contact says is always shared.

    Raises Invalid for an empty or endless text.
    """
    author = scope_of(session).actor
    comment = Comment(
        id=new_id("com"),
        workspace_id=workspace_id_of(session),
        subject_kind=subject_kind,
        subject_id=subject_id,
        engagement_id=engagement_id,
        body=_said(body),
        is_shared=is_shared or author.startswith("contact:"),
        author=author,
    )
    session.add(comment)
    session.flush()
    _record(session, comment, "added")
    return comment


def change_comment(session: Session, comment: Comment, *, body: str) -> Comment:
    """Put it in other words. Raises Forbidden for all but its author, Invalid for an empty or endless text."""
    _check_author(session, comment)
    said = _said(body)
    if said != comment.body:
        comment.body = said
        session.add(comment)
        _record(session, comment, "changed")
    return comment


def remove_comment(session: Session, comment: Comment) -> None:
    """Take back what was said; that it was said and taken back stays on record. Raises Forbidden for all but its author."""
    _check_author(session, comment)
    _record(session, comment, "removed")
    session.delete(comment)


def _said(body: str) -> str:
    said = body.strip()
    if not said:
        raise Invalid("Write something first.", field="body")
    if len(said) > LONGEST:
        raise Invalid(f"A comment holds {LONGEST} characters at most.", field="body")
    return said


def _check_author(session: Session, comment: Comment) -> None:
    if comment.author != scope_of(session).actor:
        raise Forbidden("Only the author of a comment can change or remove it.")


def _record(session: Session, comment: Comment, verb: str) -> None:
    record(session, f"comment.{verb}", comment.id, engagement_id=comment.engagement_id, is_shared=comment.is_shared)
