"""Files: a row here, a content-addressed blob in storage."""

from sqlmodel import Field

from models.tables.rows import Archivable, WorkspaceRow


class File(WorkspaceRow, Archivable, table=True):
    """A stored file, private unless shared with the client of its engagement."""

    __tablename__ = "files"

    filename: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str = Field(index=True)
    storage_key: str
    subject_kind: str = ""
    subject_id: str = Field(default="", index=True)
    engagement_id: str | None = Field(default=None, index=True)
    is_shared: bool = False
    uploaded_by: str = ""
    """An actor: `member:…`, `contact:…`, `system`."""
