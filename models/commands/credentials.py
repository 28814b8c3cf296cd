"""Keeping secrets for other services. They come in encrypted, and nothing here can read them."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.tables.credentials import Credential
from models.types.credentials import NEEDS_FIELD, SIGNATURE_HEADER, CredentialKind
from models.types.errors import Invalid

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A header's name, as HTTP allows it."""
_SHOWN = 4
"""Characters of a secret that stay readable, of those that are long enough to spare them."""


def add_credential(
    session: Session,
    *,
    name: str,
    kind: CredentialKind,
    hosts: Sequence[str],
    secret_encrypted: str,
    last_four: str,
    field_name: str = "",
) -> Credential:
    """Keep a secret. Raises Invalid without a name, a host, or what its kind needs besides."""
    credential = Credential(
        id=new_id("crd"),
        workspace_id=workspace_id_of(session),
        name=_named(name),
        kind=kind.value,
        field_name=_field_name(kind, field_name),
        hosts=checked_hosts(hosts),
        secret_encrypted=secret_encrypted,
        last_four=last_four,
    )
    session.add(credential)
    session.flush()
    record(session, "credential.added", credential.id)
    return credential


def change_credential(
    session: Session, credential: Credential, *, name: str | None = None, hosts: Sequence[str] | None = None
) -> None:
    """Change what it is called and where it may be sent; what is None stays."""
    credential.name = credential.name if name is None else _named(name)
    credential.hosts = credential.hosts if hosts is None else checked_hosts(hosts)
    session.add(credential)
    record(session, "credential.changed", credential.id)


def replace_secret(session: Session, credential: Credential, *, secret_encrypted: str, last_four: str) -> None:
    """Put another secret in its place; automations use it from their next call on."""
    credential.secret_encrypted, credential.last_four = secret_encrypted, last_four
    session.add(credential)
    record(session, "credential.changed", credential.id)


def remove_credential(session: Session, credential: Credential, *, now: datetime) -> None:
    """Forget the secret. Steps that use it stop in the repair tray. Twice is once."""
    if credential.archived_at is None:
        credential.archived_at = now
        credential.secret_encrypted = ""
        session.add(credential)
        record(session, "credential.removed", credential.id)


def readable_end(secret: str) -> str:
    """The last letters of a secret, by which people tell secrets apart; none of a short one."""
    return secret[-_SHOWN:] if len(secret) >= 3 * _SHOWN else ""


def checked_hosts(hosts: Sequence[str]) -> list[str]:
    """Hosts as they are compared: small letters, each once, with a port where it is not the usual one. Raises Invalid."""
    cleaned = [host.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/") for host in hosts]
    found = list(dict.fromkeys(host for host in cleaned if host))
    if not found:
        raise Invalid("Say to which host it may be sent, such as api.example.com.", field="hosts")
    wrong = next((host for host in found if not _HOST.fullmatch(host)), None)
    if wrong is not None:
        raise Invalid(f"“{wrong[:60]}” is no host. Write it like api.example.com.", field="hosts")
    return found


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("Give it a name.", field="name")
    return name.strip()


def _field_name(kind: CredentialKind, field_name: str) -> str:
    wanted = field_name.strip()
    if kind is CredentialKind.BEARER:
        return ""
    if kind is CredentialKind.HMAC and not wanted:
        return SIGNATURE_HEADER
    if not wanted:
        raise Invalid(f"Name the {NEEDS_FIELD[kind]}.", field="field_name")
    if kind in (CredentialKind.HEADER, CredentialKind.HMAC) and not _TOKEN.fullmatch(wanted):
        raise Invalid("This is no name of a header.", field="field_name")
    return wanted
