"""Secrets that automations show to other services. Owners alone; nobody ever reads one again."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.automation_users import IsSure, ask_first
from api.credentials import exchange_secret, keep_secret
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.credentials import change_credential, remove_credential
from models.queries.credentials import get_credential, list_credential_users
from models.tables.credentials import Credential
from models.types.credentials import CredentialKind

router = Router("credentials")

_Secret = Field(min_length=1, max_length=5000, examples=["sk_live_51H…"])
_Hosts = Field(min_length=1, max_length=20, examples=[["api.example.com"]])


class CredentialIn(BaseModel):
    """A secret to keep. field_name: the user name, the header or the parameter, where its kind has one."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120, examples=["Accounting"])
    kind: CredentialKind = Field(examples=["bearer"])
    field_name: str = Field(default="", max_length=200)
    hosts: list[str] = _Hosts
    """The only hosts it is sent to."""
    secret: str = _Secret


class CredentialChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=120)
    hosts: list[str] | None = Field(default=None, min_length=1, max_length=20, examples=[["api.example.com"]])


class SecretIn(BaseModel):
    """Another secret in the place of the one that is kept."""

    model_config = ConfigDict(extra="forbid")

    secret: str = _Secret


class UserOut(BaseModel):
    """An automation that uses a credential."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str


class CredentialOut(BaseModel):
    """A credential as it is listed: never its secret. last_four: empty of a short one."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    kind: CredentialKind
    field_name: str
    hosts: list[str]
    last_four: str
    created_at: datetime
    version: int


class CredentialDetail(CredentialOut):
    """A credential, and who uses it."""

    used_by: list[UserOut]


@router.get("/credentials")
def list_credentials(call: Read, paging: Paging) -> Page[CredentialOut]:
    """The credentials that are there, newest first."""
    statement = select(Credential).where(col(Credential.archived_at).is_(None))
    return page_of(call.session, statement, Credential, paging, CredentialOut)


@router.post("/credentials", status_code=201)
def create_credential(body: CredentialIn, call: Write) -> CredentialDetail:
    """Keep a secret, encrypted. It is never shown again."""
    kept = keep_secret(call.session, call.settings, **body.model_dump())
    return _detail(call, kept)


@router.get("/credentials/{credential_id}")
def show_credential(credential_id: str, call: Read) -> CredentialDetail:
    """One credential, and which automations use it."""
    return _detail(call, get_credential(call.session, credential_id))


@router.patch("/credentials/{credential_id}")
def update_credential(credential_id: str, body: CredentialChange, call: Write) -> CredentialDetail:
    """Change its name, or where it may be sent."""
    credential = get_credential(call.session, credential_id)
    change_credential(call.session, credential, **body.model_dump(exclude_none=True))
    return _detail(call, credential)


@router.put("/credentials/{credential_id}/secret")
def update_secret(credential_id: str, body: SecretIn, call: Write) -> CredentialDetail:
    """Replace the secret. Automations use the new one from their next call on."""
    credential = get_credential(call.session, credential_id)
    exchange_secret(call.session, call.settings, credential, body.secret)
    return _detail(call, credential)


@router.delete("/credentials/{credential_id}", status_code=204)
def delete_credential(credential_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Forget the secret."""
    ask_first(call, credential_id, is_sure=is_sure)
    remove_credential(call.session, get_credential(call.session, credential_id), now=call.now)


def _detail(call: Call, credential: Credential) -> CredentialDetail:
    call.session.flush()
    users = [UserOut.model_validate(one) for one in list_credential_users(call.session, credential.id)]
    return CredentialDetail(**CredentialOut.model_validate(credential).model_dump(), used_by=users)
