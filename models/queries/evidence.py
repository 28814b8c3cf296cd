"""Reading the evidence of a document, and checking that its chain is whole."""

from datetime import UTC
from typing import Any

from sqlmodel import Session, col, select

from models.rules.evidence import verify_chain
from models.tables.contracts import EvidenceEntry


def list_evidence(session: Session, subject_id: str) -> list[EvidenceEntry]:
    """The evidence of a proposal or contract, oldest first."""
    statement = select(EvidenceEntry).where(EvidenceEntry.subject_id == subject_id)
    return list(session.exec(statement.order_by(col(EvidenceEntry.number))))


def chained(entry: EvidenceEntry) -> dict[str, Any]:
    """What an entry's hash covers: everything that it says."""
    return {
        "subject_id": entry.subject_id,
        "number": entry.number,
        "kind": entry.kind,
        "at": entry.at.astimezone(UTC).isoformat(),
        "detail": entry.detail,
    }


def first_broken(entries: list[EvidenceEntry]) -> int | None:
    """The index of the first entry that was changed, dropped or moved, or None when the chain is whole.

    entries: of one document, oldest first.
    """
    return verify_chain((chained(entry), entry.hash) for entry in entries)
