"""Inviting, changing and archiving people of the studio."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models.commands.events import record
from models.commands.logins import end_logins, use_up_links
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.members import count_other_owners
from models.rules.members import may_lose_owner, sign_in_address
from models.tables.members import Member
from models.tables.workspaces import Workspace
from models.types.errors import Invalid, Refused
from models.types.members import LinkKind, MemberRole


def add_member(session: Session, *, name: str, email: str, role: MemberRole, password_hash: str = "", title: str = "") -> Member:
    """Add a person of the studio; without a password they get in by the link of their invitation.

    Raises Invalid when the address is taken by a member, Refused when that member is archived.
    """
    known = session.exec(select(Member).where(Member.email_norm == sign_in_address(email))).one_or_none()
    if known is not None and known.archived_at is not None:
        raise Refused(f"{known.name} was archived. Bring them back instead of inviting them again.", field="email")
    if known is not None:
        raise Invalid(f"{known.name} has this address already.", field="email")
    workspace = session.get(Workspace, workspace_id_of(session))
    member = Member(
        id=new_id("mem"),
        workspace_id=workspace_id_of(session),
        name=name,
        email=email.strip(),
        email_norm=sign_in_address(email),
        password_hash=password_hash,
        role=role,
        title=title,
        timezone=workspace.timezone if workspace else "UTC",
    )
    session.add(member)
    session.flush()
    record(session, "member.added", member.id)
    return member


def change_member(session: Session, member: Member, changes: dict[str, Any]) -> Member:
    """Change name, title, role, timezone, rates or hours. Raises Refused when no owner would remain."""
    if "role" in changes and changes["role"] != member.role:
        _check_owner_remains(session, member)
    for name, value in changes.items():
        setattr(member, name, value)
    session.add(member)
    session.flush()
    record(session, "member.changed", member.id)
    return member


def archive_member(session: Session, member: Member, *, now: datetime) -> Member:
    """Put a person away: they are signed out everywhere at once. Doing it twice changes nothing.

    Raises Refused when no owner would remain.
    """
    if member.archived_at is not None:
        return member
    _check_owner_remains(session, member)
    member.archived_at = now
    session.add(member)
    end_logins(session, member.id, now=now)
    use_up_links(session, member.id, kind=LinkKind.PASSWORD, now=now)
    record(session, "member.archived", member.id)
    return member


def unarchive_member(session: Session, member: Member) -> Member:
    """Bring a person back; they sign in with their old password. Doing it twice changes nothing."""
    if member.archived_at is not None:
        member.archived_at = None
        session.add(member)
        record(session, "member.unarchived", member.id)
    return member


def set_password(session: Session, member: Member, password_hash: str, *, now: datetime, keep_login: str = "") -> None:
    """Give a member a new password. Every other login and every open link of theirs ends."""
    member.password_hash = password_hash
    session.add(member)
    end_logins(session, member.id, now=now, keep=keep_login)
    use_up_links(session, member.id, kind=LinkKind.PASSWORD, now=now)
    record(session, "member.password_changed", member.id)


def _check_owner_remains(session: Session, member: Member) -> None:
    if not may_lose_owner(member.role, other_owners=count_other_owners(session, member)):
        raise Refused("A studio needs an owner. Make somebody else an owner first.", field="role")
