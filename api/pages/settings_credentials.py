"""The vault: what automations show to other services. Owners alone."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.credentials import exchange_secret, keep_secret
from api.deps import Call, Read, Write
from api.pages.settings import Tab, check_owner, tabs_of
from api.render import member_page, redirect
from api.routing import Router
from models.commands.credentials import remove_credential
from models.queries.credentials import credentials_statement, get_credential, list_credential_users
from models.tables.automations import Automation
from models.tables.credentials import Credential
from models.types.credentials import CredentialKind
from models.types.errors import DomainError, Invalid
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")

_EMPTY = {"name": "", "kind": "bearer", "field_name": "", "hosts": ""}


@dataclass(frozen=True, slots=True)
class Kept:
    """One credential and who uses it."""

    row: Credential
    users: list[Automation]
    says: str
    """How it is shown to the other side, without the secret."""
    question: str
    """Before it is removed."""


@dataclass
class CredentialsPage:
    tabs: list[Tab]
    credentials: list[Kept]
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/settings/credentials")
def show_credentials(call: Read) -> Response:
    check_owner(call)
    return _page(call)


@router.post("/settings/credentials")
def create_credential(
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    kind: Annotated[str, Form()] = "bearer",
    field_name: Annotated[str, Form(max_length=200)] = "",
    hosts: Annotated[str, Form(max_length=2000)] = "",
    secret: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Keep a secret. It is never shown again, in this page neither."""
    check_owner(call)
    values = {"name": name.strip(), "kind": kind, "field_name": field_name.strip(), "hosts": hosts.strip()}
    try:
        known = next((one for one in CredentialKind if one == kind), None)
        if known is None:
            raise Invalid("Choose how it is shown.", field="kind")
        keep_secret(
            call.session,
            call.settings,
            name=name,
            kind=known,
            hosts=hosts.replace(",", " ").split(),
            secret=secret,
            field_name=field_name,
        )
    except Invalid as invalid:
        return _page(call, values, {invalid.field or "": invalid.detail})
    return redirect(call, "/settings/credentials", flash="It is kept. Automations can use it now.")


@router.post("/settings/credentials/{credential_id}/secret")
def update_secret(credential_id: str, call: Write, secret: Annotated[str, Form(max_length=5000)] = "") -> Response:
    """Put another secret in its place."""
    check_owner(call)
    try:
        exchange_secret(call.session, call.settings, get_credential(call.session, credential_id), secret)
    except DomainError as problem:
        return redirect(call, "/settings/credentials", flash=problem.detail, kind="warning")
    return redirect(call, "/settings/credentials", flash="Replaced. The next call uses the new one.")


@router.post("/settings/credentials/{credential_id}/removal")
def create_removal(credential_id: str, call: Write) -> Response:
    """Forget it; the question before named the automations that use it."""
    check_owner(call)
    remove_credential(call.session, get_credential(call.session, credential_id), now=call.now)
    return redirect(call, "/settings/credentials", flash="Forgotten.")


def _page(call: Call, values: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response:
    rows = call.session.exec(credentials_statement()).all()
    kept = [_kept(row, list_credential_users(call.session, row.id)) for row in rows]
    page = CredentialsPage(tabs_of(call, "credentials"), kept, values or _EMPTY, errors or {})
    return member_page(call, "settings/credentials.html", page, nav="settings", status=422 if errors else 200)


def _kept(row: Credential, users: list[Automation]) -> Kept:
    names = ", ".join(f"“{user.name}”" for user in users)
    warning = f" {names} will fail at the next call." if users else " No automation uses it."
    says = {
        CredentialKind.BEARER: "as a bearer token",
        CredentialKind.BASIC: f"as the password of {row.field_name}",
        CredentialKind.HEADER: f"in the header {row.field_name}",
        CredentialKind.QUERY: f"as the parameter {row.field_name}",
        CredentialKind.HMAC: f"signs the body, in the header {row.field_name}",
    }[CredentialKind(row.kind)]
    return Kept(row, users, says, f"Forget “{row.name}”?{warning}")
