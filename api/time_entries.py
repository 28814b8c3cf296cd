"""Whose time a caller may touch, and who sees what work costs; shared by pages and JSON."""

from api.deps import Call
from models.tables.members import Member
from models.tables.time_entries import TimeEntry
from models.types.errors import Forbidden, Invalid, NotFound
from models.types.principals import PrincipalKind


def acting_member(call: Call, member_id: str | None = None) -> Member:
    """The member whose time is meant: the caller, or the one named when the caller may act for others.

    Raises Forbidden when a member names somebody else, Invalid when a program names nobody.
    """
    is_member = call.principal.kind is PrincipalKind.MEMBER
    wanted = member_id or (call.principal.id if is_member else None)
    if wanted is None:
        raise Invalid("Say whose time it is.", field="member_id")
    if is_member and wanted != call.principal.id and not sees_costs(call):
        raise Forbidden("Only an owner may keep time for somebody else.")
    member = call.session.get(Member, wanted)
    if member is None or member.archived_at is not None:
        raise NotFound("There is no such member.")
    return member


def check_may_change(call: Call, entry: TimeEntry) -> None:
    """Raises Forbidden when a member wants to change somebody else's time and is no owner."""
    acting_member(call, entry.member_id)


def sees_costs(call: Call) -> bool:
    """Whether the caller may know what an hour costs the studio: owners, and programs with every right."""
    return "*" in call.principal.scopes
