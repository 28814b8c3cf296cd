"""Reading keys for programs. The table is not scoped by itself, because a key is looked up before its workspace is known."""

from typing import Any

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.tables.members import ApiToken
from models.types.errors import NotFound


def select_api_tokens(session: Session) -> Any:
    """A select of this workspace's keys that are not revoked."""
    return select(ApiToken).where(ApiToken.workspace_id == workspace_id_of(session), col(ApiToken.revoked_at).is_(None))


def get_api_token(session: Session, token_id: str) -> ApiToken:
    """One key of this workspace, revoked ones too. Raises NotFound."""
    token = session.exec(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.workspace_id == workspace_id_of(session))
    ).one_or_none()
    if token is None:
        raise NotFound("There is no such key.")
    return token
