"""The vault: secrets go in sealed, and come out only into a request that is about to be made."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, quote_plus, urlsplit

from sqlmodel import Session

from api.vault import open_secret, seal_secret
from models.commands.credentials import add_credential, readable_end, replace_secret
from models.queries.credentials import get_credential
from models.settings import Settings
from models.tables.credentials import Credential
from models.types.credentials import CredentialKind, OpenCredential
from models.types.errors import Invalid, Refused

MASK = "••••"
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a credential adds to a request."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    query: dict[str, str] = field(default_factory=dict, repr=False)


def keep_secret(
    session: Session, settings: Settings, *, name: str, kind: CredentialKind, hosts: list[str], secret: str, field_name: str = ""
) -> Credential:
    """Keep a new credential. Raises Invalid for an empty secret, or what its kind lacks."""
    checked = _checked(secret)
    return add_credential(
        session,
        name=name,
        kind=kind,
        hosts=hosts,
        field_name=field_name,
        secret_encrypted=seal_secret(settings, checked),
        last_four=readable_end(checked),
    )


def exchange_secret(session: Session, settings: Settings, credential: Credential, secret: str) -> None:
    """Put another secret in the place of a credential's."""
    checked = _checked(secret)
    replace_secret(session, credential, secret_encrypted=seal_secret(settings, checked), last_four=readable_end(checked))


def opened_credential(session: Session, settings: Settings, credential_id: str) -> OpenCredential:
    """A credential with its secret, for one request. Raises NotFound when it is gone."""
    row = get_credential(session, credential_id)
    secret = open_secret(settings, row.secret_encrypted)
    return OpenCredential(row.id, row.name, CredentialKind(row.kind), row.field_name, tuple(row.hosts), secret)


def shown_to(credential: OpenCredential, url: str, body: bytes, *, now: datetime, allows_plain: bool = False) -> Shown:
    """What the other side is shown. allows_plain: whether http will do, because the operator opened the own network.

    Raises Refused for a host that it is not for, or an address whose way is not encrypted.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host not in credential.hosts and f"{host}:{parts.port}" not in credential.hosts:
        raise Refused(f"The credential “{credential.name}” is not for {host}. An owner says where it may be sent.", field="url")
    if parts.scheme != "https" and not allows_plain:
        raise Refused("A secret is sent over https only.", field="url")
    if credential.kind is CredentialKind.BEARER:
        return Shown(headers={"Authorization": f"Bearer {credential.secret}"})
    if credential.kind is CredentialKind.BASIC:
        return Shown(headers={"Authorization": f"Basic {_basic(credential)}"})
    if credential.kind is CredentialKind.HEADER:
        return Shown(headers={credential.field_name: credential.secret})
    if credential.kind is CredentialKind.QUERY:
        return Shown(query={credential.field_name: credential.secret})
    moment = int(now.timestamp())
    signed = hmac.new(credential.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return Shown(headers={credential.field_name: f"t={moment},v1={signed}"})


def without_secret(text: str, credential: OpenCredential | None) -> str:
    """A text of the other side with the secret masked, however it is spelt: some services repeat what they were sent."""
    if credential is None:
        return text
    secret = credential.secret
    for spelling in {secret, quote(secret, safe=""), quote_plus(secret), _basic(credential), b64encode(secret.encode()).decode()}:
        text = text.replace(spelling, MASK)
    return text


def _basic(credential: OpenCredential) -> str:
    return b64encode(f"{credential.field_name}:{credential.secret}".encode()).decode()


def _checked(secret: str) -> str:
    checked = secret.strip()
    if not checked or len(checked) > _LONGEST:
        raise Invalid("Enter the secret.", field="secret")
    if not checked.isprintable():
        raise Invalid("A secret is one line of plain letters.", field="secret")
    return checked
