"""The evidence of a document: an append-only chain in which every entry's hash covers the one before."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.ids import new_id
from models.queries.evidence import chained
from models.rules.evidence import GENESIS, link
from models.tables.contracts import EvidenceEntry


def add_evidence(
    session: Session, subject_id: str, kind: str, *, at: datetime, **detail: str | int | bool | None
) -> EvidenceEntry:
    """Append one entry to a document's chain. The caller holds the document's row, so entries come one after the other.

    detail: JSON values; personal data belongs here and nowhere else, because this is what proves who signed.
    """
    newest = select(EvidenceEntry).where(EvidenceEntry.subject_id == subject_id).order_by(col(EvidenceEntry.number).desc())
    last = session.exec(newest.limit(1)).first()
    entry = EvidenceEntry(
        id=new_id("evi"),
        workspace_id=workspace_id_of(session),
        subject_id=subject_id,
        number=last.number + 1 if last else 1,
        kind=kind,
        at=at,
        detail=detail,
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    entry.hash = link(entry.previous_hash, chained(entry))
    session.add(entry)
    session.flush()
    return entry
