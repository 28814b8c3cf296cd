"""From a credential to the person or program it belongs to."""

from datetime import datetime

from sqlmodel import Session, select

from models.ids import digest
from models.tables.contacts import Contact
from models.tables.members import ApiToken, Login, Member
from models.types.principals import Door, Principal, PrincipalKind

_EVERYTHING = frozenset({"*"})
_OWNERS_ONLY = ("members", "workspaces", "api_tokens")


def find_login(session: Session, token: str, door: Door, *, now: datetime) -> Principal | None:
    """Who is signed in with this cookie at this door, or None when it is unknown, revoked, expired or put away."""
    login = session.exec(select(Login).where(Login.token_digest == digest(token), Login.door == door)).one_or_none()
    if login is None or login.revoked_at is not None or login.expires_at <= now:
        return None
    return _member(session, login) if door is Door.MEMBER else _contact(session, login)


def _member(session: Session, login: Login) -> Principal | None:
    member = session.get(Member, login.person_id)
    if member is None or member.archived_at is not None or member.workspace_id != login.workspace_id:
        return None
    return Principal(
        kind=PrincipalKind.MEMBER,
        id=member.id,
        workspace_id=login.workspace_id,
        name=member.name,
        role=member.role,
        scopes=scopes_of_role(member.role),
        login_id=login.id,
    )


def scopes_of_role(role: str) -> frozenset[str]:
    """What a member may do: an owner everything, a member everything but people, keys and the workspace itself."""
    if role == "owner":
        return _EVERYTHING
    nouns = (
        *("automations", "automation_runs", "bookings", "calendar_connections", "comments", "companies", "contacts", "contracts"),
        *("conversations", "emails", "engagements", "events", "files", "forms", "invoices", "messages", "notifications"),
        *("payments", "project_templates", "projects", "proposal_templates", "contract_templates", "proposals", "receipts"),
        *("retainers", "schedulers", "submissions", "task_boards", "task_groups", "tasks", "time_entries", "timesheets", "waits"),
        *("search", "transactions"),
    )
    writes = frozenset(f"{noun}:{verb}" for noun in nouns for verb in ("read", "write"))
    return writes | frozenset(f"{noun}:read" for noun in _OWNERS_ONLY if noun != "api_tokens")


def _contact(session: Session, login: Login) -> Principal | None:
    contact = session.get(Contact, login.person_id)
    if contact is None or contact.archived_at is not None or contact.workspace_id != login.workspace_id:
        return None
    return Principal(
        kind=PrincipalKind.CONTACT, id=contact.id, workspace_id=login.workspace_id, name=contact.name, login_id=login.id
    )


def find_api_token(session: Session, token: str) -> Principal | None:
    """The program that holds this key, or None when it is unknown or revoked."""
    row = session.exec(select(ApiToken).where(ApiToken.token_digest == digest(token))).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    return Principal(
        kind=PrincipalKind.TOKEN, id=row.id, workspace_id=row.workspace_id, name=row.name, scopes=frozenset(row.scopes)
    )
