"""Reading credentials: never their secrets in the clear."""

import json
from typing import Any

from sqlmodel import Session, col, select

from models.tables.automations import Automation, AutomationVersion
from models.tables.credentials import Credential
from models.types.errors import NotFound


def get_credential(session: Session, credential_id: str) -> Credential:
    """One credential that is there. Raises NotFound, also for one that was removed."""
    credential = session.get(Credential, credential_id)
    if credential is None or credential.archived_at is not None:
        raise NotFound("This credential is gone. Choose another one.", field="credential_id")
    return credential


def credentials_statement() -> Any:
    """A select of the credentials that are there, by name."""
    return select(Credential).where(col(Credential.archived_at).is_(None)).order_by(col(Credential.name), col(Credential.id))


def list_credential_users(session: Session, credential_id: str) -> list[Automation]:
    """The automations whose drawing or published version names a credential, by name; those put away not."""
    live = select(Automation).where(col(Automation.archived_at).is_(None)).order_by(col(Automation.name), col(Automation.id))
    return [one for one in session.exec(live) if credential_id in _named_in(session, one)]


def _named_in(session: Session, automation: Automation) -> str:
    published = select(AutomationVersion.plan).where(
        AutomationVersion.automation_id == automation.id, AutomationVersion.number == automation.published_version
    )
    return json.dumps([automation.drawing, session.exec(published).one_or_none()])
