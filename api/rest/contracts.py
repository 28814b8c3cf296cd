"""Contracts: those that are signed with a proposal, and those that stand by themselves."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.automation_users import IsSure, ask_first
from api.contracts import send_alone
from api.deps import Call, Read, Write
from api.links import link_url
from api.pagination import Page, Paging, page_of
from api.rest.proposal_shapes import EvidenceOut, In, LinkOut, Out, ReasonIn, VersionIn, evidence_out
from api.routing import Router
from models.commands.contracts import archive_contract, change_contract, draft_contract, unarchive_contract, void_contract
from models.queries.contracts import contracts_statement, get_contract
from models.queries.engagements import get_engagement
from models.tables.contracts import Contract
from models.types.contracts import ContractStatus
from models.types.errors import Conflict, Refused

router = Router("contracts")


class ContractIn(In):
    """A new contract that stands by itself; the one of a proposal is drafted with it."""

    engagement_id: str = Field(examples=["eng_01k7…"])
    template_id: str | None = Field(default=None, examples=["ctt_01k7…"])
    title: str = Field(default="", max_length=200, examples=["Non-disclosure agreement"])
    body: str = Field(default="", max_length=60_000, examples=["Between {{ workspace.legal_name }} and {{ contact.name }} …"])


class ContractChange(VersionIn):
    """What to change in a draft; what is left out stays."""

    title: str = Field(default="", min_length=1, max_length=200, examples=["Non-disclosure agreement"])
    body: str = Field(default="", max_length=60_000)


class ContractSummaryOut(Out):
    """A contract in a list."""

    id: str
    engagement_id: str
    proposal_id: str | None
    title: str
    status: ContractStatus
    completed_at: datetime | None
    created_at: datetime
    archived_at: datetime | None
    version: int


class ContractOut(ContractSummaryOut):
    """A contract with its text, in Markdown."""

    body: str
    content_sha256: str
    sealed_file_id: str | None


@router.get("/contracts")
def list_contracts(
    call: Read,
    paging: Paging,
    status: Annotated[str, Query(examples=["pending"])] = "",
    engagement_id: str = "",
    proposal_id: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    is_archived: bool = False,
) -> Page[ContractSummaryOut]:
    """Contracts, newest first. q: part of a title."""
    statement = contracts_statement(
        status=status, engagement_id=engagement_id, proposal_id=proposal_id, text=q, is_archived=is_archived
    )
    return page_of(call.session, statement, Contract, paging, ContractSummaryOut)


@router.post("/contracts", status_code=201)
def create_contract(body: ContractIn, call: Write) -> ContractOut:
    """Draft a contract for an engagement's client, its places filled with what is known now."""
    engagement = get_engagement(call.session, body.engagement_id)
    drafted = draft_contract(
        call.session, engagement, now=call.now, template_id=body.template_id, title=body.title, body=body.body
    )
    return ContractOut.model_validate(drafted)


@router.get("/contracts/{contract_id}")
def show_contract(contract_id: str, call: Read) -> ContractOut:
    """One contract."""
    return ContractOut.model_validate(get_contract(call.session, contract_id))


@router.patch("/contracts/{contract_id}")
def update_contract(contract_id: str, body: ContractChange, call: Write) -> ContractOut:
    """Correct a draft, also one that belongs to a proposal nobody has seen yet."""
    contract = _at(call, contract_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    return ContractOut.model_validate(change_contract(call.session, contract, given))


@router.post("/contracts/{contract_id}/sending")
def create_contract_sending(contract_id: str, body: VersionIn, call: Write) -> ContractOut:
    """Send a contract that stands by itself; the client gets their link by mail."""
    contract = send_alone(call, _at(call, contract_id, body.version))
    call.session.flush()
    return ContractOut.model_validate(contract)


@router.post("/contracts/{contract_id}/void")
def create_contract_void(contract_id: str, body: ReasonIn, call: Write) -> ContractOut:
    """Take back a contract that stands by itself."""
    contract = _at(call, contract_id, body.version)
    if contract.proposal_id:
        raise Refused("This contract belongs to a proposal. Withdraw the proposal instead.")
    void_contract(call.session, contract, now=call.now, reason=body.reason)
    call.session.flush()
    return ContractOut.model_validate(contract)


@router.post("/contracts/{contract_id}/archive")
def create_contract_archive(contract_id: str, body: VersionIn, call: Write, is_sure: IsSure = False) -> ContractOut:
    """Put a draft or a contract that is over out of the lists; refused while the client may still sign it."""
    ask_first(call, contract_id, is_sure=is_sure)
    contract = archive_contract(call.session, _at(call, contract_id, body.version), now=call.now)
    call.session.flush()
    return ContractOut.model_validate(contract)


@router.delete("/contracts/{contract_id}/archive")
def delete_contract_archive(contract_id: str, call: Write) -> ContractOut:
    """Bring it back into the lists."""
    contract = unarchive_contract(call.session, get_contract(call.session, contract_id))
    call.session.flush()
    return ContractOut.model_validate(contract)


@router.post("/contracts/{contract_id}/link")
def create_contract_link(contract_id: str, call: Write) -> LinkOut:
    """The client's link to a contract that stands by itself, the same until revoked."""
    contract = get_contract(call.session, contract_id)
    engagement = get_engagement(call.session, contract.engagement_id)
    return LinkOut(url=link_url(call, "contract", contract.id, engagement.contact_id))


@router.get("/contracts/{contract_id}/evidence")
def list_contract_evidence(contract_id: str, call: Read) -> EvidenceOut:
    """Everything that was noted about this document, oldest first, and whether the chain is whole."""
    return evidence_out(call.session, get_contract(call.session, contract_id).id)


def _at(call: Call, contract_id: str, version: int | None) -> Contract:
    contract = get_contract(call.session, contract_id)
    if version is not None and version != contract.version:
        raise Conflict("Somebody else changed this contract since you looked. Reload and try again.", field="version")
    return contract
