"""Contracts: drafted from a template, sent, and ended without a signature. Signing is in `signatures`."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.commands.evidence import add_evidence
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.contracts import get_contract_template
from models.queries.document_values import document_values
from models.queries.engagements import get_engagement
from models.rules.contracts import TRANSITIONS, can_edit
from models.rules.document_texts import filled
from models.rules.statuses import check_move
from models.tables.contracts import Contract
from models.tables.engagements import Engagement
from models.types.contracts import ContractStatus
from models.types.errors import Invalid, Refused


def draft_contract(
    session: Session,
    engagement: Engagement,
    *,
    now: datetime,
    template_id: str | None = None,
    title: str = "",
    body: str = "",
    proposal_id: str | None = None,
    proposal_title: str = "",
) -> Contract:
    """A contract for an engagement's client, its places such as `{{ contact.name }}` filled with what is known now.

    Raises NotFound for a template that is not there, Invalid for a contract without a title.
    """
    template = get_contract_template(session, template_id) if template_id else None
    values = document_values(session, engagement, now=now, proposal_title=proposal_title)
    contract = Contract(
        id=new_id("ctr"),
        workspace_id=workspace_id_of(session),
        engagement_id=engagement.id,
        proposal_id=proposal_id,
        title=filled(title or (template.title or template.name if template else ""), values).strip(),
        body=filled(body or (template.body if template else ""), values),
    )
    if not contract.title:
        raise Invalid("A contract needs a title.", field="title")
    session.add(contract)
    session.flush()
    _record(session, contract, "contract.drafted")
    return contract


def copy_contract(session: Session, contract: Contract, *, proposal_id: str) -> Contract:
    """A fresh draft with the same text, for the next version of its proposal."""
    copy = Contract(
        id=new_id("ctr"),
        workspace_id=contract.workspace_id,
        engagement_id=contract.engagement_id,
        proposal_id=proposal_id,
        title=contract.title,
        body=contract.body,
    )
    session.add(copy)
    session.flush()
    _record(session, copy, "contract.drafted")
    return copy


def change_contract(session: Session, contract: Contract, changes: dict[str, Any]) -> Contract:
    """Correct title or body of a draft. Raises Refused once it was sent: a change is then a new document."""
    if not can_edit(ContractStatus(contract.status)):
        raise Refused("A contract that was sent does not change any more. Void it and draft a new one.", field="status")
    if not str(changes.get("title", contract.title)).strip():
        raise Invalid("A contract needs a title.", field="title")
    for name, value in changes.items():
        setattr(contract, name, value)
    session.add(contract)
    session.flush()
    return contract


def send_contract(session: Session, contract: Contract, *, content_sha256: str, to: str, now: datetime) -> Contract:
    """Put a draft out for signature, its bytes fixed by their hash. Raises Refused when it is no draft."""
    move_contract(contract, ContractStatus.PENDING)
    contract.content_sha256 = content_sha256
    contract.archived_at = None  # what the client may sign stands in the lists, also a draft that was put away with others
    session.add(contract)
    session.flush()
    add_evidence(session, contract.id, "sent", at=now, document_sha256=content_sha256, to=to)
    _record(session, contract, "contract.sent")
    return contract


def void_contract(session: Session, contract: Contract, *, now: datetime, reason: str = "") -> Contract:
    """Take a contract back. Doing it twice changes nothing. Raises Refused once it is signed."""
    return _end(session, contract, ContractStatus.VOIDED, "contract.voided", now=now, reason=reason)


def decline_contract(session: Session, contract: Contract, *, now: datetime, reason: str = "") -> Contract:
    """The client says no. Doing it twice changes nothing. Raises Refused when it is not out for signature."""
    return _end(session, contract, ContractStatus.DECLINED, "contract.declined", now=now, reason=reason)


def expire_contract(session: Session, contract: Contract, *, now: datetime) -> Contract:
    """Its proposal expired, so nobody can sign it any more."""
    if contract.status == ContractStatus.PENDING:
        move_contract(contract, ContractStatus.EXPIRED)
        session.add(contract)
        add_evidence(session, contract.id, "expired", at=now)
    return contract


def archive_contract(session: Session, contract: Contract, *, now: datetime) -> Contract:
    """Put a contract out of the lists. Twice is once. Raises Refused while the client may still sign it."""
    if contract.status == ContractStatus.PENDING:
        raise Refused("The client may still sign this contract. Void it first.", field="status")
    if contract.archived_at is None:
        contract.archived_at = now
        session.add(contract)
        _record(session, contract, "contract.archived")
    return contract


def unarchive_contract(session: Session, contract: Contract) -> Contract:
    """Bring a contract back into the lists. Twice is once."""
    if contract.archived_at is not None:
        contract.archived_at = None
        session.add(contract)
        _record(session, contract, "contract.unarchived")
    return contract


def move_contract(contract: Contract, to: ContractStatus) -> None:
    """Set the status along the allowed steps. Raises Refused."""
    check_move(TRANSITIONS, ContractStatus(contract.status), to, noun="contract")
    contract.status = to


def _end(session: Session, contract: Contract, to: ContractStatus, event_type: str, *, now: datetime, reason: str) -> Contract:
    if contract.status == to:
        return contract
    move_contract(contract, to)
    session.add(contract)
    if contract.content_sha256:
        add_evidence(session, contract.id, str(to), at=now, reason=reason)
    _record(session, contract, event_type)
    return contract


def _record(session: Session, contract: Contract, event_type: str) -> None:
    engagement = get_engagement(session, contract.engagement_id)
    record(session, event_type, contract.id, engagement_id=contract.engagement_id, contact_id=engagement.contact_id)
