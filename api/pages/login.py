"""Signing in, out, a forgotten password, and the very first page of a new installation."""

from dataclasses import dataclass, field
from typing import Annotated

import structlog
from fastapi import Form
from fastapi.responses import Response

from api.deps import Call, Read, Slow, Write
from api.gateways.passwords import hash_password, is_password
from api.logins import enter_front, let_in, let_out, mail_password_link, pretend_to_mail
from api.render import public_page, redirect
from api.routing import Router
from api.throttle import MAIL_TO_RECIPIENT, SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, SIGN_IN_EVERYWHERE, throttle
from api.web.choices import countries, currencies, zones
from models.commands.events import record
from models.commands.members import add_member, set_password
from models.commands.workspaces import create_workspace
from models.queries.logins import get_working_link, list_members_by_address
from models.queries.members import get_member
from models.queries.workspaces import has_workspace
from models.rules.dates import zone_info
from models.rules.members import password_problem, safe_path, sign_in_address
from models.tables.members import Member
from models.types.errors import Forbidden, Invalid, NotFound, Refused
from models.types.members import LinkKind, MemberRole
from models.types.principals import Door

router = Router("login", Door.PUBLIC)
log = structlog.get_logger("login")

_WRONG = "This address and password do not belong together."
_TOO_MANY = "Too many tries. Wait ten minutes, or set a new password."


@dataclass
class LoginPage:
    """The door of the studio's people."""

    email: str = ""
    next: str = "/"
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class PasswordRequestPage:
    """Asking for a link to set a new password."""

    email: str = ""
    is_asked: bool = False


@dataclass
class PasswordPage:
    """Setting a new password; without a name the link does not work any more."""

    token: str
    name: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class SetupPage:
    """The first page of a new installation."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    zones: list[tuple[str, str]] = field(default_factory=zones)
    currencies: list[tuple[str, str]] = field(default_factory=currencies)
    countries: list[tuple[str, str]] = field(default_factory=countries)


@router.get("/login")
def show_login(call: Read, next: str = "/") -> Response:
    if not has_workspace(call.session):
        return redirect(call, "/setup")
    return _page(call, "login/show.html", LoginPage(next=safe_path(next)))


@router.post("/login")
def create_login(
    call: Slow,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in. An unknown address takes as long and reads the same as a wrong password."""
    address = sign_in_address(email)
    if not _may_try(call, address):
        log.warning("sign-in throttled", address=call.address)
        return _refuse(call, email, next, _TOO_MANY, status=429)
    with call.open(writes=False):
        members = list_members_by_address(call.session, address)
    member = _first_with_password(call, members, password)
    if member is None:
        log.warning("sign-in refused", address=call.address, known=bool(members))
        return _refuse(call, email, next, _WRONG, status=422)
    throttle(call.request).forgive(SIGN_IN_ACCOUNT, address, call.address)
    with call.open(writes=True):
        call.enter(member.workspace_id)
        record(call.session, "member.signed_in", member.id)
        return let_in(call, redirect(call, safe_path(next)), Door.MEMBER, member)


@router.post("/logout")
def delete_login(call: Write) -> Response:
    """Sign this browser out."""
    return let_out(call, redirect(call, "/login"), Door.MEMBER)


@router.get("/password")
def show_password_request(call: Read) -> Response:
    return _page(call, "login/password_request.html", PasswordRequestPage())


@router.post("/password")
def create_password_request(call: Write, email: Annotated[str, Form()] = "") -> Response:
    """Mail a link to set a new password. Says the same whether or not the address is known."""
    address = sign_in_address(email)
    if address and throttle(call.request).allows(MAIL_TO_RECIPIENT, "password", address):
        members = list_members_by_address(call.session, address)
        for member in members:
            call.enter(member.workspace_id)
            mail_password_link(call, member)
        if not members:
            enter_front(call)
            pretend_to_mail(call)
    return _page(call, "login/password_request.html", PasswordRequestPage(email=email.strip(), is_asked=True))


@router.get("/password/{token}")
def show_password(token: str, call: Read) -> Response:
    try:
        member = _member_of(call, token)
    except (NotFound, Refused):
        return _page(call, "login/password.html", PasswordPage(token), status=410)
    return _page(call, "login/password.html", PasswordPage(token, name=member.name))


