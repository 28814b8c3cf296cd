"""File rows. The blob is stored before its row is written, so that a row never names a blob that is not there."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.tables.files import File
from models.types.forms import Upload


def add_file(
    session: Session,
    upload: Upload,
    *,
    uploaded_by: str,
    subject_kind: str = "",
    subject_id: str = "",
    engagement_id: str | None = None,
    contact_id: str | None = None,
    is_shared: bool = False,
) -> File:
    """Write down a blob that is in storage, and say so. Private unless is_shared."""
    file = keep_file(
        session,
        upload,
        uploaded_by=uploaded_by,
        subject_kind=subject_kind,
        subject_id=subject_id,
        engagement_id=engagement_id,
        is_shared=is_shared,
    )
    record(session, "file.added", file.id, engagement_id=engagement_id, contact_id=contact_id, is_shared=is_shared)
    return file


def keep_file(session: Session, upload: Upload, *, uploaded_by: str, **columns: Any) -> File:
    """Write down a blob as part of something else that is recorded, such as a submission. columns: others of the row."""
    file = File(
        id=new_id("fil"),
        workspace_id=workspace_id_of(session),
        filename=upload.filename,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        storage_key=upload.storage_key,
        uploaded_by=uploaded_by,
        **columns,
    )
    session.add(file)
    session.flush()
    return file


def share_file(session: Session, file: File, *, is_shared: bool) -> File:
    """Show a file to the client of its engagement, or make it private again."""
    if file.is_shared != is_shared:
        file.is_shared = is_shared
        session.add(file)
        record(session, "file.shared" if is_shared else "file.unshared", file.id, engagement_id=file.engagement_id)
    return file


def archive_file(session: Session, file: File, *, now: datetime) -> File:
    """Put a file away: nobody finds it any more, its blob stays."""
    if file.archived_at is None:
        file.archived_at = now
        session.add(file)
        record(session, "file.archived", file.id, engagement_id=file.engagement_id)
    return file


def remove_file(session: Session, file: File) -> str | None:
    """Forget a file. The storage key of its blob when no other row names it: delete it after the commit; else None."""
    session.delete(file)
    session.flush()
    others = session.exec(select(File.id).where(File.storage_key == file.storage_key)).first()
    return None if others else file.storage_key
