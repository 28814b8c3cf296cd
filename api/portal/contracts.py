"""The client's view of a contract that stands by itself, and the public check of sealed files."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import col, select

from api.contracts import accept_contract
from api.deps import Call, Read, Write
from api.gateways.seal import SealReport, verify_pdf
from api.links import enter_by_link
from api.portal.proposal_pages import SignInput, signing_of
from api.proposals import shown_contract
from api.render import public_page, redirect
from api.routing import Router
from api.web.formats import moment
from models.commands.contracts import decline_contract
from models.queries.contracts import find_contract_signature, get_contract
from models.rules.signatures import consent_text
from models.tables.contracts import Contract
from models.tables.members import CapabilityLink
from models.tables.workspaces import Workspace
from models.types.contracts import ContractStatus
from models.types.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Refused
from models.types.principals import Door
from models.types.proposals import ShownDocuments

router = Router("contracts", Door.PUBLIC)
_MAX_BYTES = 25_000_000


@dataclass(frozen=True, slots=True)
class ContractPage:
    """A contract for its signer."""

    title: str
    token: str
    status: str
    document: Markup
    contract_sha256: str
    can_sign: bool
    consent: str
    signed_by: str
    signed_at: str
    typed: SignInput
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """The check of a sealed file, and what it said."""

    report: SealReport | None
    filename: str
    sealed_at: str
    error: str


@router.get("/c/{token}")
def show(token: str, call: Read) -> Response:
    """A contract to be read and signed. Opening it changes nothing."""
    contract, _ = _enter(call, token)
    return public_page(call, "contracts/public.html", _page(call, contract, token))


@router.post("/c/{token}/acceptance")
def create_acceptance(token: str, call: Write, posted: Annotated[SignInput, Form()]) -> Response:
    """Sign. What is wrong is said at its field, with everything typed still there."""
    contract, link = _enter(call, token)
    if link.role != "signer" or link.contact_id is None:
        raise Forbidden("This link is for reading. Only the person it was prepared for can sign.")
    signing = signing_of(call, link, posted)
    try:
        with call.session.begin_nested():
            accept_contract(call, contract.id, signing=signing, shown=ShownDocuments("", posted.contract_sha256))
    except (Invalid, Conflict) as error:
        page = _page(call, contract, token, error=error, posted=posted)
        return public_page(call, "contracts/public.html", page, status=409 if isinstance(error, Conflict) else 422)
    except Refused:
        return redirect(call, f"/c/{token}")
    return redirect(call, f"/c/{token}#signed")


@router.post("/c/{token}/refusal")
def create_refusal(token: str, call: Write, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Decline, and say why."""
    contract, link = _enter(call, token)
    if link.role != "signer":
        raise Forbidden("This link is for reading. Only the person it was prepared for can decline.")
    try:
        decline_contract(call.session, contract, now=call.now, reason=reason.strip())
    except Refused as refused:
        return redirect(call, f"/c/{token}", flash=refused.detail, kind="warning")
    return redirect(call, f"/c/{token}")


@router.get("/verify")
def show_verification(call: Read) -> Response:
    """Where anybody can check a sealed file: by the file itself, never by a number that could be guessed."""
    return public_page(call, "contracts/verify.html", VerifyPage(None, "", "", ""))


@router.post("/verify")
def create_verification(call: Read, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """What the seal of a file says. Nothing of the file is kept."""
    content = file.file.read(_MAX_BYTES + 1) if file is not None else b""
    name = (file.filename or "") if file is not None else ""
    if not content or len(content) > _MAX_BYTES:
        said = "Choose the PDF first." if not content else "This file is larger than 25 MB."
        return public_page(call, "contracts/verify.html", VerifyPage(None, name, "", said), status=422)
    certificates = call.session.exec(select(Workspace.seal_certificate_pem).where(col(Workspace.seal_certificate_pem) != ""))
    report = verify_pdf(content, "\n".join(certificates))
    page = VerifyPage(report, name, moment(report.sealed_at) if report.sealed_at else "", "")
    return public_page(call, "contracts/verify.html", page)


def _enter(call: Call, token: str) -> tuple[Contract, CapabilityLink]:
    link = enter_by_link(call, "contract", token)
    contract = get_contract(call.session, link.subject_id)
    if not contract.content_sha256 or contract.proposal_id:
        raise NotFound("This contract is still being prepared. You will get a mail when it is ready.")
    return contract, link


def _page(
    call: Call,
    contract: Contract,
    token: str,
    *,
    error: DomainError | None = None,
    posted: SignInput | None = None,
) -> ContractPage:
    signature = find_contract_signature(call.session, contract.id)
    return ContractPage(
        title=contract.title,
        token=token,
        status=contract.status,
        document=shown_contract(call, contract).html,
        contract_sha256=contract.content_sha256,
        can_sign=contract.status == ContractStatus.PENDING,
        consent=_consent(call),
        signed_by=signature.signer_name if signature else "",
        signed_at=moment(signature.signed_at, call.workspace.timezone) if signature else "",
        typed=posted or SignInput(),
        errors={error.field or "": error.detail} if error else {},
    )


def _consent(call: Call) -> str:
    return consent_text(call.workspace.legal_name or call.workspace.name)
