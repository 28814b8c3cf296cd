"""Keys for programs: the key is seen once, when it is made."""

from datetime import datetime

from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import digest, new_id, new_token
from models.tables.members import ApiToken


def create_api_token(session: Session, *, name: str, scopes: list[str], created_by: str) -> tuple[ApiToken, str]:
    """A new key and its secret, which is kept nowhere. scopes: such as `invoices:read`, or `*`."""
    secret = f"tl_{new_token()}"
    token = ApiToken(
        id=new_id("tok"),
        workspace_id=workspace_id_of(session),
        name=name,
        token_digest=digest(secret),
        scopes=scopes,
        created_by=created_by,
    )
    session.add(token)
    session.flush()
    record(session, "api_token.created", token.id)
    return token, secret


def revoke_api_token(session: Session, token: ApiToken, *, now: datetime) -> None:
    """End a key, at once. Doing it twice changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        session.add(token)
        record(session, "api_token.revoked", token.id)
