"""Keys for programs: the key is seen once, when it is made."""

import re
from datetime import datetime

from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import digest, new_id, new_token
from models.tables.members import ApiToken
from models.types.errors import Forbidden, Invalid


def create_api_token(
    session: Session, *, name: str, scopes: list[str], created_by: str, maker_scopes: frozenset[str]
) -> tuple[ApiToken, str]:
    """A new key and its secret, which is kept nowhere. scopes: such as `invoices:read`, or `*`.

    Raises Invalid for a scope that is none, Forbidden for one that the maker does not have.
    """
    _check_scopes(scopes, maker_scopes)
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


def _check_scopes(scopes: list[str], maker_scopes: frozenset[str]) -> None:
    for scope in scopes:
        if not re.fullmatch(r"\*|[a-z_]+:(read|write)", scope):
            raise Invalid(f"“{scope}” is no scope. Write them as invoices:read.", field="scopes")
        if "*" not in maker_scopes and scope not in maker_scopes:
            raise Forbidden(f"You cannot give a right that you do not have: {scope}.", field="scopes")
