"""People of the studio."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from api.automation_users import IsSure, UserOut, ask_first, used_by
from api.deps import Read, Write
from api.logins import mail_password_link
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.members import add_member, archive_member, change_member, unarchive_member
from models.queries.members import get_member, select_members
from models.rules.dates import zone_info
from models.tables.members import Member
from models.types.members import MemberRole

router = Router("members")


class MemberIn(BaseModel):
    """Somebody to invite."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120, examples=["Jonas Weber"])
    email: EmailStr = Field(examples=["jonas@atelier-nord.example"])
    role: MemberRole = Field(default=MemberRole.MEMBER, examples=["member"])
    title: str = Field(default="", max_length=120, examples=["Designer"])


class MemberChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=120, examples=["Jonas Weber"])
    role: MemberRole | None = None
    title: str | None = Field(default=None, max_length=120)
    timezone: str | None = Field(default=None, examples=["Europe/Berlin"])
    rate_minor_per_hour: int | None = Field(default=None, ge=0, examples=[9500])
    cost_minor_per_hour: int | None = Field(default=None, ge=0, examples=[4000])
    weekly_hours: dict[str, list[list[str]]] | None = Field(default=None, examples=[{"0": [["09:00", "17:00"]]}])
    wants_alerts: bool | None = None
    """Whether what needs them, such as a stuck run, reaches them by mail too."""


class MemberOut(BaseModel):
    """A person of the studio as the API shows them."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    email: str
    role: MemberRole
    title: str
    timezone: str
    rate_minor_per_hour: int | None
    weekly_hours: dict[str, Any]
    wants_alerts: bool
    created_at: datetime
    archived_at: datetime | None


class MemberDetail(MemberOut):
    """A person, with the automations that would miss it."""

    used_by: list[UserOut]


@router.get("/members")
def list_members(call: Read, paging: Paging, is_archived: bool = False) -> Page[MemberOut]:
    """The people of the studio, newest first."""
    return page_of(call.session, select_members(is_archived=is_archived), Member, paging, MemberOut)


@router.post("/members", status_code=201)
def create_member(body: MemberIn, call: Write) -> MemberOut:
    """Invite somebody: they get a link by mail to choose a password."""
    member = add_member(call.session, name=body.name, email=body.email, role=body.role, title=body.title)
    mail_password_link(call, member, is_invitation=True)
    return MemberOut.model_validate(member)


@router.get("/members/{member_id}")
def show_member(member_id: str, call: Read) -> MemberDetail:
    """One person, archived ones too."""
    shown = MemberOut.model_validate(get_member(call.session, member_id))
    return MemberDetail(**shown.model_dump(), used_by=used_by(call, member_id))


@router.patch("/members/{member_id}")
def update_member(member_id: str, body: MemberChange, call: Write) -> MemberOut:
    """Change a person's name, role, zone, rates or hours. At least one owner stays."""
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if _may_be(name, value)}
    if "timezone" in changes:
        zone_info(changes["timezone"])
    return MemberOut.model_validate(change_member(call.session, get_member(call.session, member_id), changes))


@router.post("/members/{member_id}/archive")
def create_archive(member_id: str, call: Write, is_sure: IsSure = False) -> MemberOut:
    """Put a person away: they are signed out everywhere at once."""
    ask_first(call, member_id, is_sure=is_sure)
    return MemberOut.model_validate(archive_member(call.session, get_member(call.session, member_id), now=call.now))


@router.delete("/members/{member_id}/archive")
def delete_archive(member_id: str, call: Write) -> MemberOut:
    """Bring a person back."""
    return MemberOut.model_validate(unarchive_member(call.session, get_member(call.session, member_id)))


def _may_be(name: str, value: Any) -> bool:
    """Rates may be taken away; everything else has a value."""
    return value is not None or name.endswith("_per_hour")