@router.post("/password/{token}")
def create_password(token: str, call: Slow, password: Annotated[str, Form()] = "") -> Response:
    """Set the password once, end every other login of the member, and let them in."""
    with call.open(writes=False):
        try:
            member = _member_of(call, token)
        except (NotFound, Refused):
            return _page(call, "login/password.html", PasswordPage(token), status=410)
        problem = password_problem(password, address=member.email_norm)
        if problem:
            return _page(call, "login/password.html", PasswordPage(token, member.name, {"password": problem}), status=422)
    hashed = hash_password(password, cheap=_cheap(call))
    with call.open(writes=True):
        member = _member_of(call, token)
        set_password(call.session, member, hashed, now=call.now)
        return let_in(call, redirect(call, "/", flash="Your new password is set."), Door.MEMBER, member)


@router.get("/setup")
def show_setup(call: Read) -> Response:
    if has_workspace(call.session):
        return redirect(call, "/login")
    values = {"timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}
    return public_page(call, "login/setup.html", SetupPage(values=values))


@router.post("/setup")
def create_setup(
    call: Slow,
    studio: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    timezone: Annotated[str, Form()] = "",
    currency: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
) -> Response:
    """Make the first workspace and its owner, once: refused as soon as there is one."""
    values = {"studio": studio.strip(), "name": name.strip(), "email": email.strip(), "timezone": timezone.strip()}
    values |= {"currency": currency.strip().upper(), "country": country.strip().upper()}
    errors = _setup_problems(values, password)
    if errors:
        with call.open(writes=False):
            return public_page(call, "login/setup.html", SetupPage(values, errors), status=422)
    hashed = hash_password(password, cheap=_cheap(call))
    with call.open(writes=True):
        if has_workspace(call.session):
            raise Forbidden("This installation is set up already. Sign in instead.")
        create_workspace(
            call.session,
            name=values["studio"],
            timezone=values["timezone"],
            currency=values["currency"],
            country=values["country"],
            sender_address=values["email"],
        )
        owner = add_member(call.session, name=values["name"], email=values["email"], role=MemberRole.OWNER, password_hash=hashed)
        call.enter(owner.workspace_id)
        return let_in(call, redirect(call, "/", flash=f"Welcome to {values['studio']}."), Door.MEMBER, owner)


def _page(call: Call, template: str, page: object, *, status: int = 200) -> Response:
    """A public page in the brand of the studio at this address, when there is exactly one."""
    enter_front(call)
    return public_page(call, template, page, status=status)


def _refuse(call: Call, email: str, next_path: str, reason: str, *, status: int) -> Response:
    with call.open(writes=False):
        page = LoginPage(email=email.strip(), next=safe_path(next_path), errors={"": reason})
        response = _page(call, "login/show.html", page, status=status)
    if status == 429:
        response.headers["Retry-After"] = "600"
    return response


def _may_try(call: Call, address: str) -> bool:
    tries = throttle(call.request)
    return (
        tries.allows(SIGN_IN_ADDRESS, call.address)
        and tries.allows(SIGN_IN_ACCOUNT, address, call.address)
        and tries.allows(SIGN_IN_EVERYWHERE, address)
    )


def _first_with_password(call: Call, members: list[Member], password: str) -> Member | None:
    """The first of the members whose password it is. With nobody to check, a check is made all the same."""
    if not members:
        is_password("", password, cheap=_cheap(call))
    return next((one for one in members if is_password(one.password_hash, password, cheap=_cheap(call))), None)


def _member_of(call: Call, token: str) -> Member:
    """The member whom a password link is for, in their workspace. Raises NotFound or Refused."""
    link = get_working_link(call.session, token, kind=LinkKind.PASSWORD, now=call.now)
    call.enter(link.workspace_id)
    member = get_member(call.session, link.person_id)
    if member.archived_at is not None:
        raise Refused("This member was archived.")
    return member


def _setup_problems(values: dict[str, str], password: str) -> dict[str, str]:
    errors = {key: "This is needed." for key in ("studio", "name") if not values[key]}
    if "@" not in values["email"]:
        errors["email"] = "This is no mail address."
    problem = password_problem(password, address=sign_in_address(values["email"]))
    if problem:
        errors["password"] = problem
    try:
        zone_info(values["timezone"])
    except Invalid as invalid:
        errors["timezone"] = invalid.detail
    for key, length in (("currency", 3), ("country", 2)):
        if len(values[key]) != length or not values[key].isalpha():
            errors[key] = f"Use the {length} letters of its code."
    return errors


def _cheap(call: Call) -> bool:
    return call.settings.env == "test"
