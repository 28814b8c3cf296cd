"""Contracts for members: the list, one with its evidence, drafting one by itself; and their templates."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import col

from api.contracts import send_alone
from api.deps import Call, Read, Write
from api.links import find_link_url
from api.proposals import shown_contract
from api.render import member_page, redirect
from api.routing import Router
from api.sealing import TrailRow, trail_row
from models.commands.contracts import change_contract, draft_contract, void_contract
from models.queries.automation_authors import find_authors
from models.queries.contacts import get_contact
from models.queries.contracts import contracts_statement, find_contract_signature, get_contract, list_contract_templates
from models.queries.engagements import get_engagement, select_engagements
from models.queries.evidence import first_broken, list_evidence
from models.tables.contacts import Contact
from models.tables.contracts import Contract, Signature
from models.tables.engagements import Engagement
from models.types.automation_authors import Authors
from models.types.contracts import ContractStatus
from models.types.errors import DomainError
from models.types.principals import Door

router = Router("contracts", Door.MEMBER)
_PAGE = 50
_STATUSES = ("draft", "pending", "completed", "declined", "voided", "expired")


@dataclass(frozen=True, slots=True)
class ContractsPage:
    """The list: each contract with its client."""

    rows: list[tuple[Contract, str]]
    q: str
    chips: list[dict[str, Any]]
    keep: dict[str, str]
    older: str | None


@dataclass(frozen=True, slots=True)
class NewContractPage:
    """What to start from, and for whom."""

    engagements: list[tuple[str, str]]
    templates: list[tuple[str, str]]
    typed: dict[str, str]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class ContractShowPage:
    """One contract with its story."""

    contract: Contract
    authors: Authors
    client: Contact
    engagement: Engagement
    document: Markup
    signature: Signature | None
    trail: list[TrailRow]
    is_whole: bool
    link: str
    can_edit: bool
    can_void: bool


@router.get("/contracts")
def index(call: Read, q: str = "", status: str = "", cursor: str = "") -> Response:
    """Contracts, newest first."""
    statement = contracts_statement(status=status, text=q)
    if cursor:
        statement = statement.where(col(Contract.id) < cursor)
    found = call.session.exec(statement.order_by(col(Contract.id).desc()).limit(_PAGE + 1)).all()
    rows = [(one, _client(call, one).name) for one in found[:_PAGE]]
    keep = {"status": status} if status else {}
    older = f"/contracts?{urlencode({**keep, 'q': q, 'cursor': found[_PAGE - 1].id})}" if len(found) > _PAGE else None
    page = ContractsPage(rows, q, _chips(status, q), keep, older)
    return member_page(call, "contracts/index.html", page, nav="contracts")


@router.get("/contracts/new")
def new(call: Read, engagement_id: str = "") -> Response:
    """Draft one that is signed by itself, such as a non-disclosure agreement."""
    return _new_page(call, {"engagement_id": engagement_id}, {})


@router.post("/contracts")
def create(
    call: Write,
    engagement_id: Annotated[str, Form()] = "",
    template_id: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Draft it and go on to its text."""
    typed = {"engagement_id": engagement_id, "template_id": template_id, "title": title}
    if not engagement_id:
        return _new_page(call, typed, {"engagement_id": "Choose whom it is for."})
    try:
        with call.session.begin_nested():
            engagement = get_engagement(call.session, engagement_id)
            contract = draft_contract(call.session, engagement, now=call.now, template_id=template_id or None, title=title)
    except DomainError as error:
        return _new_page(call, typed, {error.field or "": error.detail})
    return redirect(call, f"/contracts/{contract.id}")


@router.get("/contracts/{contract_id}")
def show(contract_id: str, call: Read) -> Response:
    """The contract as it is, was or will be signed."""
    return member_page(call, "contracts/show.html", _show_page(call, get_contract(call.session, contract_id)), nav="contracts")


@router.post("/contracts/{contract_id}")
def update(
    contract_id: str, call: Write, title: Annotated[str, Form(max_length=200)] = "", body: Annotated[str, Form()] = ""
) -> Response:
    """Correct a draft."""

    def change(contract: Contract) -> None:
        change_contract(call.session, contract, {"title": title, "body": body.replace("\r\n", "\n")})

    return _acted(call, contract_id, "Saved", change)


@router.post("/contracts/{contract_id}/sending")
def create_sending(contract_id: str, call: Write) -> Response:
    """Send it for signature."""
    return _acted(call, contract_id, "Sent. The client gets their link by mail.", lambda contract: send_alone(call, contract))


@router.post("/contracts/{contract_id}/void")
def create_void(contract_id: str, call: Write) -> Response:
    """Take it back."""
    return _acted(
        call, contract_id, "Voided. Nobody can sign it any more.", lambda one: void_contract(call.session, one, now=call.now)
    )


def _acted(call: Call, contract_id: str, said: str, act: Any) -> Response:
    kind = "success"
    try:
        with call.session.begin_nested():
            act(get_contract(call.session, contract_id))
    except DomainError as error:
        said, kind = error.detail, "error"
    return redirect(call, f"/contracts/{contract_id}", flash=said, kind=kind)


def _show_page(call: Call, contract: Contract) -> ContractShowPage:
    entries = list_evidence(call.session, contract.id)
    is_alone = contract.proposal_id is None
    client = _client(call, contract)
    return ContractShowPage(
        contract=contract,
        authors=find_authors(call.session, contract.id),
        client=client,
        engagement=get_engagement(call.session, contract.engagement_id),
        document=shown_contract(call, contract).html,
        signature=find_contract_signature(call.session, contract.id),
        trail=[trail_row(entry) for entry in reversed(entries)],
        is_whole=first_broken(entries) is None,
        link=find_link_url(call, "contract", contract.id, client.id) if is_alone else "",
        can_edit=contract.status == ContractStatus.DRAFT,
        can_void=is_alone and contract.status == ContractStatus.PENDING,
    )


def _client(call: Call, contract: Contract) -> Contact:
    return get_contact(call.session, get_engagement(call.session, contract.engagement_id).contact_id)


def _chips(status: str, q: str) -> list[dict[str, Any]]:
    kept = {"q": q} if q else {}
    chips = []
    for one in _STATUSES:
        given = kept if one == status else {**kept, "status": one}
        href = f"/contracts?{urlencode(given)}" if given else "/contracts"
        chips.append({"text": one.capitalize(), "href": href, "current": one == status})
    return chips


def _new_page(call: Call, typed: dict[str, str], errors: dict[str, str]) -> Response:
    statement = select_engagements(status="live").order_by(col(Engagement.id).desc()).limit(200)
    engagements = [
        (one.id, f"{one.title} · {get_contact(call.session, one.contact_id).name}") for one in call.session.exec(statement)
    ]
    page = NewContractPage(
        engagements=engagements,
        templates=[(one.id, one.name) for one in list_contract_templates(call.session)],
        typed={"engagement_id": "", "template_id": "", "title": "", **typed},
        errors=errors,
    )
    return member_page(call, "contracts/new.html", page, nav="contracts", status=422 if errors else 200)
