"""Reading people of the studio."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, func, select

from models.tables.members import Member
from models.types.errors import NotFound
from models.types.members import MemberRole


def get_member(session: Session, member_id: str) -> Member:
    """One member, archived ones too. Raises NotFound."""
    member = session.exec(select(Member).where(Member.id == member_id)).one_or_none()
    if member is None:
        raise NotFound("There is no such member.")
    return member


def select_members(*, is_archived: bool = False) -> Any:
    """A select of the people who are there, or of those who were put away."""
    column = col(Member.archived_at)
    return select(Member).where(column.is_not(None) if is_archived else column.is_(None))


def list_members(session: Session, *, with_archived: bool = False) -> list[Member]:
    """The people of the studio, in the order in which they joined."""
    statement = select(Member).order_by(col(Member.id))
    return list(session.exec(statement if with_archived else statement.where(col(Member.archived_at).is_(None))))


def count_other_owners(session: Session, member: Member) -> int:
    """How many owners there would be without this one."""
    statement = select(func.count()).select_from(Member)
    return session.exec(
        statement.where(Member.role == MemberRole.OWNER, col(Member.archived_at).is_(None), Member.id != member.id)
    ).one()


def list_members_asked(session: Session, asked: Collection[str]) -> list[Member]:
    """The people who are there now and whom a plan names: as `member:{id}`, or all of a role as `role:owner`."""
    return [one for one in list_members(session) if {f"member:{one.id}", f"role:{one.role}"} & set(asked)]
