"""What is said about a thing: for the team alone, unless somebody shares it on purpose."""

from sqlmodel import Session

from models.commands.events import record
from models.db import scope_of, workspace_id_of
from models.ids import new_id
from models.tables.tasks import Comment
from models.types.errors import Invalid

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
    said = body.strip()
    if not said:
        raise Invalid("Write something first.", field="body")
    if len(said) > LONGEST:
        raise Invalid(f"A comment holds {LONGEST} characters at most.", field="body")
    author = scope_of(session).actor
    comment = Comment(
        id=new_id("com"),
        workspace_id=workspace_id_of(session),
        subject_kind=subject_kind,
        subject_id=subject_id,
        engagement_id=engagement_id,
        body=said,
        is_shared=is_shared or author.startswith("contact:"),
        author=author,
    )
    session.add(comment)
    session.flush()
    record(session, "comment.added", comment.id, engagement_id=engagement_id, is_shared=comment.is_shared)
    return comment
