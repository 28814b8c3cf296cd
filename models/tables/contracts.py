"""Legal documents, who signs them, the proof of signing."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class Contract(WorkspaceRow, Versioned, Archivable, table=True):
    """The document to be signed; linked to a proposal, one act signs both."""

    __tablename__ = "contracts"

    engagement_id: str = Field(foreign_key="engagements.id", index=True)
    proposal_id: str | None = Field(default=None, index=True)
    title: str
    body: str = ""
    """Markdown with the placeholders already filled."""
    status: str = Field(default="draft", index=True)
    """`draft`, `pending`, `completed`, `declined`, `voided` or `expired`."""
    content_sha256: str = ""
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sealed_file_id: str | None = None


class ContractTemplate(WorkspaceRow, Archivable, table=True):
    """What a new contract starts from; `{{ contact.name }}` and the like are filled at drafting."""

    __tablename__ = "contract_templates"

    name: str
    title: str = ""
    body: str = ""


class Signature(WorkspaceRow, table=True):
    """Proof of one signing: when, who, how, from where, of which bytes. Immutable; one per document."""

    __tablename__ = "signatures"
    __table_args__ = (UniqueConstraint("proposal_id"), UniqueConstraint("contract_id"))

    engagement_id: str = Field(index=True)
    proposal_id: str | None = None
    contract_id: str | None = None
    contact_id: str
    signer_name: str
    signer_email: str
    kind: str
    """`typed` or `drawn`."""
    image: str = ""
    """A drawn signature as SVG path data, or the typed name."""
    consent_text: str
    consented_at: datetime = Field(sa_type=UtcDateTime)
    signed_at: datetime = Field(sa_type=UtcDateTime)
    address: str = ""
    agent: str = ""
    proposal_sha256: str = ""
    contract_sha256: str = ""


class EvidenceEntry(WorkspaceRow, table=True):
    """One link of a document's hash chain."""

    __tablename__ = "evidence_entries"
    __table_args__ = (UniqueConstraint("subject_id", "number"),)

    subject_id: str = Field(index=True)
    """The proposal or contract."""
    number: int
    """1, 2, 3 … within the subject."""
    kind: str
    """`sent`, `delivered`, `viewed`, `consented`, `signed`, `sealed`, …"""
    at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous_hash: str
    hash: str
