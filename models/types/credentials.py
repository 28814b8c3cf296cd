"""Secrets for other services, as they are kept and used."""

from dataclasses import dataclass, field
from enum import StrEnum


class CredentialKind(StrEnum):
    """How a secret is shown to the other side."""

    BEARER = "bearer"
    """`Authorization: Bearer …`."""
    BASIC = "basic"
    """A user name and the secret as its password."""
    HEADER = "header"
    """A header of its own, such as `X-Api-Key`."""
    QUERY = "query"
    """A parameter of the address, such as `api_key`."""
    HMAC = "hmac"
    """Never sent: it signs the body, in a header of its own."""


NEEDS_FIELD = {CredentialKind.BASIC: "user name", CredentialKind.HEADER: "header", CredentialKind.QUERY: "parameter"}
SIGNATURE_HEADER = "X-Signature"
"""Of the kind hmac, unless another is named: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`."""


@dataclass(frozen=True, slots=True)
class OpenCredential:
    """A credential about to be used. Its secret is in no text that Python makes of it."""

    id: str
    name: str
    kind: CredentialKind
    field_name: str
    hosts: tuple[str, ...]
    secret: str = field(repr=False)
