"""Reading file rows, and who may have the file."""

from typing import Any

from sqlmodel import Session, col, select

from models.tables.engagements import Engagement
from models.tables.files import File
from models.types.errors import NotFound


def get_file(session: Session, file_id: str) -> File:
    """One file. Raises NotFound, also for one that was put away."""
    file = session.get(File, file_id)
    if file is None or file.archived_at is not None:
        raise NotFound("There is no such file.")
    return file


def get_shared_file(session: Session, file_id: str, contact_id: str) -> File:
    """A file that a client may have: shared, and of an engagement of their own. Raises NotFound for every other one."""
    file = get_file(session, file_id)
    engagement = session.get(Engagement, file.engagement_id) if file.engagement_id else None
    if not file.is_shared or engagement is None or engagement.contact_id != contact_id:
        raise NotFound("There is no such file.")
    return file


def files_statement(*, engagement_id: str | None = None, subject_id: str | None = None) -> Any:
    """A select of files that were not put away."""
    statement = select(File).where(col(File.archived_at).is_(None))
    if engagement_id:
        statement = statement.where(File.engagement_id == engagement_id)
    if subject_id:
        statement = statement.where(File.subject_id == subject_id)
    return statement


def list_files_of(session: Session, subject_id: str) -> list[File]:
    """The files of one subject, oldest first."""
    return list(session.exec(files_statement(subject_id=subject_id).order_by(col(File.id))))


def list_shared_files(session: Session, engagement_ids: list[str]) -> list[File]:
    """What the client of these engagements may have, newest first."""
    shared = files_statement().where(col(File.engagement_id).in_(engagement_ids), col(File.is_shared).is_(True))
    return list(session.exec(shared.order_by(col(File.id).desc())))
