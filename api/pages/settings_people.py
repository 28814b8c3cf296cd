"""People of the studio, keys for programs, and the reader's own profile."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.automation_users import used_by_words
from api.deps import Call, Read, Slow, Write
from api.gateways.passwords import hash_password, is_password
from api.logins import mail_password_link
from api.pages.settings import Tab, check_owner, tabs_of
from api.render import member_page, redirect
from api.routing import Router
from api.throttle import SIGN_IN_ACCOUNT, throttle
from api.web.choices import zones
from models.commands.api_tokens import create_api_token, revoke_api_token
from models.commands.logins import end_logins
from models.commands.members import add_member, archive_member, change_member, set_password, unarchive_member
from models.queries.api_tokens import get_api_token, select_api_tokens
from models.queries.members import get_member, list_members
from models.queries.principals import scopes_of_role
from models.rules.dates import zone_info
from models.rules.members import password_problem
from models.tables.members import ApiToken, Member
from models.types.errors import DomainError, Forbidden, Invalid
from models.types.members import MemberRole
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")


@dataclass
class PeoplePage:
    tabs: list[Tab]
    people: list[Member]
    archived: list[Member]
    me: str
    used_by: dict[str, str]
    """Member id to the automations that would miss them, as a sentence."""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class KeysPage:
    tabs: list[Tab]
    keys: list[ApiToken]
    nouns: list[str]
    secret: str = ""
    """Of the key that was just made: shown this once."""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class ProfilePage:
    tabs: list[Tab]
    person: Member
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    zones: list[tuple[str, str]] = field(default_factory=zones)


@router.get("/settings/people")
def show_people(call: Read) -> Response:
    check_owner(call)
    return _people_page(call)


@router.post("/settings/people")
def create_person(
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    role: Annotated[str, Form()] = MemberRole.MEMBER,
) -> Response:
    """Invite somebody: they get a link by mail to choose a password."""
    check_owner(call)
    values = {"name": name.strip(), "email": email.strip(), "role": role}
    errors = {} if values["name"] else {"name": "Who is it?"}
    if "@" not in email:
        errors["email"] = "This is no mail address."
    if errors:
        return _people_page(call, values, errors)
    try:
        member = add_member(call.session, name=values["name"], email=values["email"], role=_role(role))
    except DomainError as refused:
        return _people_page(call, values, {refused.field or "": refused.detail})
    mail_password_link(call, member, is_invitation=True)
    return redirect(call, "/settings/people", flash=f"{member.name} gets a mail with the way in.")


@router.post("/settings/people/{member_id}/invitation")
def create_invitation(member_id: str, call: Write) -> Response:
    """Mail a fresh link to somebody who has not set a password yet."""
    check_owner(call)
    member = get_member(call.session, member_id)
    mail_password_link(call, member, is_invitation=not member.password_hash)
    return redirect(call, "/settings/people", flash=f"{member.name} gets a new link.")


@router.post("/settings/people/{member_id}/role")
def update_role(member_id: str, call: Write, role: Annotated[str, Form()] = "") -> Response:
    check_owner(call)
    member = change_member(call.session, get_member(call.session, member_id), {"role": _role(role)})
    return redirect(call, "/settings/people", flash=f"{member.name} is now {'an owner' if role == 'owner' else 'a member'}.")


@router.post("/settings/people/{member_id}/archive")
def create_archive(member_id: str, call: Write) -> Response:
    check_owner(call)
    member = archive_member(call.session, get_member(call.session, member_id), now=call.now)
    return redirect(call, "/settings/people", flash=f"{member.name} is signed out everywhere.")


@router.post("/settings/people/{member_id}/restoration")
def create_restoration(member_id: str, call: Write) -> Response:
    check_owner(call)
    member = unarchive_member(call.session, get_member(call.session, member_id))
    return redirect(call, "/settings/people", flash=f"{member.name} is back.")


@router.get("/settings/api_tokens")
def show_keys(call: Read) -> Response:
    check_owner(call)
    return _keys_page(call)


@router.post("/settings/api_tokens")
def create_key(
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    reach: Annotated[str, Form()] = "all",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a key. Its secret stands on the page that answers, and nowhere else."""
    check_owner(call)
    chosen = ["*"] if reach == "all" else sorted(set(scopes or []))
    errors = {} if name.strip() else {"name": "Say what it is for, so that you know it again."}
    if not chosen:
        errors["scopes"] = "Choose at least one right."
    if errors:
        return _keys_page(call, values={"name": name, "reach": reach}, errors=errors)
    _, secret = create_api_token(
        call.session, name=name.strip(), scopes=chosen, created_by=call.actor, maker_scopes=call.principal.scopes
    )
    response = _keys_page(call, secret=secret)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/settings/api_tokens/{token_id}/revocation")
def create_revocation(token_id: str, call: Write) -> Response:
    check_owner(call)
    token = get_api_token(call.session, token_id)
    revoke_api_token(call.session, token, now=call.now)
    return redirect(call, "/settings/api_tokens", flash=f"“{token.name}” does not work any more.")


@router.get("/settings/profile")
def show_profile(call: Read) -> Response:
    return _profile_page(call)


@router.post("/settings/profile")
def update_profile(
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    title: Annotated[str, Form(max_length=120)] = "",
    timezone: Annotated[str, Form(max_length=64)] = "",
    wants_alerts: Annotated[bool, Form()] = False,
) -> Response:
    values = {"name": name.strip(), "title": title.strip(), "timezone": timezone, "wants_alerts": wants_alerts}
    errors = {} if values["name"] else {"name": "You need a name."}
    try:
        zone_info(timezone)
    except Invalid as invalid:
        errors["timezone"] = invalid.detail
    if errors:
        return _profile_page(call, values, errors)
    change_member(call.session, get_member(call.session, call.principal.id), values)
    return redirect(call, "/settings/profile", flash="Saved.")


@router.post("/settings/profile/password")
def update_password(call: Slow, current: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "") -> Response:
    """Set a new password with the old one; every other browser is signed out."""
    cheap = call.settings.env == "test"
    with call.open(writes=False):
        member = get_member(call.session, call.principal.id)
    problem = password_problem(password, address=member.email_norm)
    errors = {"password": problem} if problem else {}
    tries = throttle(call.request)
    if not tries.allows(SIGN_IN_ACCOUNT, member.id, call.address):
        errors["current"] = "Too many tries. Wait ten minutes."
    elif not is_password(member.password_hash, current, cheap=cheap):
        errors["current"] = "This is not your password."
    if errors:
        with call.open(writes=False):
            return _profile_page(call, errors=errors)
    tries.forgive(SIGN_IN_ACCOUNT, member.id, call.address)
    hashed = hash_password(password, cheap=cheap)
    with call.open(writes=True):
        member = get_member(call.session, call.principal.id)
        set_password(call.session, member, hashed, now=call.now, keep_login=call.principal.login_id)
        return redirect(call, "/settings/profile", flash="Your new password is set.")


@router.post("/settings/profile/logouts")
def create_logouts(call: Write) -> Response:
    """Sign out every other browser of the reader."""
    end_logins(call.session, call.principal.id, now=call.now, keep=call.principal.login_id)
    return redirect(call, "/settings/profile", flash="Every other browser is signed out.")


def _role(text: str) -> MemberRole:
    if text not in set(MemberRole):
        raise Forbidden("There is no such role.")
    return MemberRole(text)


def _people_page(call: Call, values: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response:
    everybody = list_members(call.session, with_archived=True)
    page = PeoplePage(
        tabs=tabs_of(call, "people"),
        people=[one for one in everybody if one.archived_at is None],
        archived=[one for one in everybody if one.archived_at is not None],
        me=call.principal.id,
        used_by={one.id: used_by_words(call, one.id) for one in everybody if one.archived_at is None},
        values=values or {"name": "", "email": "", "role": "member"},
        errors=errors or {},
    )
    return member_page(call, "settings/people.html", page, nav="settings", status=422 if errors else 200)


def _keys_page(
    call: Call, *, secret: str = "", values: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response:
    keys = list(call.session.exec(select_api_tokens(call.session)))
    nouns = sorted({scope.partition(":")[0] for scope in scopes_of_role(MemberRole.MEMBER)})
    page = KeysPage(tabs_of(call, "keys"), keys[::-1], nouns, secret, values or {"name": "", "reach": "all"}, errors or {})
    return member_page(call, "settings/api_tokens.html", page, nav="settings", status=422 if errors else 200)


def _profile_page(call: Call, values: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person = get_member(call.session, call.principal.id)
    kept = {"name": person.name, "title": person.title, "timezone": person.timezone, "wants_alerts": person.wants_alerts}
    page = ProfilePage(tabs_of(call, "profile"), person, values or kept, errors or {})
    return member_page(call, "settings/profile.html", page, nav="settings", status=422 if errors else 200)
